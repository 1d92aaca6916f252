"""Meshes that must stay what they are, byte for byte: art, parameters, and their hashes.

`python -m tests.mesh.golden` writes golden.json anew, after a change that means to change them.
The art is drawn in whole numbers, here, so that nothing but the core can change a hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha, Mesh

GOLDEN = Path(__file__).with_name("golden.json")

SIDE = 96
Drawing = NDArray[np.bool_]


def _capsule(
    x: NDArray[np.int64], y: NDArray[np.int64], a: tuple[int, int], b: tuple[int, int], radius: int
) -> Drawing:
    """What is within `radius` of the segment ab; distances are compared squared, times |ab|^2."""
    along_x, along_y = b[0] - a[0], b[1] - a[1]
    length = along_x * along_x + along_y * along_y
    walked = np.clip((x - a[0]) * along_x + (y - a[1]) * along_y, 0, length)
    off_x = (x - a[0]) * length - walked * along_x
    off_y = (y - a[1]) * length - walked * along_y
    return np.asarray(off_x * off_x + off_y * off_y <= radius * radius * length * length)


def _numbers(count: int, seed: int) -> NDArray[np.int64]:
    """Numbers from 0 to 32767, of a linear congruential generator (as in the C standard)."""
    found = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2**31
        found.append(seed // 65536)
    return np.array(found, dtype=np.int64)


def _art() -> dict[str, Alpha]:
    y, x = np.indices((SIDE, SIDE), dtype=np.int64)
    from_centre = (x - 48) ** 2 + (y - 48) ** 2
    disc = from_centre < 40**2
    rays = [(48, 4), (90, 34), (74, 84), (22, 84), (6, 34)]
    walls = [(10, 10, 80, 4), (86, 10, 4, 80), (20, 86, 70, 4), (20, 24, 4, 66), (20, 24, 54, 4)]
    specks = _numbers(400, 7) * SIDE // 32768
    dust = np.zeros((SIDE, SIDE), dtype=bool)
    dust[specks[::2], specks[1::2]] = True
    grit = _numbers(SIDE * SIDE, 3).reshape(SIDE, SIDE)
    limb = _capsule(x, y, (30, 16), (58, 50), 12) | _capsule(x, y, (58, 50), (40, 84), 8)
    drawings: dict[str, Drawing] = {
        "limb": limb,
        "rod": _capsule(x, y, (5, 90), (90, 5), 2),
        "disc": disc,
        "ring": disc & (from_centre > 30**2),
        "moon": disc & ((x - 66) ** 2 + (y - 40) ** 2 > 34**2),
        "star": np.logical_or.reduce([_capsule(x, y, (48, 48), ray, 5) for ray in rays]),
        "comb": (y < 24) & (y > 4) | (x % 16 < 7) & (y > 4) & (y < 92),
        "spiral": np.logical_or.reduce(
            [(x >= a) & (x < a + w) & (y >= b) & (y < b + h) for a, b, w, h in walls]
        ),
        "islands": ((x % 32 - 16) ** 2 + (y % 32 - 16) ** 2) * 4 < (x + y + 60) * 2,
        "dust": dust,
        "noise": grit > 20000,
        "checkerboard": (x + y) % 2 == 0,
        "line": x == y,
        "full": np.ones((SIDE, SIDE), dtype=bool),
    }
    art = {name: np.where(drawn, 255, 0).astype(np.uint8) for name, drawn in drawings.items()}
    art["light"] = np.clip(255 - from_centre // 9, 0, 255).astype(np.uint8)
    return art


PARAMETERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "tight": {"max_vertices": 12, "refinement": 2, "min_contour_area": 1},
    "dense": {"internal_vertex_density": 40, "concave_factor": 60, "padding": 2},
    "split": {"islands": "split", "blur_kernel_size": 5, "max_hull_vertices": 9},
}


def bytes_of(meshes: list[Mesh]) -> bytes:
    """Everything that goes into a skeleton, in one byte order."""
    parts = []
    for mesh in meshes:
        header = (len(mesh.vertices), len(mesh.triangles), mesh.hull, mesh.width, mesh.height)
        parts.append(np.array(header, dtype="<i4").tobytes())
        parts.append(mesh.vertices.astype("<f8").tobytes())
        parts.append(mesh.triangles.astype("<i4").tobytes())
    return b"".join(parts)


def digests() -> dict[str, str]:
    """Name of art and parameters to the SHA-256 of their meshes."""
    return {
        f"{name} {kind}": hashlib.sha256(
            bytes_of(generate(alpha, MeshParameters.from_mapping(values)))
        ).hexdigest()
        for name, alpha in _art().items()
        for kind, values in PARAMETERS.items()
    }


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")
