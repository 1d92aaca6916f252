"""Compiles C++ of the benchmark's own, against the kernel's headers."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path

from hatch_build import FLAGS, MESH, compiler

KERNEL = Path(__file__).parents[1] / MESH / "native"
NATIVE = Path(__file__).with_name("native")


def load_compiled(*sources: Path) -> ctypes.CDLL:
    """Compile the sources into one library, and load it."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "compiled.so")
        command = [*(compiler() or ["c++"]), *FLAGS, f"-I{KERNEL}", *map(str, sources)]
        subprocess.run([*command, "-o", str(library)], check=True)
        return ctypes.CDLL(str(library))
