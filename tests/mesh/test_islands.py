"""Separate pieces of art: joined, split, dropped and reported; holes are filled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings

from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.outline import Outline, doubled_area, trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import violations
from spinelift.mesh.types import Alpha, Islands, Mask
from tests.drawing import alphas, masks
from tests.mesh import oracle


def picture(*rows: str) -> Alpha:
    """'#' is opaque."""
    return np.array([[255 * (sign == "#") for sign in row] for row in rows], dtype=np.uint8)


def three_squares() -> Alpha:
    """Squares of 4, 9 and 6 pixels a side."""
    alpha = np.zeros((24, 60), dtype=np.uint8)
    alpha[2:6, 2:6] = 255
    alpha[8:17, 20:29] = 255
    alpha[1:7, 44:50] = 255
    return alpha


def test_bridged_islands_make_one_hull() -> None:
    meshes = generate(three_squares(), MeshParameters(islands="bridge"))

    (mesh,) = meshes
    assert violations(mesh) == []
    assert mesh.islands == Islands(kept=3, dropped=0)
    assert oracle.hull_polygon(mesh).covers(oracle.pixel_boxes(three_squares()))
    assert mesh.warnings == ()


def test_islands_are_bridged_unless_asked_otherwise() -> None:
    assert len(generate(three_squares(), MeshParameters())) == 1


def test_bridge_between_two_islands_is_thin() -> None:
    mask = (three_squares() > 0).astype(np.uint8)

    (outline,) = trace_outlines(mask, min_contour_area=1)

    # From the largest island 15 pixels on each side of it in x, and 2 in y at the most.
    bridges = doubled_area(outline.ring) // 2 - int(mask.sum())
    assert bridges <= (20 - 6) + 3 + (44 - 29) + 3


def test_split_islands_come_largest_first() -> None:
    meshes = generate(three_squares(), MeshParameters(islands="split"))

    assert [int(mesh.required.sum()) for mesh in meshes] == [81, 36, 16]
    assert [mesh.islands for mesh in meshes] == [Islands(kept=1, dropped=0)] * 3
    assert [mesh.warnings for mesh in meshes] == [()] * 3


def test_split_islands_of_one_size_come_in_reading_order() -> None:
    alpha = picture("......##", "##....##", "##......", ".....##.", ".....##.")

    meshes = generate(alpha, MeshParameters(islands="split", min_contour_area=1))

    tops = [mesh.vertices.min(axis=0).tolist() for mesh in meshes]
    assert tops == [[6, 0], [0, 1], [5, 3]]


def test_each_split_mesh_is_of_the_whole_image() -> None:
    for mesh in generate(three_squares(), MeshParameters(islands="split")):
        assert (mesh.width, mesh.height) == (60, 24)


@settings(max_examples=80)
@given(alphas())
def test_split_meshes_share_out_all_required_pixels(alpha: Alpha) -> None:
    whole = opaque_pixels(alpha, 10)
    shared = np.zeros_like(whole)

    for mesh in generate(alpha, MeshParameters(islands="split", min_contour_area=1)):
        (x, y), (height, width) = mesh.required_origin, mesh.required.shape
        shared[y : y + height, x : x + width] += mesh.required

    np.testing.assert_array_equal(shared, whole)


def test_largest_keeps_one_island_and_reports_the_others() -> None:
    (mesh,) = generate(three_squares(), MeshParameters(islands="largest"))

    assert int(mesh.required.sum()) == 81
    assert mesh.islands == Islands(kept=1, dropped=2)
    assert mesh.warnings == ("2 islands were dropped: only the largest is kept.",)


def test_island_smaller_than_the_parameter_is_dropped_and_reported() -> None:
    (mesh,) = generate(three_squares(), MeshParameters(min_contour_area=17))

    assert int(mesh.required.sum()) == 81 + 36
    assert mesh.islands == Islands(kept=2, dropped=1)
    assert mesh.quality.islands_dropped == 1
    assert mesh.warnings == ("1 island was dropped: smaller than 17 px2.",)


def test_island_of_exactly_the_area_is_kept() -> None:
    (mesh,) = generate(three_squares(), MeshParameters(min_contour_area=16))

    assert mesh.islands == Islands(kept=3, dropped=0)


def test_where_all_islands_are_smaller_the_largest_stays_with_a_warning() -> None:
    (mesh,) = generate(three_squares(), MeshParameters(min_contour_area=100))

    assert int(mesh.required.sum()) == 81
    assert mesh.islands == Islands(kept=1, dropped=2)
    assert "Every island is smaller than 100 px2: the largest was kept." in mesh.warnings


def test_only_island_that_is_smaller_stays_with_a_warning() -> None:
    (mesh,) = generate(picture("##", "##"), MeshParameters())

    assert mesh.islands == Islands(kept=1, dropped=0)
    assert mesh.warnings == ("Every island is smaller than 10 px2: the largest was kept.",)


def test_warning_that_every_island_is_smaller_comes_only_where_it_is_so() -> None:
    """Square rings of 12 pixels that enclose 16 px2, beside a bar of 13 pixels, and 14 wanted."""
    alpha = picture("####.........", "#..#.........", "#..#.........", "####.........")
    alpha = np.vstack([alpha, np.zeros((1, 13), np.uint8), np.full((1, 13), 255, np.uint8)])

    (mesh,) = generate(alpha, MeshParameters(min_contour_area=14))

    is_kept_though_smaller = int(mesh.required.sum()) == 13
    sentence = "Every island is smaller than 14 px2: the largest was kept."
    assert mesh.islands == Islands(kept=1, dropped=1)
    assert (sentence in mesh.warnings) == is_kept_though_smaller


def test_hole_is_filled() -> None:
    alpha = np.full((20, 20), 255, dtype=np.uint8)
    alpha[5:15, 5:15] = 0

    (mesh,) = generate(alpha, MeshParameters())

    assert mesh.hull == 4
    assert oracle.hull_polygon(mesh).area == 400
    assert mesh.quality.overdraw == 400 / 300


def test_island_inside_a_hole_is_part_of_the_island_around_it() -> None:
    alpha = np.full((20, 20), 255, dtype=np.uint8)
    alpha[5:15, 5:15] = 0
    alpha[9:11, 9:11] = 255

    (mesh,) = generate(alpha, MeshParameters(islands="largest", min_contour_area=300))

    assert int(mesh.required.sum()) == 304
    assert mesh.islands == Islands(kept=1, dropped=0)
    assert mesh.warnings == ()


def test_pixels_that_touch_by_a_corner_are_one_island() -> None:
    alpha = picture("##..", "##..", "..##", "..##")

    (mesh,) = generate(alpha, MeshParameters(min_contour_area=1))

    assert mesh.islands == Islands(kept=1, dropped=0)
    assert violations(mesh) == []


@settings(max_examples=80)
@given(masks())
def test_every_island_is_kept_or_dropped(mask: Mask) -> None:
    (outline,) = trace_outlines(mask, min_contour_area=20)
    (everything,) = trace_outlines(mask, min_contour_area=1)

    assert outline.islands.kept + outline.islands.dropped == everything.islands.kept
    assert everything.islands.dropped == 0


@settings(max_examples=25)
@given(masks())
def test_outline_encloses_what_is_required_and_is_simple(mask: Mask) -> None:
    def enclosed(outline: Outline) -> bool:
        ring = oracle.ring_polygon(outline.ring)
        return bool(
            ring.is_valid and ring.covers(oracle.pixel_boxes(outline.required, outline.origin))
        )

    for islands in ("bridge", "split", "largest"):
        for padding in (0, 2):
            found = trace_outlines(mask, min_contour_area=5, padding=padding, islands=islands)
            assert all(enclosed(outline) for outline in found)


@pytest.mark.parametrize("padding", [1, 2, 5])
def test_padding_keeps_its_distance_from_visible_pixels(padding: int) -> None:
    alpha = np.zeros((40, 40), dtype=np.uint8)
    cv2.circle(alpha, (20, 20), 8, 255, -1)

    (mesh,) = generate(alpha, MeshParameters(padding=padding))

    art = oracle.pixel_boxes(alpha)
    assert oracle.hull_polygon(mesh).exterior.distance(art) >= padding
    assert mesh.required.sum() == (alpha > 0).sum()


def test_padding_stays_inside_the_image() -> None:
    (mesh,) = generate(np.full((10, 12), 255, dtype=np.uint8), MeshParameters(padding=256))

    assert mesh.vertices.tolist() == [[0, 0], [12, 0], [12, 10], [0, 10]]


@pytest.mark.parametrize("islands", ["bridge", "split", "largest"])
def test_dust_of_thousands_of_specks_is_meshed(islands: str) -> None:
    alpha = np.zeros((400, 400), dtype=np.uint8)
    alpha[::6, ::5] = 255
    values = {"islands": islands, "min_contour_area": 1, "max_vertices": 40}

    meshes = generate(alpha, MeshParameters.from_mapping(values))

    assert len(meshes) == (67 * 80 if islands == "split" else 1)
    assert meshes[0].islands.kept == (67 * 80 if islands == "bridge" else 1)
    assert all(mesh.quality.uncovered_pixels == 0 for mesh in meshes[:50])
    assert all(violations(mesh) == [] for mesh in meshes[:50])


@pytest.mark.parametrize(
    "alpha",
    [
        np.full((1, 1), 255, dtype=np.uint8),
        np.full((1, 40), 255, dtype=np.uint8),
        np.full((40, 1), 255, dtype=np.uint8),
        np.eye(30, dtype=np.uint8) * 255,
        np.indices((30, 30)).sum(axis=0).astype(np.uint8) % 2 * 255,
        np.full((64, 8192), 255, dtype=np.uint8),
    ],
    ids=["one pixel", "row", "column", "diagonal", "checkerboard", "8192 x 64"],
)
def test_extreme_image_is_meshed(alpha: Alpha) -> None:
    (mesh,) = generate(alpha, MeshParameters(min_contour_area=1))

    assert violations(mesh) == []
    assert mesh.quality.uncovered_pixels == 0
