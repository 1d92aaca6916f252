"""An image in, the smallest polygon out that a long search (native/search.cpp) finds round it."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np

from bench.art import Piece
from bench.compiled import NATIVE, load_compiled
from spinelift.mesh import kernel
from spinelift.mesh.outline import trace_outlines
from spinelift.mesh.quality import violations
from spinelift.mesh.types import GRID, GridPoints, Mesh, Ring

COVERED = 1 - 1e-9
"""Of the visible pixels' area: all, but for the rounding of a sum."""

_int32s = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")


@cache
def _library() -> ctypes.CDLL:
    library = load_compiled(NATIVE / "search.cpp")
    size = [ctypes.c_int32] * 4
    library.search.argtypes = [_int32s, *size, ctypes.c_double, ctypes.c_int64, _int32s]
    library.search.restype = ctypes.c_int32
    return library


def smallest_mesh(piece: Piece, budget: int, *, seconds: float, seed: int) -> Mesh:
    """Search for the smallest polygon of at most `budget` (>= 4) vertices that covers every pixel.

    `seconds` are of one core. Other threads run meanwhile. Raises RuntimeError if what was found
    is not what it must be.
    """
    required = (piece.alpha > 0).astype(np.uint8)
    [outline] = trace_outlines(required, min_contour_area=1)
    height, width = piece.alpha.shape
    found = _search(outline.ring, (width, height), budget, seconds, seed)
    mesh = Mesh(
        vertices=found / GRID,
        triangles=kernel.triangulate(found, len(found)),
        hull=len(found),
        width=width,
        height=height,
        required=required,
    )
    wrong = violations(mesh)
    if wrong or mesh.quality.area_coverage < COVERED:
        raise RuntimeError(f"The yardstick is wrong for {piece.name} and {budget}: {wrong}")
    return mesh


def _search(
    ring: Ring, size: tuple[int, int], budget: int, seconds: float, seed: int
) -> GridPoints:
    points = np.ascontiguousarray(ring * GRID, dtype=np.int32)
    width, height = (side * GRID for side in size)
    found = np.empty((budget, 2), dtype=np.int32)
    count = _library().search(points, len(points), width, height, budget, seconds, seed, found)
    return found[:count]
