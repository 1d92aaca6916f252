"""The vertices that a person wants in, polygon and points on the grid out, or why not.

In what is said of them vertices are numbered as they were given, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeGuard

import numpy as np

from spinelift.mesh.errors import EditRefused
from spinelift.mesh.outline import doubled_area
from spinelift.mesh.parameters import MAXIMUM_VERTICES
from spinelift.mesh.quality import NEAREST, crossing_edges, grid_points, near_vertices
from spinelift.mesh.types import GRID, GridPoints

HALF_STEP = 0.5 / GRID
"""Pixels: what is no farther outside the image is rounded to its border."""


def place_vertices(
    vertices: object, hull: object, size: tuple[int, int]
) -> tuple[GridPoints, GridPoints]:
    """Round vertices to the grid, and check that they make a mesh.

    Parameters
    ----------
    vertices
        Plain data that anyone may have sent; wanted is a list of [x, y] in image pixels.
    hull
        How many of them, from the first, walk round the outline, in either direction.
    size
        Width and height of the image in pixels.

    Returns
    -------
    The outline, clockwise from vertex 0, and the points inside it.

    Raises
    ------
    EditRefused
        Whatever is wrong with them, in a sentence that names the first vertices at fault.
    """
    if not isinstance(vertices, list | tuple) or not isinstance(hull, int):
        raise EditRefused("An edit is a list of vertices and how many of them are the outline's.")
    if len(vertices) > MAXIMUM_VERTICES:
        raise EditRefused(
            f"There are {len(vertices)} vertices; a mesh has at most {MAXIMUM_VERTICES}."
        )
    if hull < 3:
        raise EditRefused("The outline has fewer than 3 vertices.")
    if hull > len(vertices):
        raise EditRefused(f"The outline has more vertices than there are: {len(vertices)}.")
    placed = grid_points(np.array([*_checked(vertices, size)], dtype=np.float64))
    near = near_vertices(placed / GRID)
    if near is not None:
        raise EditRefused(f"Vertices {near[0]} and {near[1]} are nearer than {NEAREST} px.")
    outline, points = placed[:hull], placed[hull:]
    crossing = crossing_edges(outline)
    if crossing is not None:
        one, other = (f"from vertex {edge} to {(edge + 1) % hull}" for edge in crossing)
        raise EditRefused(f"The outline touches or crosses itself: edge {one} and edge {other}.")
    beside = _first_beside(points, outline)
    if beside is not None:
        raise EditRefused(f"Vertex {hull + beside} does not lie inside the outline.")
    if doubled_area(outline) < 0:
        outline = np.roll(outline[::-1], 1, axis=0)
    return outline, points


def _checked(
    vertices: list[object] | tuple[object, ...], size: tuple[int, int]
) -> Iterator[tuple[float, float]]:
    for number, vertex in enumerate(vertices):
        if not _is_pair(vertex):
            raise EditRefused(f"Vertex {number} is not two finite numbers.")
        x, y = vertex
        # Before they are floats: JSON has whole numbers that are too large for one.
        if not all(
            -HALF_STEP <= place <= side + HALF_STEP
            for place, side in zip((x, y), size, strict=True)
        ):
            raise EditRefused(
                f"Vertex {number} lies outside the image, which is {size[0]} x {size[1]} px."
            )
        yield float(x), float(y)


def _is_pair(vertex: object) -> TypeGuard[tuple[float, float]]:
    return (
        isinstance(vertex, list | tuple)
        and len(vertex) == 2
        and all(
            isinstance(place, int | float)
            and not isinstance(place, bool)
            and -math.inf < place < math.inf
            for place in vertex
        )
    )


def _first_beside(points: GridPoints, outline: GridPoints) -> int | None:
    """Find the first point that is outside a simple outline or on it; exact.

    A point is inside where an odd number of edges lies to its right. Each edge is compared with
    the points at its height alone.
    """
    order = np.argsort(points[:, 1], kind="stable")
    x, y = points[order].astype(np.int64).T
    is_in = np.zeros(len(points), dtype=bool)
    is_on = np.zeros(len(points), dtype=bool)
    ends = zip(outline.tolist(), np.roll(outline, -1, axis=0).tolist(), strict=True)
    for edge in ends:
        (top_x, top), (bottom_x, bottom) = sorted(edge, key=lambda end: end[1])
        beside = slice(np.searchsorted(y, top), np.searchsorted(y, bottom, side="right"))
        right = (bottom_x - top_x) * (y[beside] - top) - (bottom - top) * (x[beside] - top_x)
        is_in[beside] ^= (right > 0) & (y[beside] < bottom)
        is_level = (x[beside] >= min(top_x, bottom_x)) & (x[beside] <= max(top_x, bottom_x))
        is_on[beside] |= (right == 0) & is_level
    wrong = order[~is_in | is_on]
    return int(wrong.min()) if len(wrong) else None
