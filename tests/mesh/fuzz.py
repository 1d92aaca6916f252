"""Random art with random parameters through a kernel that checks every move of the outline.

`python -m tests.mesh.fuzz MINUTES [SEED]` goes on for so long, or until Hypothesis has shrunk what
failed. Every case has a process of its own, so that one in which the kernel aborts fails like any
other.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from hatch_build import CHECKED_FLAGS, MESH, compile_kernel
from hypothesis import HealthCheck, given, seed, settings

from spinelift.mesh import kernel
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Alpha
from tests.drawing import alphas, mesh_parameters, noise, strokes
from tests.mesh.test_fuzz import holds_its_promises

CASES = 500
"""Of one seed."""


def run(minutes: float, first_seed: int) -> None:
    """Draw cases, seed after seed."""
    cv2.setNumThreads(1)  # a process that forks has one thread
    np.set_printoptions(threshold=sys.maxsize)
    end = time.monotonic() + 60 * minutes
    for number in itertools.count(first_seed):
        sys.stderr.write(f"seed {number}\n")
        seed(number)(_hold_its_promises)()
        if time.monotonic() > end:
            return


@settings(
    max_examples=CASES,
    derandomize=False,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(alphas() | noise(100) | strokes(200), mesh_parameters())
def _hold_its_promises(alpha: Alpha, parameters: MeshParameters) -> None:
    assert _ends_well(lambda: holds_its_promises(alpha, parameters))


def _ends_well(call: Callable[[], None]) -> bool:
    """Does the call return, in a process of its own?"""
    child = os.fork()
    if child == 0:
        try:
            call()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        kernel.LIBRARY = Path(folder, "kernel.so")
        compile_kernel(Path(__file__).parents[2] / MESH, kernel.LIBRARY, CHECKED_FLAGS)
        run(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
