"""The compiled kernel (native/*.cpp), called through ctypes, which releases the GIL.

Takes and gives numpy arrays; checks shapes, types and ranges before anything native runs. Why
ctypes and C++: docs/decisions/0001-kernel.md.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinelift.mesh.types import GRID, GridPoints, Mask, Ring, Triangles

MAXIMUM_SIDE = 16_384
"""Pixels; the kernel's exact arithmetic is proved up to here (native/geometry.hpp)."""

_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = Path(__file__).with_name("_kernel" + _SUFFIX)

_int32, _int64, _pointer = ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "free": (None, [_pointer]),
    "fill_diagonals": (_int64, [_pointer, _int32, _int32]),
    "trace": (_pointer, [_pointer, _int32, _int32, _int32, _int32, _pointer]),
    "bridge": (_int64, [_pointer, _int32, _int32, _pointer, _pointer, _int64]),
    "simplify": (
        _pointer,
        [_pointer, _int64, _int32, _int32, _int32, _int64, _int64, _int32, _pointer],
    ),
    "split": (_pointer, [_pointer, _int64, _int32, _int32, _int64, _pointer]),
    "lattice": (_pointer, [_pointer, _int64, _int64, _int64, _pointer]),
    "triangulate": (_pointer, [_pointer, _int64, _int32, _pointer]),
    "coverage": (
        _int64,
        [_pointer, _int32, _int32, _pointer, _int64, _pointer, _int64, _pointer, _pointer],
    ),
}


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(LIBRARY))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, f"spinelift_{name}")
        function.restype, function.argtypes = result, arguments
    return library


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(_library(), f"spinelift_{name}")(*arguments)
    if result < 0:
        raise MemoryError
    return result


def _call_for_rows(name: str, columns: int, *arguments: object) -> NDArray[np.int32]:
    """Call a function that returns rows of int32, copy them, and give its memory back."""
    count = ctypes.c_int64()
    memory = getattr(_library(), f"spinelift_{name}")(*arguments, ctypes.byref(count))
    if not memory:
        raise MemoryError
    try:
        size = count.value * columns * 4
        rows = np.frombuffer(ctypes.string_at(memory, size), dtype=np.int32)
    finally:
        _library().spinelift_free(memory)
    return rows.reshape(-1, columns).copy()


def _points(points: NDArray[np.int32], minimum: int = 3) -> tuple[NDArray[np.int32], int, int]:
    """The points as the kernel wants them, their address and how many they are."""
    array = np.ascontiguousarray(points, dtype=np.int32)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < minimum:
        raise ValueError(f"wants at least {minimum} points of shape (N, 2), got {array.shape}")
    limit = MAXIMUM_SIDE * GRID
    if array.min() < 0 or array.max() > limit:
        raise ValueError("a coordinate is outside every image that the kernel can take")
    return array, array.ctypes.data, len(array)


def _mask(mask: Mask) -> tuple[int, int, int]:
    """The mask's address, width and height."""
    height, width = mask.shape
    if mask.dtype != np.uint8 or not mask.flags.c_contiguous:
        raise ValueError("wants a contiguous uint8 mask")
    if not (0 < width <= MAXIMUM_SIDE and 0 < height <= MAXIMUM_SIDE):
        raise ValueError(f"a mask has 1 to {MAXIMUM_SIDE} px a side, got {width} x {height}")
    return mask.ctypes.data, width, height


def fill_diagonals(mask: Mask) -> int:
    """Set pixels of `mask`, in place, until no two touch by a corner alone; return how many."""
    return _call("fill_diagonals", *_mask(mask))


def trace(mask: Mask, start: tuple[int, int]) -> Ring:
    """Walk round the island whose topmost row begins, on the left, with pixel `start` (x, y).

    `mask` has no diagonal contacts. Returns the corners of the walk in whole pixels, clockwise.
    """
    address, width, height = _mask(mask)
    x, y = start
    inside = 0 <= x < width and 0 <= y < height
    if not inside or not mask[y, x] or (y > 0 and mask[y - 1, x]) or (x > 0 and mask[y, x - 1]):
        raise ValueError(f"pixel {start} does not begin an island")
    return _call_for_rows("trace", 2, address, width, height, x, y)


def bridge(mask: Mask, contours: list[NDArray[np.int32]]) -> None:
    """Join islands of `mask`, in place; `contours` are their boundary pixels, (N, 2) each."""
    ends = np.cumsum([len(contour) for contour in contours], dtype=np.int64)
    points, address, _ = _points(np.concatenate(contours), minimum=1)
    if points[:, 0].max() >= mask.shape[1] or points[:, 1].max() >= mask.shape[0]:
        raise ValueError("a contour leaves the mask")
    _call("bridge", *_mask(mask), address, ends.ctypes.data, len(contours))


def simplify(
    ring: Ring,
    size: tuple[int, int],
    *,
    budget: int,
    tolerance: int,
    smallest_dent: int,
    refinement: int,
) -> GridPoints:
    """Polygon of few vertices that contains `ring` and stays in the image of `size` (w, h) pixels.

    `budget` is the most vertices, 0 for none; `tolerance` and `smallest_dent` are twice an area in
    square grid units. Returns points in grid units, clockwise.
    """
    points, address, count = _points(ring * np.int32(GRID), minimum=4)
    width, height = size
    if points[:, 0].max() > width * GRID or points[:, 1].max() > height * GRID:
        raise ValueError("the ring leaves the image")
    return _call_for_rows(
        "simplify",
        2,
        address,
        count,
        width * GRID,
        height * GRID,
        budget,
        tolerance,
        smallest_dent,
        refinement,
    )


def split(polygon: GridPoints, size: tuple[int, int], spacing: int) -> GridPoints:
    """The polygon with its edges split into equal parts of about `spacing` grid units."""
    points, address, count = _points(polygon)
    width, height = size
    return _call_for_rows("split", 2, address, count, width * GRID, height * GRID, spacing)


def lattice(polygon: GridPoints, spacing: int, margin: int) -> GridPoints:
    """Points of a hexagonal lattice inside the polygon, at least `margin` from its edges."""
    if spacing < 2 or margin < 1:
        raise ValueError("spacing is at least 2 and margin at least 1")
    points, address, count = _points(polygon)
    return _call_for_rows("lattice", 2, address, count, spacing, margin)


def triangulate(points: GridPoints, hull: int) -> Triangles:
    """Constrained Delaunay triangulation of the polygon `points[:hull]` with the others inside it.

    Empty or short where the polygon is not simple or a point is not inside.
    """
    points, address, count = _points(points)
    if not 3 <= hull <= count:
        raise ValueError(f"a hull of {hull} vertices does not go with {count} points")
    return _call_for_rows("triangulate", 3, address, count, hull)


def coverage(mask: Mask, points: GridPoints, triangles: Triangles) -> tuple[Mask, float]:
    """Which set pixels have their centre in no triangle, and what area of set pixels is in none.

    `triangles` are clockwise and do not overlap. Returns a mask, and px2.
    """
    points, address, count = _points(points)
    corners = np.ascontiguousarray(triangles, dtype=np.int32)
    if corners.ndim != 2 or corners.shape[1] != 3:
        raise ValueError(f"wants triangles of shape (M, 3), got {corners.shape}")
    if len(corners) and (corners.min() < 0 or corners.max() >= count):
        raise ValueError("a triangle names a vertex that does not exist")
    uncovered = np.zeros_like(mask)
    area = ctypes.c_double()
    _call(
        "coverage",
        *_mask(mask),
        address,
        count,
        corners.ctypes.data,
        len(corners),
        uncovered.ctypes.data,
        ctypes.byref(area),
    )
    return uncovered, area.value
