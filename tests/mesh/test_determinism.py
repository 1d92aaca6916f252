"""Same input, same bytes: whatever compiled the kernel, whatever the machine can do, every time."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import pytest
from hatch_build import MESH, compile_kernel

from tests.mesh.golden import GOLDEN, digests

ROOT = Path(__file__).parents[2]

FLAGS = ["-std=c++17", "-ffp-contract=off", "-fPIC", "-shared", "-fvisibility=hidden"]
OPTIMISATIONS = {
    "-O0": ["-O0"],
    "-O1": ["-O1"],
    "-O3": ["-O3"],
    "-O3 -march=native": ["-O3", "-march=native"],
}
ZIG = f"{shlex.quote(sys.executable)} -m ziglang c++"
# Compiler (None is the machine's own) and flags of every kernel that this machine can make.
BUILDS: dict[str, tuple[str | None, list[str]]] = {
    name: (None, flags) for name, flags in OPTIMISATIONS.items()
}
if importlib.util.find_spec("ziglang"):
    BUILDS["zig"] = (ZIG, ["-O2"])

SCRIPT = """
import json, pathlib, sys
from spinelift.mesh import kernel
if len(sys.argv) > 1:
    kernel.LIBRARY = pathlib.Path(sys.argv[1])
from tests.mesh.golden import digests
print(json.dumps(digests()))
"""


def digests_of_another_process(*arguments: str, **environment: str) -> dict[str, str]:
    """The digests that a fresh interpreter finds, without a word on stderr."""
    command = [sys.executable, "-W", "error", "-c", SCRIPT, *arguments]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    run = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    return digests()


def test_meshes_are_those_of_the_golden_file(expected: dict[str, str]) -> None:
    """Where they are meant to differ: python -m tests.mesh.golden"""
    assert expected == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_golden_meshes_differ_from_each_other(expected: dict[str, str]) -> None:
    """Nothing is proved by sixty pictures of one square."""
    assert len(expected) >= 60
    assert len(set(expected.values())) > 0.7 * len(expected)


@pytest.mark.parametrize("build", BUILDS)
def test_compiler_and_optimisation_do_not_change_a_byte(
    build: str, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, flags = BUILDS[build]
    if command is not None:
        monkeypatch.setenv("CXX", command)
    library = tmp_path / "kernel.so"

    compile_kernel(ROOT / MESH, library, [*FLAGS, *flags])

    assert digests_of_another_process(str(library)) == expected


def test_processors_abilities_do_not_change_a_byte(expected: dict[str, str]) -> None:
    """Without everything that numpy and OpenCV would otherwise choose for this processor."""
    numpy_core = importlib.import_module("numpy._core._multiarray_umath")
    chosen = numpy_core.__cpu_dispatch__
    numpys = [name for name in chosen if numpy_core.__cpu_features__[name]]
    # OpenCV marks what it chooses at run time with a star.
    opencvs = [name[1:] for name in cv2.getCPUFeaturesLine().split() if name.startswith("*")]
    available = [name.rstrip("?") for name in opencvs if not name.endswith("?")]

    found = digests_of_another_process(
        NPY_DISABLE_CPU_FEATURES=" ".join(numpys), OPENCV_CPU_DISABLE=",".join(available)
    )

    assert found == expected


def test_hash_seed_and_locale_do_not_change_a_byte(expected: dict[str, str]) -> None:
    assert digests_of_another_process(PYTHONHASHSEED="12345", LC_ALL="C") == expected


def test_second_run_gives_the_same_bytes(expected: dict[str, str]) -> None:
    assert digests() == expected


def test_runs_at_the_same_time_give_the_same_bytes(expected: dict[str, str]) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: digests(), range(4)))

    assert found == [expected] * 4
