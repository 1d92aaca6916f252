"""The library measures itself: it agrees with shapely, and sees every fault made on purpose."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import uncovered_pixels, violations
from spinelift.mesh.types import GRID, Alpha, Islands, Mesh
from tests.drawing import alphas, mesh_parameters
from tests.mesh import oracle

Mutate = Callable[[Mesh], Mesh]


def mesh_of(
    vertices: ArrayLike, triangles: ArrayLike, hull: int, size: tuple[int, int] = (8, 8)
) -> Mesh:
    """A mesh made by hand, over an opaque image."""
    width, height = size
    return Mesh(
        vertices=np.array(vertices, dtype=np.float64),
        triangles=np.array(triangles, dtype=np.int32),
        hull=hull,
        width=width,
        height=height,
        required=np.ones((height, width), dtype=np.uint8),
    )


def grid_mesh() -> Mesh:
    """Nine vertices on a square of 8 pixels, eight triangles of one area, one vertex inside."""
    ring = [(0, 0), (4, 0), (8, 0), (8, 4), (8, 8), (4, 8), (0, 8), (0, 4)]
    fan = [(i, (i + 1) % 8, 8) for i in range(8)]
    return mesh_of([*ring, (4, 4)], fan, 8)


@st.composite
def damaged_meshes(draw: st.DrawFn) -> Mesh:
    """A mesh of ours that has lost some triangles, and so covers no longer everything."""
    mesh = generate(draw(alphas(32)), draw(mesh_parameters()))[0]
    kept = draw(st.sets(st.integers(0, len(mesh.triangles) - 1), min_size=1))
    return dataclasses.replace(mesh, triangles=mesh.triangles[sorted(kept)])


@st.composite
def shifted_meshes(draw: st.DrawFn) -> Mesh:
    """A mesh of ours that lies beside its art."""
    mesh = generate(draw(alphas(32)), draw(mesh_parameters()))[0]
    shifts = st.integers(-4 * GRID, 4 * GRID)
    moved = mesh.vertices + np.array([draw(shifts), draw(shifts)]) / GRID
    inside = np.clip(moved, 0, None)
    return dataclasses.replace(mesh, vertices=moved if (moved == inside).all() else mesh.vertices)


@settings(max_examples=100)
@given(damaged_meshes() | shifted_meshes())
def test_uncovered_area_agrees_with_shapely(mesh: Mesh) -> None:
    required = np.count_nonzero(mesh.required)

    measured = (1 - mesh.quality.area_coverage) * required

    assert measured == pytest.approx(oracle.uncovered_area(mesh), abs=1e-9 * required)


@settings(max_examples=100)
@given(damaged_meshes() | shifted_meshes())
def test_uncovered_centres_agree_with_shapely_pixel_by_pixel(mesh: Mesh) -> None:
    expected = oracle.uncovered_centres(mesh)

    found = uncovered_pixels(mesh)

    left, top = mesh.required_origin
    height, width = mesh.required.shape
    assert found.shape == (mesh.height, mesh.width)
    np.testing.assert_array_equal(found[top : top + height, left : left + width], expected)
    assert found.sum() == expected.sum() == mesh.quality.uncovered_pixels
    assert mesh.quality.coverage == 1 - expected.sum() / np.count_nonzero(mesh.required)


@settings(max_examples=50)
@given(alphas(), mesh_parameters())
def test_overdraw_is_the_hull_area_for_each_required_pixel(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        expected = oracle.hull_polygon(mesh).area / oracle.required_area(mesh).area
        assert mesh.quality.overdraw == pytest.approx(expected, rel=1e-9)


def test_overdraw_of_a_full_quad_is_one() -> None:
    (mesh,) = generate(np.full((8, 8), 255, dtype=np.uint8), MeshParameters())

    assert mesh.hull == 4
    assert mesh.quality.overdraw == 1


def test_angles_are_those_of_the_triangles() -> None:
    mesh = grid_mesh()

    assert mesh.quality.smallest_angle_degrees == pytest.approx(45)
    assert mesh.quality.angle_p5_degrees == pytest.approx(45)
    assert mesh.quality.slivers == 0


def test_slivers_are_the_share_of_triangles_with_an_angle_under_ten_degrees() -> None:
    mesh = mesh_of([(0, 0), (8, 0), (8, 1), (0, 8)], [(0, 1, 2), (0, 2, 3)], 4)

    assert mesh.quality.smallest_angle_degrees == pytest.approx(math.degrees(math.atan(1 / 8)))
    assert mesh.quality.slivers == 0.5


def test_islands_are_reported() -> None:
    mesh = dataclasses.replace(grid_mesh(), islands=Islands(kept=3, dropped=2))

    assert (mesh.quality.islands_kept, mesh.quality.islands_dropped) == (3, 2)


def test_quality_is_computed_once() -> None:
    mesh = grid_mesh()

    assert mesh.quality is mesh.quality


# ---- the checker, proved by what it must catch ------------------------------------------------


def moved(vertex: int, x: float, y: float) -> Mutate:
    def mutate(mesh: Mesh) -> Mesh:
        vertices = mesh.vertices.copy()
        vertices[vertex] = x, y
        return dataclasses.replace(mesh, vertices=vertices)

    return mutate


def with_triangles(change: Callable[[list[list[int]]], list[list[int]]]) -> Mutate:
    def mutate(mesh: Mesh) -> Mesh:
        triangles = np.array(change(mesh.triangles.tolist()), dtype=np.int32)
        return dataclasses.replace(mesh, triangles=triangles)

    return mutate


def with_hull(hull: int) -> Mutate:
    return lambda mesh: dataclasses.replace(mesh, hull=hull)


def with_unused_vertex(mesh: Mesh) -> Mesh:
    vertices = np.concatenate([mesh.vertices, [(2, 5)]])
    return dataclasses.replace(mesh, vertices=vertices)


def turned_over(mesh: Mesh) -> Mesh:
    return dataclasses.replace(mesh, triangles=mesh.triangles[:, ::-1])


def in_another_order(mesh: Mesh) -> Mesh:
    """The same triangles, but the hull's vertices do not come in order."""
    order = np.array([0, 2, 1, 3, 4, 5, 6, 7, 8])
    triangles = np.argsort(order)[mesh.triangles].astype(np.int32)
    return dataclasses.replace(mesh, vertices=mesh.vertices[order], triangles=triangles)


OUTSIDE = "A vertex lies outside the image."
UNUSED = "A vertex is in no triangle."
FLAT = "A triangle is flat or inverted."
NO_TILING = "The triangles do not tile the outline."
NOT_SIMPLE = "The outline touches or crosses itself."
NEAR = "Two vertices are nearer than 0.5 px."

FAULTS: dict[str, tuple[Mutate, str]] = {
    "left of the image": (moved(7, -1 / 64, 4), OUTSIDE),
    "above the image": (moved(1, 4, -1 / 64), OUTSIDE),
    "right of the image": (moved(3, 8 + 1 / 64, 4), OUTSIDE),
    "below the image": (moved(5, 4, 8 + 1 / 64), OUTSIDE),
    "hull of two": (with_hull(2), "A hull of 2 does not go with 9 vertices."),
    "hull beyond the vertices": (with_hull(10), "A hull of 10 does not go with 9 vertices."),
    "hull that is too short": (
        with_hull(7),
        "8 triangles, but 9 vertices with a hull of 7 make 9.",
    ),
    "triangle missing": (
        with_triangles(lambda them: them[1:]),
        "7 triangles, but 9 vertices with a hull of 8 make 8.",
    ),
    "triangle too many": (
        with_triangles(lambda them: [*them, [0, 1, 8]]),
        "9 triangles, but 9 vertices with a hull of 8 make 8.",
    ),
    "vertex in no triangle": (with_unused_vertex, UNUSED),
    "inverted triangle": (with_triangles(lambda them: [[1, 0, 8], *them[1:]]), FLAT),
    "flat triangle": (with_triangles(lambda them: [[0, 1, 2], *them[1:]]), FLAT),
    "all counter-clockwise": (turned_over, FLAT),
    "hole and overlap": (with_triangles(lambda them: [[0, 2, 8], *them[1:]]), NO_TILING),
    "hull that touches itself": (moved(1, 4, 8), NOT_SIMPLE),
    "hull that crosses itself": (in_another_order, NOT_SIMPLE),
    "hull that doubles back": (moved(0, 6, 0), NOT_SIMPLE),
    "vertices nearly in one place": (moved(8, 4 + 31 / 64, 8 - 1 / 64), NEAR),
    "vertices in one place": (moved(8, 4, 0), NEAR),
}


def test_faultless_mesh_violates_nothing() -> None:
    assert violations(grid_mesh()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_made_on_purpose_is_found(fault: str) -> None:
    mutate, sentence = FAULTS[fault]

    assert sentence in violations(mutate(grid_mesh()))


def test_overlap_as_large_as_the_hole_beside_it_is_found() -> None:
    """Count, areas and vertices are all right, but one triangle is there twice."""
    assert violations(with_triangles(lambda them: [them[1], *them[1:]])(grid_mesh()))


def test_vertex_in_the_middle_of_an_edge_is_found() -> None:
    corners = [(0, 0), (8, 0), (8, 8), (0, 8), (4, 4)]
    mesh = mesh_of(corners, [(0, 1, 2), (0, 4, 3), (4, 2, 3)], 4)

    assert "3 triangles, but 5 vertices with a hull of 4 make 4." in violations(mesh)


def test_vertices_half_a_pixel_apart_are_far_enough() -> None:
    mesh = moved(8, 4, 8 - 0.5)(grid_mesh())

    assert violations(mesh) == []


@settings(max_examples=50)
@given(alphas(32), mesh_parameters(), st.data())
def test_any_lost_triangle_is_found(
    alpha: Alpha, parameters: MeshParameters, data: st.DataObject
) -> None:
    mesh = generate(alpha, parameters)[0]
    lost = data.draw(st.integers(0, len(mesh.triangles) - 1))

    damaged = dataclasses.replace(mesh, triangles=np.delete(mesh.triangles, lost, axis=0))

    assert violations(damaged)


@settings(max_examples=50)
@given(alphas(32), mesh_parameters(), st.data())
def test_any_repeated_triangle_is_found(
    alpha: Alpha, parameters: MeshParameters, data: st.DataObject
) -> None:
    """One instead of another: the count is right, and the areas may be."""
    mesh = generate(alpha, parameters)[0]
    which = st.integers(0, len(mesh.triangles) - 1)
    lost, twice = data.draw(st.tuples(which, which).filter(lambda pair: pair[0] != pair[1]))
    triangles = mesh.triangles.copy()
    triangles[lost] = triangles[twice]

    assert violations(dataclasses.replace(mesh, triangles=triangles))
