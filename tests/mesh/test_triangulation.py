"""Polygon and points to triangles: constrained Delaunay, decided here in Python's integers."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh import kernel
from spinelift.mesh.errors import TriangulationFailed
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.triangulation import triangulate
from spinelift.mesh.types import GRID, Alpha, GridPoints, Mesh, Triangles
from tests.drawing import alphas, mesh_parameters
from tests.mesh import oracle

Corner = tuple[int, int]
SQUARE = np.array([(0, 0), (640, 0), (640, 640), (0, 640)], dtype=np.int32)
NOTHING = SQUARE[:0]


def across_edges(triangles: Triangles) -> Iterator[tuple[int, int, int, int]]:
    """The triangle a, b, c and the corner d opposite of it, for every edge between two."""
    opposite: dict[tuple[int, int], int] = {}
    for a, b, c in triangles.tolist():
        opposite |= {(a, b): c, (b, c): a, (c, a): b}
    for (a, b), c in opposite.items():
        if (b, a) in opposite:
            yield a, b, c, opposite[b, a]


def is_in_circle(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Is d strictly inside the circle through the clockwise triangle a, b, c?"""
    (ax, ay), (bx, by), (cx, cy) = ((x - d[0], y - d[1]) for x, y in (a, b, c))
    determinant = (
        (ax * ax + ay * ay) * (bx * cy - by * cx)
        + (bx * bx + by * by) * (cx * ay - cy * ax)
        + (cx * cx + cy * cy) * (ax * by - ay * bx)
    )
    return determinant > 0


def is_delaunay(mesh: Mesh) -> bool:
    points = [(int(x), int(y)) for x, y in mesh.vertices * GRID]
    return not any(
        is_in_circle(points[a], points[b], points[c], points[d])
        for a, b, c, d in across_edges(mesh.triangles)
    )


@settings(max_examples=100)
@given(alphas(), mesh_parameters())
def test_no_neighbours_vertex_lies_inside_a_circumcircle(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        assert is_delaunay(mesh)


@settings(max_examples=40)
@given(alphas(), mesh_parameters(triangulator=st.just("triangle")))
def test_shewchuks_triangle_is_delaunay_too(alpha: Alpha, parameters: MeshParameters) -> None:
    for mesh in generate(alpha, parameters):
        assert is_delaunay(mesh)


@settings(max_examples=60)
@given(alphas(), mesh_parameters(internal_vertex_density=st.just(0.0)))
def test_polygon_gets_as_many_triangles_as_from_shapely(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        theirs = shapely.constrained_delaunay_triangles(oracle.hull_polygon(mesh))
        assert len(mesh.triangles) == len(theirs.geoms)


@settings(max_examples=60)
@given(alphas(), mesh_parameters())
def test_triangles_are_sorted_with_their_smallest_vertex_first(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        rows = mesh.triangles.tolist()
        assert rows == sorted(rows)
        assert all(row[0] == min(row) for row in rows)


@given(st.integers(-20, 20), st.integers(-20, 20))
def test_ties_are_broken_alike_wherever_the_square_lies(x: int, y: int) -> None:
    moved = SQUARE + np.array([x + 20, y + 20], dtype=np.int32)

    assert kernel.triangulate(moved, 4).tolist() == kernel.triangulate(SQUARE, 4).tolist()


def test_point_on_a_diagonal_splits_both_triangles() -> None:
    points = np.array([*SQUARE, (320, 320)], dtype=np.int32)

    assert kernel.triangulate(points, 4).tolist() == [[0, 1, 4], [0, 4, 3], [1, 2, 4], [2, 3, 4]]


@pytest.mark.parametrize("triangulator", ["exact", "triangle"])
def test_vertices_in_one_place_reach_no_triangulator(triangulator: str) -> None:
    twice = np.array([*SQUARE, SQUARE[0]], dtype=np.int32)

    with pytest.raises(TriangulationFailed, match="Two vertices lie in one place"):
        triangulate(twice, NOTHING, triangulator=triangulator)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "polygon",
    [
        np.array([(0, 0), (640, 640), (640, 0), (0, 640)], dtype=np.int32),
        SQUARE[::-1].copy(),
        np.array([(0, 0), (320, 0), (640, 0), (64, 0)], dtype=np.int32),
    ],
    ids=["crosses itself", "counter-clockwise", "flat"],
)
def test_what_is_no_clockwise_polygon_is_refused(polygon: GridPoints) -> None:
    with pytest.raises(TriangulationFailed):
        triangulate(polygon, NOTHING, triangulator="exact")


@pytest.mark.parametrize("point", [(700, 10), (640, 320)], ids=["outside", "on the hull"])
def test_point_that_is_not_inside_is_refused(point: Corner) -> None:
    with pytest.raises(TriangulationFailed):
        triangulate(SQUARE, np.array([point], dtype=np.int32), triangulator="exact")


def test_triangle_that_is_not_installed_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "triangle", None)

    with pytest.raises(TriangulationFailed, match=r"pip install 'spinelift\[triangle\]'"):
        triangulate(SQUARE, NOTHING, triangulator="triangle")
