"""Outline to polygon: few vertices that contain the ring and never cut it.

Corners of the ring are taken away, the one that adds the least area first (native/outline.cpp);
what is left leans on the ring with every edge, and is reduced to its budget while its edges slide
to where they save most (native/contact_polygon.cpp, docs/outline.md). It is exact: vertices lie
on the grid from the first to the last, and every operation is accepted or refused on integers.
"""

from __future__ import annotations

from spinelift.mesh import kernel
from spinelift.mesh.outline import doubled_area
from spinelift.mesh.types import GRID, GridPoints, Ring

STEP = GRID * GRID
"""Twice the area of a step of one pixel, which is never worth a vertex (native/outline.cpp)."""

LARGEST_DENT = 0.02
"""Share of the outline's area: the dents that the smallest concave factor gives back."""


def simplify(
    ring: Ring,
    size: tuple[int, int],
    *,
    detail_factor: float,
    concave_factor: float = 0.0,
    smallest_gain: float = 0.0,
    max_hull_vertices: int | None = None,
    refinement: int = 0,
    has_inside: bool = False,
) -> GridPoints:
    """Return a simple polygon that contains `ring`, inside an image of `size` (width, height).

    Without a budget a vertex is given up while that adds at most a quarter of `detail_factor` of
    the ring's area (the curve behind it: docs/architecture.md). With `max_hull_vertices` the budget
    decides alone. `concave_factor` then gives dents back, the most useful first; no vertex is kept
    for less than `smallest_gain` px2. Short edges go where the polygon is to have vertices inside,
    because no good triangle stands on them. Points come in grid units, clockwise on screen.
    """
    area = doubled_area(ring) * GRID * GRID  # twice the area, like all areas here
    smallest = int(2 * smallest_gain * GRID * GRID)
    affordable = int(area * round(detail_factor * 1_000_000)) // 4_000_000
    looseness = 1 - concave_factor / 100
    dent = max(int(area * LARGEST_DENT * looseness * looseness), smallest, 1)
    return kernel.simplify(
        ring,
        size,
        budget=max_hull_vertices or 0,
        tolerance=0 if max_hull_vertices else max(affordable, smallest, STEP),
        smallest_dent=dent if concave_factor > 0 else 0,
        refinement=refinement,
        has_inside=has_inside,
    )
