"""Polygon to points: vertices inside, and along long edges, so that the mesh can bend.

A hexagonal lattice, and the hull's edges split at the lattice's spacing: splitting matters more
for bending than where the inner points lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from spinelift.mesh import kernel
from spinelift.mesh.types import GRID, GridPoints

STEP = 0.917
"""Each lattice's spacing by the one before it: a step gives 19 % more points."""

MARGIN = 0.45
"""Share of the spacing that inner points keep from the outline."""


@dataclass(frozen=True, eq=False)
class Interior:
    """The polygon with its edges split, and the points inside it; grid units."""

    polygon: GridPoints
    points: GridPoints

    @property
    def size(self) -> int:
        return len(self.polygon) + len(self.points)


def interior_points(
    polygon: GridPoints,
    size: tuple[int, int],
    *,
    density: float,
    density_scaling_factor: float,
    min_triangle_area: float,
    max_vertices: int | None = None,
    max_hull_vertices: int | None = None,
) -> Interior:
    """Return points inside the polygon, as many as density and budget allow.

    `density` percent of `density_scaling_factor` is how many lattice points would fill an image of
    `size` (width, height), so the result does not depend on the resolution. Lattices from coarse
    to that fine are laid, and the one with most points inside is taken (a finer one can have
    fewer): so more density, or a greater factor, or smaller triangles allowed, never gives fewer
    points. Edges are split only as far as `max_hull_vertices` allows.
    """
    best = Interior(polygon, polygon[:0])
    if density == 0:
        return best
    width, height = size
    wanted = density * density_scaling_factor / 100
    finest = max(
        math.sqrt(width * height / wanted * 2 / math.sqrt(3)),
        math.sqrt(min_triangle_area * 4 / math.sqrt(3)),
        2.0,
    )
    spacing = float(max(width, height))
    while (spacing := spacing * STEP) >= finest:
        interior = _lay(polygon, size, spacing, max_hull_vertices)
        if max_vertices is not None and interior.size > max_vertices:
            if len(interior.polygon) > max_vertices:
                break
            continue
        if len(interior.points) > len(best.points):
            best = interior
    return best


def _lay(
    polygon: GridPoints, size: tuple[int, int], spacing: float, max_hull_vertices: int | None
) -> Interior:
    units = int(spacing * GRID)
    split = kernel.split(polygon, size, units)
    if max_hull_vertices is not None and len(split) > max_hull_vertices:
        split = polygon
    return Interior(split, kernel.lattice(split, units, int(units * MARGIN)))
