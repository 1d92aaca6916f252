"""Polygon and points to triangles: the only user of a triangulator.

Both give the constrained Delaunay triangulation. Ours is exact and the default; Shewchuk's
Triangle is there for who wants it (docs/decisions/0002-triangulator.md). Nothing reaches either
before it is checked.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from spinelift.mesh import kernel
from spinelift.mesh.errors import TriangulationFailed
from spinelift.mesh.outline import doubled_area
from spinelift.mesh.types import GridPoints, Triangles


def triangulate(
    polygon: GridPoints, points: GridPoints, *, triangulator: Literal["exact", "triangle"]
) -> Triangles:
    """Return (M, 3) clockwise triangles over polygon then points, M = 2 N - hull - 2.

    Raises
    ------
    TriangulationFailed
        What came back does not tile the polygon, or Triangle is not installed.
    """
    vertices = np.concatenate([polygon, points])
    places = vertices[:, 0].astype(np.int64) << 32 | vertices[:, 1]
    if len(np.unique(places)) != len(vertices):
        raise TriangulationFailed(
            "Two vertices lie in one place: a bug in SpineLift, report it with the image."
        )
    if triangulator == "exact":
        triangles = kernel.triangulate(vertices, len(polygon))
        is_whole = len(triangles) > 0
    else:
        triangles = _shewchuk(vertices, len(polygon))
        is_whole = _tiles(vertices, triangles, len(polygon))
    if not is_whole:
        raise TriangulationFailed(
            "The polygon could not be triangulated: a bug in SpineLift, report it with the image."
        )
    return triangles


def _tiles(vertices: GridPoints, triangles: Triangles, hull: int) -> bool:
    """Are there as many triangles as Spine wants, all clockwise, of the polygon's whole area?"""
    if len(triangles) != 2 * len(vertices) - hull - 2:
        return False
    x, y = vertices.astype(np.int64).T[:, triangles.T]
    doubled = (x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0])
    return bool(doubled.min() > 0) and int(doubled.sum()) == doubled_area(vertices[:hull])


def _shewchuk(vertices: GridPoints, hull: int) -> Triangles:
    try:
        import triangle
    except ImportError:
        raise TriangulationFailed(
            "Triangle is not installed: pip install 'spinelift[triangle]', "
            "or use the triangulator exact."
        ) from None
    start = np.arange(hull, dtype=np.int32)
    segments = np.stack([start, np.roll(start, -1)], axis=1)
    # p: keep the segments; Q: quiet. No area or angle switch, so no vertex is ever added.
    found = triangle.triangulate(
        {"vertices": vertices.astype(np.float64), "segments": segments}, "pQ"
    )
    corners = np.asarray(found["triangles"], dtype=np.int32)
    # Counter-clockwise where y grows up: clockwise on screen, where it grows down.
    return _canonical(corners)


def _canonical(triangles: Triangles) -> Triangles:
    """Smallest index first in each, then sorted."""
    first = np.argmin(triangles, axis=1)[:, None]
    turned = np.take_along_axis(triangles, (first + np.arange(3)) % 3, axis=1)
    return np.ascontiguousarray(turned[np.lexsort(turned.T[::-1])])
