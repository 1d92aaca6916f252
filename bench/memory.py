"""Peak memory of a fresh process that meshes one large image, above what it is born with.

`python -m bench.memory FILE` is that process. It reads the kernel's own counters, because
what `getrusage` gives a child begins with the peak of the parent that started it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.table import Row, Table
from spinelift import images
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.spine.document import serialize, skeleton_document

SIDE = 4096
GOAL = 6.0
"""Bytes a pixel, beyond the file."""


def tables() -> Iterator[Table]:
    """One row for each sheet."""
    from bench import sheet  # what draws is not part of the process that is measured

    rows = []
    for name in sheet.SHEETS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "sheet.png")
            file.write_bytes(sheet.png(name, SIDE))
            command = [sys.executable, "-m", "bench.memory", str(file)]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        baseline, peak = map(int, printed.split())
        length = len(sheet.png(name, SIDE))
        a_pixel = (peak - baseline - length) / SIDE**2
        numbers = (f"{size / 2**20:.0f}" for size in (baseline, peak, length))
        rows.append(Row((f"{SIDE} {name}", *numbers, f"{a_pixel:.2f}"), a_pixel <= GOAL))
    columns = ("drawn sheet", "baseline MiB", "peak MiB", "file MiB", "bytes a pixel")
    goal = f"peak above the baseline and the file at most {GOAL:g} bytes a pixel"
    yield Table("Memory: file to Spine JSON in a fresh process", columns, rows, goal)


def spine_json(content: bytes) -> bytes:
    alpha, _ = images.decode_alpha(content)
    return serialize(skeleton_document({"sheet": generate(alpha, MeshParameters())[0]}))


def resident_bytes(counter: str) -> int:
    """VmRSS, what this process holds now, or VmHWM, the most it ever held. Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == counter:
            return int(value.split()[0]) * 1024
    raise LookupError(counter)


if __name__ == "__main__":
    import numpy as np

    # A first small image loads whatever is loaded late.
    spine_json(images.encode_png(np.full((8, 8, 4), 255, dtype=np.uint8)))
    at_rest = resident_bytes("VmRSS")
    spine_json(images.read_file(Path(sys.argv[1])))
    print(at_rest, resident_bytes("VmHWM"))
