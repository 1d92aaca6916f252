"""Loads the compiled part of a package: plain C functions that ctypes calls without the GIL.

`hatch_build.py` compiles a package's `native/*.cpp` into the shared library beside them. Why
ctypes and C++: docs/decisions/0001-kernel.md.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Signatures: TypeAlias = Mapping[str, tuple[Any, list[Any]]]
"""Name without the prefix `spinelift_`, to the type of the result and those of the arguments."""

BYTES = np.ctypeslib.ndpointer(np.uint8, flags="C_CONTIGUOUS")
OWN_BYTES = np.ctypeslib.ndpointer(np.uint8, flags=["C_CONTIGUOUS", "WRITEABLE"])

_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def library_beside(module: str) -> Path:
    """Return where the compiled part of the package is that the file `module` belongs to."""
    return Path(module).with_name("_kernel" + _SUFFIX)


def load(library: Path, signatures: Signatures) -> ctypes.CDLL:
    """Load a library and give its functions their types."""
    loaded = ctypes.CDLL(str(library))
    for name, (result, arguments) in signatures.items():
        function = getattr(loaded, f"spinelift_{name}")
        function.restype, function.argtypes = result, arguments
    return loaded
