"""The same questions asked of shapely (GEOS), which shares no code with the library."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spinelift.mesh.types import Mask, Mesh


def pixel_boxes(mask: Mask, origin: tuple[int, int] = (0, 0)) -> Any:
    """The set pixels' squares, as one geometry."""
    rows, columns = np.nonzero(mask)
    x, y = columns + origin[0], rows + origin[1]
    return shapely.union_all(shapely.box(x, y, x + 1, y + 1))


def required_area(mesh: Mesh) -> Any:
    """What the mesh must cover, as one geometry."""
    return pixel_boxes(mesh.required, mesh.required_origin)


def hull_polygon(mesh: Mesh) -> Any:
    return shapely.Polygon(mesh.vertices[: mesh.hull])


def triangle_polygons(mesh: Mesh) -> Any:
    """(M,) triangles."""
    return shapely.polygons(mesh.vertices[mesh.triangles])


def uncovered_area(mesh: Mesh) -> float:
    """Area, in px2, of required pixels outside of all triangles, which do not overlap."""
    required = required_area(mesh)
    covered = shapely.area(shapely.intersection(triangle_polygons(mesh), required)).sum()
    return float(required.area - covered)


def uncovered_centres(mesh: Mesh) -> NDArray[np.uint8]:
    """Mask, of the size of `mesh.required`, of required pixels whose centre is in no triangle.

    A centre on a left or upper border is inside, as when Spine's triangles are drawn: the tiny
    steps say so, and are smaller than any distance between a centre and a line off it.
    """
    rows, columns = np.nonzero(mesh.required)
    x = columns + mesh.required_origin[0] + 0.5 + 1e-8
    y = rows + mesh.required_origin[1] + 0.5 + 1e-12
    inside = shapely.contains_xy(triangle_polygons(mesh)[:, None], x[None], y[None])
    found = np.zeros_like(mesh.required)
    found[rows, columns] = ~inside.any(axis=0)
    return found


def ring_polygon(ring: NDArray[np.int32]) -> Any:
    """A ring, in whatever unit."""
    return shapely.Polygon(ring)
