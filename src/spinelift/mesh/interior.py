"""Polygon to points: vertices inside, and along long edges, so that the mesh can bend.

They are added one by one where they are of most use (native/interior.cpp), so that more density
never gives fewer of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from spinelift.mesh import kernel
from spinelift.mesh.outline import doubled_area
from spinelift.mesh.parameters import MAXIMUM_VERTICES
from spinelift.mesh.types import GridPoints, Ring


@dataclass(frozen=True, eq=False)
class Interior:
    """The polygon with its edges split, and the points inside it; grid units."""

    polygon: GridPoints
    points: GridPoints

    @property
    def size(self) -> int:
        return len(self.polygon) + len(self.points)


def wanted_vertices(
    ring: Ring,
    size: tuple[int, int],
    *,
    density: float,
    density_scaling_factor: float,
    min_triangle_area: float,
) -> int:
    """How many vertices are to be added inside and along the edges of a ring's polygon.

    `density` percent of `density_scaling_factor` would be for art that fills its image of `size`
    (width, height) pixels, so the result does not depend on the resolution; and not so many that
    their triangles, two for each, were smaller than `min_triangle_area` px2 on average.
    """
    width, height = size
    area = doubled_area(ring) / 2
    by_density = density / 100 * density_scaling_factor * area / (width * height)
    return min(round(by_density), int(area / (2 * min_triangle_area)))


def interior_points(
    polygon: GridPoints,
    size: tuple[int, int],
    *,
    wanted: int,
    max_vertices: int | None = None,
    max_hull_vertices: int | None = None,
) -> Interior:
    """Return the polygon with `wanted` vertices added to it, as far as budgets allow."""
    if wanted == 0:
        return Interior(polygon, polygon[:0])
    filled = kernel.fill(
        polygon,
        size,
        most_vertices=max_vertices or MAXIMUM_VERTICES,
        most_hull_vertices=max_hull_vertices or MAXIMUM_VERTICES,
        wanted=wanted,
    )
    return Interior(*filled)
