"""What every mesh is, whatever the art and the parameters: Spine's contract, and coverage."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import violations
from spinelift.mesh.types import GRID, Alpha, Mesh
from tests.drawing import FAMILY_NAMES, alphas, drawn, mesh_parameters
from tests.mesh import oracle

SMALL_BUDGETS = st.integers(4, 12)
DENSE = st.sampled_from([1.0, 20.0, 100.0])


@st.composite
def meshes(draw: st.DrawFn) -> list[Mesh]:
    return generate(draw(alphas()), draw(mesh_parameters()))


@pytest.mark.parametrize("name", FAMILY_NAMES)
@settings(max_examples=15)
@given(data=st.data())
def test_every_required_pixel_lies_inside_the_hull(name: str, data: st.DataObject) -> None:
    alpha, parameters = data.draw(drawn(name)), data.draw(mesh_parameters())

    found = generate(alpha, parameters)

    for mesh in found:
        assert oracle.hull_polygon(mesh).covers(oracle.required_area(mesh))


@settings(max_examples=60)
@given(alphas(), st.integers(0, 254))
def test_every_pixel_above_the_threshold_is_required(alpha: Alpha, alpha_threshold: int) -> None:
    parameters = MeshParameters(alpha_threshold=alpha_threshold, min_contour_area=1)

    (mesh,) = generate(alpha, parameters)

    assert mesh.required_origin == (0, 0)
    np.testing.assert_array_equal(mesh.required, alpha > alpha_threshold)


@settings(max_examples=60)
@given(meshes())
def test_quality_reports_full_coverage(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        assert mesh.quality.coverage == 1
        assert mesh.quality.uncovered_pixels == 0
        assert mesh.quality.area_coverage == pytest.approx(1, abs=1e-12)


@settings(max_examples=80)
@given(meshes())
def test_nothing_violates_the_contract(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        assert violations(mesh) == []


@settings(max_examples=60)
@given(meshes())
def test_hull_is_one_simple_polygon_clockwise_on_screen(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        ring = shapely.LinearRing(mesh.vertices[: mesh.hull])
        assert ring.is_simple
        assert oracle.hull_polygon(mesh).is_valid
        assert ring.is_ccw  # where y grows up, as shapely has it


@settings(max_examples=60)
@given(meshes())
def test_triangles_tile_the_hull_without_overlap(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        triangles, hull = oracle.triangle_polygons(mesh), oracle.hull_polygon(mesh)
        assert shapely.area(triangles).sum() == pytest.approx(hull.area, rel=1e-12)
        assert shapely.union_all(triangles).area == pytest.approx(hull.area, rel=1e-9)


@settings(max_examples=60)
@given(meshes())
def test_triangles_are_clockwise_on_screen_and_not_flat(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        corners = (mesh.vertices * GRID).astype(np.int64)[mesh.triangles]
        (ab, ac) = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        assert (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0] > 0).all()


@settings(max_examples=60)
@given(meshes())
def test_triangles_share_whole_edges(meshes: list[Mesh]) -> None:
    """No T-junction: an edge has a triangle on both sides, or is one of the hull's."""
    for mesh in meshes:
        ways = mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).tolist()
        there = {(a, b) for a, b in ways}
        back = {(b, a) for a, b in there}
        assert len(there) == len(ways)
        assert there - back == {(a, b) for a, b in mesh.boundary_edges.tolist()}


@settings(max_examples=60)
@given(meshes())
def test_triangle_count_follows_from_vertices_and_hull(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        assert len(mesh.triangles) == 2 * len(mesh.vertices) - mesh.hull - 2


@settings(max_examples=60)
@given(meshes())
def test_every_vertex_is_used(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        np.testing.assert_array_equal(np.unique(mesh.triangles), np.arange(len(mesh.vertices)))


@settings(max_examples=60)
@given(meshes())
def test_interior_vertices_lie_strictly_inside_the_hull(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        inner = shapely.points(mesh.vertices[mesh.hull :])
        assert oracle.hull_polygon(mesh).contains_properly(inner).all()


@settings(max_examples=60)
@given(meshes())
def test_vertices_lie_on_the_grid_inside_the_image(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        in_grid_units = mesh.vertices * GRID
        np.testing.assert_array_equal(in_grid_units, np.rint(in_grid_units))
        assert (mesh.vertices >= 0).all()
        assert (mesh.vertices <= (mesh.width, mesh.height)).all()


@settings(max_examples=60)
@given(meshes())
def test_no_two_vertices_are_nearer_than_half_a_pixel(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        apart = mesh.vertices[:, None] - mesh.vertices[None]
        squared = (apart**2).sum(axis=2) + np.eye(len(mesh.vertices))
        assert squared.min() >= 0.25


@settings(max_examples=60)
@given(meshes())
def test_uvs_are_vertices_over_the_size_of_the_image(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        assert mesh.uvs.min() >= 0
        assert mesh.uvs.max() <= 1
        np.testing.assert_array_equal(mesh.uvs, mesh.vertices / (mesh.width, mesh.height))


@settings(max_examples=60)
@given(meshes())
def test_arrays_have_their_documented_shapes_and_types(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        count, inner = len(mesh.vertices), len(mesh.internal_edges)
        for points in (mesh.vertices, mesh.uvs):
            assert points.dtype == np.float64
            assert points.shape == (count, 2)
        assert mesh.triangles.shape == (len(mesh.triangles), 3)
        assert mesh.boundary_edges.shape == (mesh.hull, 2)
        assert mesh.internal_edges.shape == (inner, 2)
        assert mesh.edges.shape == (mesh.hull + inner, 2)
        edges = (mesh.boundary_edges, mesh.internal_edges, mesh.edges)
        assert all(indices.dtype == np.int32 for indices in (mesh.triangles, *edges))
        assert type(mesh.hull) is type(mesh.width) is type(mesh.height) is int


@settings(max_examples=60)
@given(meshes())
def test_boundary_edges_walk_the_first_vertices_in_order(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        following = [*range(1, mesh.hull), 0]
        assert mesh.boundary_edges.tolist() == [list(way) for way in enumerate(following)]


@settings(max_examples=60)
@given(meshes())
def test_internal_edges_are_those_between_two_triangles(meshes: list[Mesh]) -> None:
    for mesh in meshes:
        sides: list[tuple[int, int]] = []
        for a, b, c in mesh.triangles.tolist():
            sides += [(min(p, q), max(p, q)) for p, q in ((a, b), (b, c), (c, a))]
        shared = sorted(side for side in set(sides) if sides.count(side) == 2)
        assert mesh.internal_edges.tolist() == [list(side) for side in shared]
        assert mesh.edges.tolist() == mesh.boundary_edges.tolist() + mesh.internal_edges.tolist()


@settings(max_examples=150)
@given(
    alphas(),
    mesh_parameters(max_hull_vertices=SMALL_BUDGETS, internal_vertex_density=st.just(0.0)),
)
def test_hull_budget_is_never_exceeded(alpha: Alpha, parameters: MeshParameters) -> None:
    assert parameters.max_hull_vertices is not None

    found = generate(alpha, parameters)

    for mesh in found:
        assert mesh.hull <= parameters.max_hull_vertices


@settings(max_examples=100)
@given(alphas(), mesh_parameters(max_hull_vertices=SMALL_BUDGETS, internal_vertex_density=DENSE))
def test_hull_budget_holds_where_the_hull_is_split_for_bending(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    assert parameters.max_hull_vertices is not None

    found = generate(alpha, parameters)

    for mesh in found:
        assert mesh.hull <= parameters.max_hull_vertices


@settings(max_examples=150)
@given(alphas(), mesh_parameters(max_vertices=SMALL_BUDGETS))
def test_budget_of_the_whole_mesh_is_never_exceeded(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    assert parameters.max_vertices is not None

    found = generate(alpha, parameters)

    for mesh in found:
        assert len(mesh.vertices) <= parameters.max_vertices


def test_budget_is_divided_between_hull_and_interior_where_there_is_density() -> None:
    disc = np.asarray(
        [[(x - 50) ** 2 + (y - 50) ** 2 < 2000 for x in range(100)] for y in range(100)]
    )
    alpha = disc.astype(np.uint8) * 255

    (hull_only,) = generate(alpha, MeshParameters(max_vertices=40))
    (divided,) = generate(alpha, MeshParameters(max_vertices=40, internal_vertex_density=100))

    assert hull_only.hull == len(hull_only.vertices) == 40
    assert divided.hull < len(divided.vertices) <= 40


@settings(max_examples=40)
@given(alphas(), mesh_parameters(internal_vertex_density=st.just(0.0)))
def test_density_of_nothing_means_no_interior_vertex(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    for mesh in generate(alpha, parameters):
        assert mesh.hull == len(mesh.vertices)


@settings(max_examples=40)
@given(alphas(), mesh_parameters(triangulator=st.just("triangle"), max_vertices=st.just(60)))
def test_shewchuks_triangle_gives_a_valid_mesh_of_the_same_vertices(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    ours = MeshParameters.from_mapping({**parameters.to_mapping(), "triangulator": "exact"})

    for theirs, exact in zip(generate(alpha, parameters), generate(alpha, ours), strict=True):
        assert violations(theirs) == []
        np.testing.assert_array_equal(theirs.vertices, exact.vertices)
        assert len(theirs.triangles) == len(exact.triangles)


DELICATE: dict[str, tuple[str, MeshParameters]] = {
    "a new corner that would come too near to another": (
        "####.# .##.#. #...## #..... .##.##",
        MeshParameters(alpha_threshold=0, min_contour_area=1),
    ),
    "a corner on the image's border that must be rounded outward": (
        "................ ................ ................ ...........#.... ..###......#.... "
        ".#...#####.#.... ..#.......###... ...#.......#.... ....#......#.... .....#.....#.... "
        "......#....#.... .......#...#.... .......#...#.... ........#....... .........#...... "
        "..........#..... ...........#.... .........#####.. ....#####....#.. ..............#.",
        MeshParameters(alpha_threshold=0, min_contour_area=1, max_hull_vertices=5),
    ),
}
"""Pictures that a kernel without one of its precautions gets wrong; found at random."""


@pytest.mark.parametrize("precaution", DELICATE)
def test_delicate_picture_is_meshed(precaution: str) -> None:
    rows, parameters = DELICATE[precaution]
    alpha = np.array([[255 * (sign == "#") for sign in row] for row in rows.split()], np.uint8)

    (mesh,) = generate(alpha, parameters)

    assert violations(mesh) == []
    assert oracle.hull_polygon(mesh).covers(oracle.required_area(mesh))
