"""Build hook: compiles the kernels into their packages, and tags the wheel for the platform.

A kernel is a plain shared library (no Python headers), so one wheel serves every Python.
The compiler is $CXX, or the first of c++, g++ and clang++, or Zig from PyPI where there is none.
"""

from __future__ import annotations

import importlib.util
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


class KernelBuildHook(BuildHookInterface[Any]):
    """Runs for wheels and editable installs; the sdist carries the sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Zig only on a machine without a compiler."""
        return [] if compiler() else ["ziglang"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's
        """Compile, and put the libraries into the wheel."""
        flags = CHECKED_FLAGS if os.environ.get("SPINELIFT_CHECKED") == "1" else FLAGS
        for package in (MESH, IMAGES):
            kernel = package / ("_kernel" + SUFFIX)
            compile_kernel(Path(self.root, package), Path(self.root, kernel), flags)
            build_data["artifacts"].append(str(kernel))
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
