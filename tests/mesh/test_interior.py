"""Vertices inside and along edges, for bending: as many as density and budget allow."""

from __future__ import annotations

import numpy as np
import pytest

from spinelift import samples
from spinelift.mesh.interior import Interior, interior_points, wanted_vertices
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import GRID, Alpha, GridPoints
from spinelift.samples.families import limb, rod
from tests.mesh import oracle

SIDE = 120
BENDING = MeshParameters(internal_vertex_density=50, max_vertices=40)


def square() -> GridPoints:
    corners = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)]
    return np.array(corners, dtype=np.int32)


def filled_square(wanted: int) -> Interior:
    return interior_points(square() * np.int32(GRID), (SIDE, SIDE), wanted=wanted)


def wanted_in_square(
    density: float = 50, size: tuple[int, int] = (SIDE, SIDE), min_triangle_area: float = 1
) -> int:
    return wanted_vertices(
        square(),
        size,
        density=density,
        density_scaling_factor=1000,
        min_triangle_area=min_triangle_area,
    )


@pytest.mark.parametrize(("share", "wanted"), [(1, 500), (4, 125), (9, 56)])
def test_density_wants_its_percentage_for_the_filled_share_of_the_image(
    share: int, wanted: int
) -> None:
    assert wanted_in_square(size=(SIDE * share, SIDE)) == wanted


def test_density_too_small_to_be_felt_wants_nothing() -> None:
    """5e-324 is above 0, but a hundredth of it is not."""
    assert wanted_in_square(density=5e-324) == 0


def test_no_more_is_wanted_than_triangles_of_the_least_area_have_room() -> None:
    assert wanted_in_square(min_triangle_area=50) == SIDE * SIDE / 2 / 50


def test_as_many_vertices_are_added_as_are_wanted() -> None:
    assert filled_square(0).size == 4
    assert filled_square(7).size == 11
    assert filled_square(500).size == 504


def test_edges_are_split_as_finely_as_the_inside_is_filled() -> None:
    interior = filled_square(100)

    gaps = np.roll(interior.polygon, -1, axis=0) - interior.polygon
    lengths = np.hypot(*gaps.T) / GRID
    spacing = (SIDE * SIDE / len(interior.points) * 2 / 3**0.5) ** 0.5
    assert lengths.max() < 2 * spacing


def test_edge_is_not_split_across_one_that_leaves_its_end_almost_beside_it() -> None:
    """The grid point outside of an edge was on the other side of the next."""
    crack = [(2048, 4224), (1963, 2960), (2048, 2111), (1966, 2923), (1566, 4224)]
    polygon = np.array([(0, 0), (4288, 0), (4288, 4224), *crack, (0, 4224)], dtype=np.int32)

    split = interior_points(polygon, (67, 66), wanted=1700).polygon

    assert len(split) > 100
    assert oracle.ring_polygon(split).is_valid


def straight() -> dict[str, Alpha]:
    return {
        "rod": rod(240, 240, thickness=9),
        "upright limb": limb(60, 240, bend=0),
        "lying limb": np.ascontiguousarray(limb(60, 240, bend=0).T),
    }


@pytest.mark.parametrize("name", straight())
def test_straight_limb_has_vertices_along_its_sides(name: str) -> None:
    """However straight: it is to bend. no piece of its outline is longer than a sixth of it."""
    alpha = straight()[name]

    [mesh] = generate(alpha, BENDING)

    hull = mesh.vertices[: mesh.hull]
    lengths = np.hypot(*(np.roll(hull, -1, axis=0) - hull).T)
    y, x = np.nonzero(alpha)
    assert lengths.max() < np.hypot(np.ptp(x), np.ptp(y)) / 6


def test_triangles_of_drawn_parts_are_well_shaped() -> None:
    qualities = [generate(alpha, BENDING)[0].quality for alpha in drawn_parts()]

    smallest = [quality.smallest_angle_degrees for quality in qualities]
    assert np.median(smallest) > 24
    assert np.median([quality.angle_p5_degrees for quality in qualities]) > 27
    assert np.mean([quality.slivers for quality in qualities]) < 0.02


def drawn_parts() -> list[Alpha]:
    return [np.ascontiguousarray(image[..., 3]) for image in samples.draw_all().values()]
