"""The compiled kernel (native/*.cpp), called through ctypes, which releases the GIL.

Takes and gives numpy arrays; checks shapes, types and ranges before anything native runs.
"""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
from numpy.typing import NDArray

from spinelift import native
from spinelift.mesh.types import GRID, GridPoints, Mask, Ring, Triangles

MAXIMUM_SIDE = 16_384
"""Pixels; the kernel's exact arithmetic is proved up to here (native/geometry.hpp)."""

LARGEST_INT32, LARGEST_INT64 = 2**31 - 1, 2**63 - 1

LIBRARY = native.library_beside(__file__)

_int32, _int64, _memory = ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p
_int32s = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")
_int64s = np.ctypeslib.ndpointer(np.int64, flags="C_CONTIGUOUS")
_mask, _points, _count = [native.BYTES, _int32, _int32], [_int32s, _int64], ctypes.POINTER(_int64)
_SIGNATURES: native.Signatures = {
    "free": (None, [_memory]),
    "fill_diagonals": (_int64, [native.OWN_BYTES, _int32, _int32]),
    "trace": (_memory, [*_mask, _int32, _int32, _count]),
    "bridge": (_int64, [native.OWN_BYTES, _int32, _int32, _int32s, _int64s, _int64]),
    "simplify": (
        _memory,
        [*_points, *[_int32] * 3, _int64, _int64, _int32, ctypes.c_bool, _count],
    ),
    "fill": (
        _memory,
        [*_points, *[_int32] * 5, ctypes.POINTER(ctypes.c_int32), _count],
    ),
    "triangulate": (_memory, [*_points, _int32, _count]),
    "coverage": (
        _int64,
        [
            *_mask,
            _int32,
            _int32,
            *_points,
            _int32s,
            _int64,
            native.OWN_BYTES,
            ctypes.POINTER(ctypes.c_double),
        ],
    ),
}


@cache
def _library() -> ctypes.CDLL:
    return native.load(LIBRARY, _SIGNATURES)


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


def _checked_points(points: NDArray[np.int32], minimum: int = 3) -> NDArray[np.int32]:
    array = np.ascontiguousarray(points, dtype=np.int32)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < minimum:
        raise ValueError(f"wants at least {minimum} points of shape (N, 2), got {array.shape}")
    if array.min() < 0 or array.max() > MAXIMUM_SIDE * GRID:
        raise ValueError("a coordinate is outside every image that the kernel can take")
    return array


def _size(mask: Mask) -> tuple[int, int]:
    """Width and height of a mask that the kernel can take."""
    height, width = mask.shape
    if not (0 < width <= MAXIMUM_SIDE and 0 < height <= MAXIMUM_SIDE):
        raise ValueError(f"a mask has 1 to {MAXIMUM_SIDE} px a side, got {width} x {height}")
    return width, height


def _size_in_grid_units(size: tuple[int, int]) -> tuple[int, int]:
    if not all(0 < side <= MAXIMUM_SIDE for side in size):
        raise ValueError(f"an image has 1 to {MAXIMUM_SIDE} px a side, got {size}")
    return size[0] * GRID, size[1] * GRID


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}, allowed is {low} to {high}")


def fill_diagonals(mask: Mask) -> int:
    """Set pixels of `mask`, in place, until no two touch by a corner alone; return how many."""
    return _call("fill_diagonals", mask, *_size(mask))


def trace(mask: Mask, start: tuple[int, int]) -> Ring:
    """Walk round the island whose topmost row begins, on the left, with pixel `start` (x, y).

    `mask` has no diagonal contacts. Returns the corners of the walk in whole pixels, clockwise.
    """
    width, height = _size(mask)
    x, y = start
    inside = 0 <= x < width and 0 <= y < height
    if not inside or not mask[y, x] or (y > 0 and mask[y - 1, x]) or (x > 0 and mask[y, x - 1]):
        raise ValueError(f"pixel {start} does not begin an island")
    return _call_for_rows("trace", 2, mask, width, height, x, y)


def bridge(mask: Mask, contours: list[NDArray[np.int32]]) -> None:
    """Join islands of `mask`, in place; `contours` are their boundary pixels, (N, 2) each."""
    if not all(len(contour) for contour in contours):
        raise ValueError("a contour without pixels cannot be joined to anything")
    ends = np.cumsum([len(contour) for contour in contours], dtype=np.int64)
    pixels = _checked_points(np.concatenate(contours), minimum=1)
    width, height = _size(mask)
    if pixels[:, 0].max() >= width or pixels[:, 1].max() >= height:
        raise ValueError("a contour leaves the mask")
    _call("bridge", mask, width, height, pixels, ends, len(contours))


def simplify(
    ring: Ring,
    size: tuple[int, int],
    *,
    budget: int,
    tolerance: int,
    smallest_dent: int,
    refinement: int,
    has_inside: bool = False,
) -> GridPoints:
    """Polygon of few vertices that contains `ring` and stays in the image of `size` (w, h) pixels.

    `budget` is the most vertices, 0 for none; `tolerance` and `smallest_dent` are twice an area in
    square grid units. Where vertices are to be put inside, short edges go. Returns points in grid
    units, clockwise.
    """
    width, height = _size_in_grid_units(size)
    if len(ring) and ring.max() > MAXIMUM_SIDE:
        raise ValueError("the ring leaves the image")
    points = _checked_points(ring * np.int32(GRID), minimum=4)
    _check_range("budget", budget, 0, LARGEST_INT32)
    _check_range("tolerance", tolerance, 0, LARGEST_INT64)
    _check_range("smallest_dent", smallest_dent, 0, LARGEST_INT64)
    _check_range("refinement", refinement, 0, LARGEST_INT32)
    if points[:, 0].max() > width or points[:, 1].max() > height:
        raise ValueError("the ring leaves the image")
    wishes = (budget, tolerance, smallest_dent, refinement, has_inside)
    return _call_for_rows("simplify", 2, points, len(points), width, height, *wishes)


def fill(
    polygon: GridPoints,
    size: tuple[int, int],
    *,
    most_vertices: int,
    most_hull_vertices: int,
    wanted: int,
) -> tuple[GridPoints, GridPoints]:
    """The polygon, with vertices added along its edges, and points inside it.

    `wanted` are added where the most vertices, the polygon's included, allow, and each is of use.
    """
    points = _checked_points(polygon)
    width, height = _size_in_grid_units(size)
    if points[:, 0].max() > width or points[:, 1].max() > height:
        raise ValueError("the polygon leaves the image")
    _check_range("most_vertices", most_vertices, 0, LARGEST_INT32)
    _check_range("most_hull_vertices", most_hull_vertices, 0, LARGEST_INT32)
    _check_range("wanted", wanted, 0, LARGEST_INT32)
    hull = ctypes.c_int32()
    wishes = (most_vertices, most_hull_vertices, wanted, ctypes.byref(hull))
    rows = _call_for_rows("fill", 2, points, len(points), width, height, *wishes)
    return rows[: hull.value], rows[hull.value :]


def triangulate(points: GridPoints, hull: int) -> Triangles:
    """Constrained Delaunay triangulation of the polygon `points[:hull]` with the others inside it.

    Returns triangles that tile the polygon; none where it is not simple or a point is not inside.
    """
    points = _checked_points(points)
    if not 3 <= hull <= len(points):
        raise ValueError(f"a hull of {hull} vertices does not go with {len(points)} points")
    return _call_for_rows("triangulate", 3, points, len(points), hull)


def coverage(
    mask: Mask, origin: tuple[int, int], points: GridPoints, triangles: Triangles
) -> tuple[Mask, float]:
    """Which set pixels have their centre in no triangle, and what area of set pixels is in none.

    The mask's top-left pixel is the image's pixel `origin` (x, y). `triangles` are clockwise and
    do not overlap. Returns a mask, and px2.
    """
    if not all(0 <= start < MAXIMUM_SIDE for start in origin):
        raise ValueError(f"the mask begins outside every image, at {origin}")
    points = _checked_points(points)
    corners = np.ascontiguousarray(triangles, dtype=np.int32)
    if corners.ndim != 2 or corners.shape[1] != 3:
        raise ValueError(f"wants triangles of shape (M, 3), got {corners.shape}")
    if len(corners) and (corners.min() < 0 or corners.max() >= len(points)):
        raise ValueError("a triangle names a vertex that does not exist")
    uncovered = np.zeros_like(mask)
    area = ctypes.c_double()
    shapes = (points, len(points), corners, len(corners))
    _call("coverage", mask, *_size(mask), *origin, *shapes, uncovered, ctypes.byref(area))
    return uncovered, area.value
