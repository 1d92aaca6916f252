"""The library measures itself: coverage, overdraw, angles, and whether Spine's contract holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spinelift.mesh import kernel
from spinelift.mesh.types import GRID, GridPoints, Mask, Triangles

if TYPE_CHECKING:
    from spinelift.mesh.types import Mesh

SLIVER_DEGREES = 10.0
"""A triangle with a smaller angle than this is a sliver."""

NEAREST = 0.5
"""Pixels: vertices nearer than this make the editor's automatic weights fail."""


@dataclass(frozen=True)
class Quality:
    """What a mesh is worth.

    Attributes
    ----------
    coverage
        Share of the required pixels whose centre a triangle covers, 0 to 1.
    area_coverage
        Share of the required pixels' area that triangles cover, 0 to 1.
    uncovered_pixels
        How many required pixels have their centre outside.
    overdraw
        Area of the triangles / area of the required pixels.
    smallest_angle_degrees, angle_p5_degrees
        Least, and 5th percentile, of the triangles' smallest angles.
    slivers
        Share of triangles with an angle below 10 degrees, 0 to 1.
    islands_kept, islands_dropped
        Pieces of art inside the mesh, and left out by a parameter.
    """

    coverage: float
    area_coverage: float
    uncovered_pixels: int
    overdraw: float
    smallest_angle_degrees: float
    angle_p5_degrees: float
    slivers: float
    islands_kept: int
    islands_dropped: int


def measure(mesh: Mesh) -> Quality:
    """Measure a mesh against the pixels that it must cover."""
    required = int(np.count_nonzero(mesh.required))
    uncovered, uncovered_area = _uncovered(mesh)
    missed = int(np.count_nonzero(uncovered))
    area = float(triangle_areas(mesh.vertices, mesh.triangles).sum())
    smallest = smallest_angles(mesh.vertices, mesh.triangles)
    return Quality(
        coverage=1 - missed / required,
        area_coverage=1 - uncovered_area / required,
        uncovered_pixels=missed,
        overdraw=area / required,
        smallest_angle_degrees=float(smallest.min()),
        angle_p5_degrees=float(np.percentile(smallest, 5)),
        slivers=float(np.mean(smallest < SLIVER_DEGREES)),
        islands_kept=mesh.islands.kept,
        islands_dropped=mesh.islands.dropped,
    )


def measured(mesh: Mesh, quality: Quality) -> Mesh:
    """Give the mesh its quality, which was measured elsewhere."""
    vars(mesh)["quality"] = quality
    return mesh


def uncovered_pixels(mesh: Mesh) -> Mask:
    """(H, W) mask of the required pixels whose centre is in no triangle."""
    found = np.zeros((mesh.height, mesh.width), dtype=np.uint8)
    left, top = mesh.required_origin
    part, _ = _uncovered(mesh)
    found[top : top + part.shape[0], left : left + part.shape[1]] = part
    return found


def _uncovered(mesh: Mesh) -> tuple[Mask, float]:
    """The same for the part of the image that `required` is of, and the uncovered area in px2."""
    points = grid_points(mesh.vertices)
    return kernel.coverage(mesh.required, mesh.required_origin, points, mesh.triangles)


def grid_points(vertices: NDArray[np.float64]) -> GridPoints:
    """Vertices in grid units, rounded to the nearest."""
    return np.rint(vertices * GRID).astype(np.int32)


def triangle_areas(vertices: NDArray[np.float64], triangles: Triangles) -> NDArray[np.float64]:
    """(M,) areas in px2, positive for triangles that run clockwise on screen."""
    a, b, c = vertices[triangles].transpose(1, 0, 2)
    ab, ac = b - a, c - a
    areas: NDArray[np.float64] = (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]) / 2
    return areas


def smallest_angles(vertices: NDArray[np.float64], triangles: Triangles) -> NDArray[np.float64]:
    """(M,) the smallest angle of each triangle, in degrees."""
    corners = vertices[triangles]
    forth = np.roll(corners, -1, axis=1) - corners
    back = np.roll(corners, 1, axis=1) - corners
    cross = forth[..., 0] * back[..., 1] - forth[..., 1] * back[..., 0]
    dot = (forth * back).sum(axis=2)
    angles: NDArray[np.float64] = np.degrees(np.arctan2(np.abs(cross), dot))
    least: NDArray[np.float64] = angles.min(axis=1)
    return least


def violations(mesh: Mesh) -> list[str]:
    """What of Spine's contract the mesh breaks, a sentence each; empty for every mesh of ours."""
    found = []
    vertices, triangles, hull = mesh.vertices, mesh.triangles, mesh.hull
    size = np.array([mesh.width, mesh.height])
    if (vertices < 0).any() or (vertices > size).any():
        found.append("A vertex lies outside the image.")
    if not 3 <= hull <= len(vertices):
        return [*found, f"A hull of {hull} does not go with {len(vertices)} vertices."]
    if len(triangles) != 2 * len(vertices) - hull - 2:
        found.append(
            f"{len(triangles)} triangles, but {len(vertices)} vertices with a hull of {hull} "
            f"make {2 * len(vertices) - hull - 2}."
        )
    if len(np.unique(triangles)) != len(vertices):
        found.append("A vertex is in no triangle.")
    areas = triangle_areas(vertices, triangles)
    if (areas <= 0).any():
        found.append("A triangle is flat or inverted.")
    if not _tile(triangles, hull):
        found.append("The triangles do not tile the outline.")
    if crossing_edges(grid_points(vertices[:hull])) is not None:
        found.append("The outline touches or crosses itself.")
    if near_vertices(vertices) is not None:
        found.append(f"Two vertices are nearer than {NEAREST} px.")
    return found


def _tile(triangles: Triangles, hull: int) -> bool:
    """Does every side that is not the hull's belong to two triangles, once in each direction?

    Triangles that all run clockwise and whose sides cancel but for one round of a simple outline
    cover each point inside it exactly once.
    """
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    forth = {(int(start), int(end)) for start, end in sides}
    outline = {(i, (i + 1) % hull) for i in range(hull)}
    return (
        len(forth) == len(sides)
        and {(start, end) for start, end in forth if (end, start) not in forth} == outline
    )


def crossing_edges(ring: GridPoints) -> tuple[int, int] | None:
    """Find two edges of a closed ring that touch anywhere but at the end that neighbours share.

    Edge i goes from corner i to the next one. Neighbours touch where the second doubles back on
    the first. None where there are no such edges: the ring is simple.
    """
    start, count = ring.astype(np.int64), len(ring)
    end = np.roll(start, -1, axis=0)
    before = np.roll(start, 1, axis=0)
    ahead = ((start - before) * (end - start)).sum(axis=1)
    folded = np.flatnonzero((_turn(before, start, end) == 0) & (ahead <= 0)).tolist()
    if folded:
        return (folded[0] - 1) % count, folded[0]
    # Each edge is compared with those alone that begin beside it, from left to right or downwards.
    low, high = np.minimum(start, end).T, np.maximum(start, end).T
    sweeps = [_sweep(low[axis], high[axis]) for axis in (0, 1)]
    order, reach = min(sweeps, key=lambda sweep: int(sweep[1].sum()))
    for place, edge in enumerate(order.tolist()):
        others = order[place + 1 : reach[place]]
        steps = (others - edge) % count
        others = others[(steps > 1) & (steps < count - 1)]
        touching = others[_touch(start[edge], end[edge], start[others], end[others])].tolist()
        if touching:
            return min(edge, touching[0]), max(edge, touching[0])
    return None


def _sweep(
    low: NDArray[np.int64], high: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Intervals by where they begin, and up to which of them those go that begin inside each."""
    order = np.argsort(low, kind="stable")
    return order, np.searchsorted(low[order], high[order], side="right")


def _turn(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> NDArray[np.int64]:
    ab, ac = b - a, c - a
    turned: NDArray[np.int64] = ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]
    return turned


def _touch(
    a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64], d: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which closed segments c-d share a point with the closed segment a-b?"""
    sides = [np.sign(_turn(*three)) for three in ((a, b, c), (a, b, d), (c, d, a), (c, d, b))]
    boxes_meet = (
        (np.maximum(c, d) >= np.minimum(a, b)) & (np.minimum(c, d) <= np.maximum(a, b))
    ).all(axis=-1)
    touching: NDArray[np.bool_] = (
        boxes_meet & (sides[0] * sides[1] <= 0) & (sides[2] * sides[3] <= 0)
    )
    return touching


def near_vertices(vertices: NDArray[np.float64]) -> tuple[int, int] | None:
    """Find two vertices that are nearer than `NEAREST`, by buckets of that size."""
    cells: dict[tuple[int, int], list[tuple[int, tuple[float, float]]]] = {}
    for number, (x, y) in enumerate(vertices.tolist()):
        column, row = int(x / NEAREST), int(y / NEAREST)
        for neighbour in [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            for other, place in cells.get(neighbour, ()):
                if math.dist(place, (x, y)) < NEAREST:
                    return other, number
        cells.setdefault((column, row), []).append((number, (x, y)))
    return None
