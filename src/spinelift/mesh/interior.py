"""Polygon to points: vertices inside, and along long edges, so that the mesh can bend.

They are added one by one where they are of most use (native/interior.cpp), so that more density
never gives fewer of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from spinelift.mesh import kernel
from spinelift.mesh.outline import doubled_area
from spinelift.mesh.parameters import MAXIMUM_VERTICES
from spinelift.mesh.types import GRID, GridPoints, Ring


@dataclass(frozen=True, eq=False)
class Interior:
    """The polygon with its edges split, and the points inside it; grid units."""

    polygon: GridPoints
    points: GridPoints

    @property
    def size(self) -> int:
        return len(self.polygon) + len(self.points)


def wanted_vertices(
    ring: Ring, size: tuple[int, int], *, density: float, density_scaling_factor: float
) -> int:
    """How many vertices a density asks for, inside and along the edges of a ring's polygon.

    `density` percent of `density_scaling_factor` would be for art that fills its image of `size`
    (width, height) pixels, so the result does not depend on the resolution.
    """
    width, height = size
    filled = doubled_area(ring) / 2 / (width * height)
    return round(density / 100 * density_scaling_factor * filled)


def interior_points(
    polygon: GridPoints,
    size: tuple[int, int],
    *,
    wanted: int,
    min_triangle_area: float,
    max_vertices: int | None = None,
    max_hull_vertices: int | None = None,
) -> Interior:
    """Return the polygon with `wanted` vertices added to it, as far as budgets allow.

    None is added that would make a triangle smaller than `min_triangle_area` px2.
    """
    if wanted == 0:
        return Interior(polygon, polygon[:0])
    filled = kernel.fill(
        polygon,
        size,
        most_vertices=max_vertices or MAXIMUM_VERTICES,
        most_hull_vertices=max_hull_vertices or MAXIMUM_VERTICES,
        wanted=wanted,
        smallest=int(2 * min_triangle_area * GRID * GRID),
    )
    return Interior(*filled)
