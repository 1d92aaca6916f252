"""Vertices as a person wants them: those that make a mesh are taken, the others are refused."""

from __future__ import annotations

import contextlib
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from spinelift.mesh.edit import place_vertices
from spinelift.mesh.errors import EditRefused
from spinelift.mesh.parameters import MAXIMUM_VERTICES, MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import crossing_edges, near_vertices
from spinelift.mesh.types import GRID, Alpha

from ..drawing import alphas, mesh_parameters

Place = tuple[float, float]

SIZE = (8, 6)
SQUARE: list[Any] = [[1, 1], [7, 1], [7, 5], [1, 5]]

PLACES = st.tuples(st.integers(0, 8), st.integers(0, 6))
RINGS = st.lists(PLACES, min_size=3, max_size=9)


def placed(vertices: object, hull: object = 4) -> tuple[list[list[float]], list[list[float]]]:
    outline, points = place_vertices(vertices, hull, SIZE)
    return (outline / GRID).tolist(), (points / GRID).tolist()


def is_simple(ring: list[tuple[int, int]]) -> bool:
    """By shapely; it ignores vertices in one place that follow each other."""
    closed = [*ring, ring[0]]
    repeats = any(one == next_one for one, next_one in pairwise(closed))
    return not repeats and bool(shapely.Polygon(ring).is_valid) and shapely.Polygon(ring).area > 0


@settings(max_examples=60)
@given(alphas(), mesh_parameters())
def test_vertices_of_a_mesh_of_ours_stay_where_they_are(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        size = mesh.width, mesh.height
        outline, points = place_vertices(mesh.vertices.tolist(), mesh.hull, size)

        assert np.array_equal(np.concatenate([outline, points]) / GRID, mesh.vertices)


@settings(max_examples=60)
@given(alphas(32), mesh_parameters())
def test_direction_of_the_outline_does_not_matter(alpha: Alpha, parameters: MeshParameters) -> None:
    mesh = generate(alpha, parameters)[0]
    size = mesh.width, mesh.height
    turned = [mesh.vertices[0], *mesh.vertices[mesh.hull - 1 : 0 : -1], *mesh.vertices[mesh.hull :]]

    outline, points = place_vertices([place.tolist() for place in turned], mesh.hull, size)

    assert np.array_equal(np.concatenate([outline, points]) / GRID, mesh.vertices)


@settings(max_examples=1000)
@given(RINGS)
def test_outline_is_taken_where_it_is_simple_and_only_there(ring: list[tuple[int, int]]) -> None:
    try:
        outline, _ = place_vertices(ring, len(ring), SIZE)
    except EditRefused:
        assert not is_simple(ring)
    else:
        assert is_simple(ring)
        assert sorted(map(tuple, (outline // GRID).tolist())) == sorted(ring)


@settings(max_examples=500)
@given(RINGS.filter(is_simple), PLACES)
def test_point_is_taken_where_it_is_inside_and_only_there(
    ring: list[tuple[int, int]], point: tuple[int, int]
) -> None:
    is_inside = shapely.Polygon(ring).contains(shapely.Point(point))
    try:
        _, points = place_vertices([*ring, point], len(ring), SIZE)
    except EditRefused:
        assert not is_inside
    else:
        assert is_inside
        assert (points // GRID).tolist() == [list(point)]


@settings(max_examples=500)
@given(RINGS)
def test_edges_that_are_named_do_touch(ring: list[tuple[int, int]]) -> None:
    assume(len(set(ring)) == len(ring))  # shapely has no edges without length
    crossing = crossing_edges(np.array(ring, dtype=np.int32))

    assert (crossing is None) == is_simple(ring)
    if crossing is not None:
        one, other = (
            shapely.LineString([ring[edge], ring[(edge + 1) % len(ring)]]) for edge in crossing
        )
        assert crossing[0] != crossing[1]
        assert one.intersects(other)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=2, max_size=40))
def test_vertices_that_are_named_are_nearer_than_half_a_pixel(
    places: list[tuple[int, int]],
) -> None:
    vertices = np.array(places) / GRID
    nearest = min(math.dist(a, b) for k, a in enumerate(vertices) for b in vertices[:k])

    near = near_vertices(vertices)

    assert (near is None) == (nearest >= 0.5)
    if near is not None:
        assert near[0] != near[1]
        assert math.dist(vertices[near[0]], vertices[near[1]]) < 0.5


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)
NEARLY_VERTICES = st.lists(st.lists(ANYTHING | st.floats(-1, 9), min_size=2, max_size=2))


@settings(max_examples=500)
@given(ANYTHING | NEARLY_VERTICES, ANYTHING | st.integers(0, 5))
@example(SQUARE, 10**5000)
@example(SQUARE, -(10**5000))
@example([[10**5000, 1], *SQUARE], 4)
@example([[1e308, 1], *SQUARE], 4)
def test_anything_else_is_refused(vertices: object, hull: object) -> None:
    with contextlib.suppress(EditRefused):
        outline, _ = placed(vertices, hull)
        assert len(outline) == hull


@pytest.mark.parametrize(
    ("vertices", "hull", "sentence"),
    [
        ("abcd", 4, "An edit is a list of vertices"),
        (SQUARE, "4", "An edit is a list of vertices"),
        (SQUARE, 2, "The outline has fewer than 3 vertices."),
        (SQUARE, 5, "The outline has more vertices than there are: 4."),
        ([[1, 1]] * (MAXIMUM_VERTICES + 1), 4, "There are 65536 vertices; a mesh has at most"),
        ([*SQUARE, [math.nan, 3]], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, [3, -math.inf]], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, ["3", 3]], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, [True, 3]], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, [3, 3, 3]], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, "33"], 4, "Vertex 4 is not two finite numbers."),
        ([*SQUARE, [3, 6.1]], 4, "Vertex 4 lies outside the image, which is 8 x 6 px."),
        ([*SQUARE, [-1e300, 3]], 4, "Vertex 4 lies outside the image"),
        ([*SQUARE, [10**400, 3]], 4, "Vertex 4 lies outside the image"),
        ([*SQUARE, [3, 3], [3.25, 3.25]], 4, "Vertices 4 and 5 are nearer than 0.5 px."),
        ([*SQUARE, [3, 5.5]], 4, "Vertex 4 does not lie inside the outline."),
        ([*SQUARE, [3, 3], [4, 1]], 4, "Vertex 5 does not lie inside the outline."),
        (
            [[1, 1], [7, 5], [7, 1], [1, 5]],
            4,
            "The outline touches or crosses itself: edge from vertex 0 to 1 and edge from vertex 2 "
            "to 3.",
        ),
        (
            [[1, 1], [7, 1], [4, 1], [4, 5]],
            4,
            "The outline touches or crosses itself: edge from vertex 0 to 1 and edge from vertex 1 "
            "to 2.",
        ),
    ],
)
def test_reason_names_what_is_wrong(vertices: object, hull: object, sentence: str) -> None:
    with pytest.raises(EditRefused) as caught:
        placed(vertices, hull)

    assert str(caught.value).startswith(sentence)


def test_places_are_rounded_to_the_grid_and_what_is_hardly_outside_to_the_border() -> None:
    outline, points = placed([[-0.007, 0], [8.007, -1e-9], [8, 6], [0, 6], [3.01, 3.02]])

    assert outline == [[0, 0], [8, 0], [8, 6], [0, 6]]
    assert points == [[3.015625, 3.015625]]
