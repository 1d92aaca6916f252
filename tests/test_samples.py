"""The art that the project draws: the same bytes every time, soft edges, and what it claims."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy._core._multiarray_umath import (  # type: ignore[import-not-found]
    __cpu_dispatch__,
    __cpu_features__,
)

from spinelift.images import decode, read_file
from spinelift.mesh.types import Alpha
from spinelift.samples import SAMPLES, draw, draw_all, families, layout
from spinelift.samples.__main__ import write
from spinelift.samples.canvas import Canvas, cut, ellipse, fade, points, smooth
from spinelift.samples.families import FAMILIES

SEEDS = st.integers(0, 1000)
SIDES = st.integers(24, 120)

EVERY_SAMPLE = pytest.mark.parametrize("name", SAMPLES)
EVERY_FAMILY = pytest.mark.parametrize("name", FAMILIES)


def border(alpha: Alpha) -> Alpha:
    return np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])


def pieces(alpha: Alpha, threshold: int = 0) -> int:
    """Islands of pixels above the threshold; a corner does not join."""
    seen = (alpha > threshold).astype(np.uint8)
    return cv2.connectedComponents(seen, connectivity=4)[0] - 1


def runs(row: Alpha) -> int:
    """How often a row of pixels enters the shape."""
    return int(np.count_nonzero(np.diff((row > 127).astype(np.int8), prepend=0) == 1))


def area(alpha: Alpha) -> float:
    return float(alpha.sum(dtype=np.int64)) / 255


@pytest.fixture
def unoptimised_opencv() -> Iterator[None]:
    cv2.setUseOptimized(False)
    yield
    cv2.setUseOptimized(True)


# Samples


@EVERY_SAMPLE
def test_sample_is_the_same_bytes_twice(name: str) -> None:
    assert draw(name, 96).tobytes() == draw(name, 96).tobytes()


@pytest.mark.usefixtures("unoptimised_opencv")
@pytest.mark.parametrize("name", ["hair", "smoke"])
def test_sample_is_the_same_without_opencvs_optimisations(name: str) -> None:
    plain = draw(name, 200)
    cv2.setUseOptimized(True)

    assert np.array_equal(plain, draw(name, 200))


def test_samples_are_the_same_without_numpys_cpu_features() -> None:
    names = ["hair", "smoke", "発光"]
    script = (
        "import hashlib, sys; from spinelift.samples import draw; "
        "print([hashlib.sha256(draw(name, 150)).hexdigest() for name in sys.argv[1:]])"
    )
    features = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])

    plain = subprocess.run(
        [sys.executable, "-c", script, *names],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": features, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
        text=True,
    )

    assert plain.stdout.strip() == str(
        [hashlib.sha256(draw(name, 150).tobytes()).hexdigest() for name in names]
    )


@EVERY_SAMPLE
def test_sample_has_visible_pixels_and_soft_edges(name: str) -> None:
    alpha = draw(name)[..., 3]

    soft = np.count_nonzero((alpha > 0) & (alpha < 255))

    assert alpha.max() > 100
    assert soft > 0.01 * np.count_nonzero(alpha)


@EVERY_SAMPLE
def test_sample_is_nowhere_cut_by_its_own_border(name: str) -> None:
    assert not border(draw(name)[..., 3]).any()


@EVERY_SAMPLE
def test_sample_fills_its_box_to_a_few_pixels(name: str) -> None:
    rows, columns = np.nonzero(draw(name)[..., 3])
    left, top, right, bottom = SAMPLES[name].box

    assert columns.max() - columns.min() >= right - left - 12
    assert rows.max() - rows.min() >= bottom - top - 12


@EVERY_SAMPLE
def test_sample_has_no_colour_where_it_is_invisible(name: str) -> None:
    image = draw(name, 80)

    assert not image[image[..., 3] == 0].any()


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), size=st.integers(1, 300))
def test_size_is_the_longer_side(name: str, size: int) -> None:
    height, width, channels = draw(name, size).shape

    assert (max(height, width), channels) == (size, 4)


def test_natural_sizes_are_those_of_real_parts() -> None:
    sizes = [max(image.shape) for image in draw_all().values()]

    assert min(sizes) >= 60
    assert max(sizes) <= 700


def test_sample_looks_alike_at_every_size() -> None:
    large = draw("head", 426 * 2)[..., 3].reshape(273, 2, -1, 2)[:, :, :426].mean(axis=(1, 3))

    assert np.abs(large - draw("head")[..., 3]).mean() < 1


def test_eye_has_a_hole() -> None:
    _, hierarchy = cv2.findContours(
        (draw("front-eye")[..., 3] > 10).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )

    assert (hierarchy[0, :, 3] >= 0).any()


def test_sparkle_has_many_islands() -> None:
    assert pieces(draw("sparkle")[..., 3], 60) > 20


def test_smoke_is_nowhere_opaque() -> None:
    assert draw("smoke")[..., 3].max() < 200


def test_sword_leaves_most_of_its_image_empty() -> None:
    assert np.mean(draw("sword")[..., 3] > 0) < 0.25


def test_drawing_all_scales_every_sample() -> None:
    images = draw_all(0.5)

    assert list(images) == list(SAMPLES)
    assert max(images["head"].shape) == 213


def test_layout_puts_the_fox_together() -> None:
    places = layout()

    assert list(places) == list(SAMPLES)
    assert places["head"][1] > places["torso"][1] > places["front-foot"][1] > 0
    assert places["tail"][0] < places["torso"][0] < places["sword"][0]


def test_layout_scales() -> None:
    assert layout(2.0)["head"] == tuple(2 * place for place in layout()["head"])


def test_writing_gives_a_png_for_every_place_in_the_layout(tmp_path: Path) -> None:
    write(tmp_path / "art", scale=0.2)

    places = json.loads((tmp_path / "art" / "layout.json").read_text(encoding="utf-8"))
    assert sorted(places) == sorted(path.stem for path in (tmp_path / "art").glob("*.png"))
    assert places["発光"] == dict(zip("xy", layout(0.2)["発光"], strict=True))
    art = decode(read_file(tmp_path / "art" / "発光.png"))
    assert np.array_equal(art.rgba, draw_all(0.2)["発光"])


# The pen


@settings(max_examples=25, deadline=None)
@given(radius=st.floats(3, 40), x=st.floats(45, 55), y=st.floats(45, 55))
def test_coverage_is_the_area_of_the_shape(radius: float, x: float, y: float) -> None:
    disc = Canvas((0, 0, 100, 100)).coverage([ellipse((x, y), (radius, radius))])

    # OpenCV fills the pixels on the outline too: half a sub-pixel, an eighth of a pixel, around.
    assert area(disc) == pytest.approx(np.pi * radius**2, rel=0.02, abs=1.2 * radius)


def test_growing_and_moving_change_coverage_by_just_that() -> None:
    canvas = Canvas((0, 0, 100, 100))
    disc = [ellipse((40, 40), (20, 20))]

    grown = canvas.coverage(disc, grow=5)
    moved = canvas.coverage(disc, offset=(10, 0))

    assert area(grown) == pytest.approx(np.pi * 25**2, rel=0.02)
    assert np.array_equal(moved[:, 10:], canvas.coverage(disc)[:, :-10])


def test_shape_outside_the_box_covers_nothing() -> None:
    assert not Canvas((0, 0, 50, 50)).coverage([ellipse((200, 20), (9, 9))]).any()


def test_softening_keeps_the_sum_and_lowers_the_peak() -> None:
    canvas = Canvas((0, 0, 100, 100))
    disc = canvas.coverage([ellipse((50, 50), (8, 8))])

    soft = canvas.soften(disc, 6)

    assert area(soft) == pytest.approx(area(disc), rel=0.05)
    assert soft.max() < 255
    assert np.count_nonzero(soft) > 2 * np.count_nonzero(disc)


def test_paint_keeps_straight_colour_at_low_alpha() -> None:
    canvas = Canvas((0, 0, 40, 40))
    full = np.full((40, 40), 255, dtype=np.uint8)

    canvas.paint(fade(full, canvas.along((0, 0), (40, 0))), 0xFF8000)

    image = canvas.rgba()
    assert np.abs(image[:, 8:, :3].astype(int) - (255, 128, 0)).max() <= 1
    assert (np.diff(image[0, :, 3].astype(int)) >= 0).all()


def test_curve_goes_through_its_points_and_stops_at_a_corner() -> None:
    places = points("0,0 10,0 10,10")

    swinging, stopping = smooth("0,0 10,0 10,10"), smooth("0,0! 10,0! 10,10!")

    for curve in (swinging, stopping):
        assert all((curve == place).all(axis=1).any() for place in places)
    assert swinging[:, 0].max() > stopping[:, 0].max() == 10


# Families


@EVERY_FAMILY
@settings(max_examples=8, deadline=None)
@given(width=SIDES, height=SIDES)
def test_family_has_the_size_asked_for_and_an_empty_border(
    name: str, width: int, height: int
) -> None:
    alpha = FAMILIES[name](width, height)

    assert alpha.shape == (height, width)
    assert alpha.dtype == np.uint8
    assert alpha.any()
    assert not border(alpha).any()
    assert np.array_equal(alpha, FAMILIES[name](width, height))


@pytest.mark.parametrize("name", ["islands", "dust", "hair", "blob"])
def test_seed_changes_the_shape(name: str) -> None:
    assert not np.array_equal(FAMILIES[name](80, 80, seed=1), FAMILIES[name](80, 80, seed=2))


@settings(max_examples=15, deadline=None)
@given(bend=st.floats(0.05, 0.6), taper=st.floats(0.4, 0.9))
def test_limb_bends_to_the_right_and_tapers_downwards(bend: float, taper: float) -> None:
    limb = families.limb(100, 200, bend=bend, taper=taper)

    middles = [float(np.nonzero(limb[row] > 127)[0].mean()) for row in (30, 100)]
    assert middles[1] > middles[0]
    assert area(limb[100:]) < 0.97 * area(limb[:100])
    assert pieces(limb) == 1


def test_straight_limb_without_taper_is_symmetric() -> None:
    limb = families.limb(60, 200, bend=0.0, taper=1.0).astype(int)

    assert np.abs(limb - limb[::-1]).max() <= 40
    assert np.abs(limb - limb[:, ::-1]).max() <= 40


@settings(max_examples=15, deadline=None)
@given(thickness=st.floats(1.5, 12), width=SIDES, height=SIDES)
def test_rod_has_the_area_of_its_length_and_thickness(
    thickness: float, width: int, height: int
) -> None:
    rod = families.rod(width, height, thickness=thickness)

    reach = np.hypot(width - 3 - thickness, height - 3 - thickness)
    expected = reach * thickness + np.pi * thickness**2 / 4
    assert area(rod) == pytest.approx(expected, rel=0.05, abs=0.3 * reach + 3)
    assert pieces(rod) == 1


@settings(max_examples=10, deadline=None)
@given(rays=st.integers(3, 12))
def test_star_has_its_rays_around_one_hub(rays: int) -> None:
    star = families.star(200, 200, rays=rays, depth=0.6)

    hub = Canvas((0, 0, 200, 200)).coverage([ellipse((100, 100), (60, 60))])
    assert pieces(star) == 1
    assert pieces(cut(star, hub), 20) == rays


def test_deeper_stars_are_smaller() -> None:
    areas = [area(families.star(90, 90, depth=depth)) for depth in (0.2, 0.5, 0.8)]

    assert areas == sorted(areas, reverse=True)


@settings(max_examples=10, deadline=None)
@given(teeth=st.integers(2, 12), gap=st.floats(0.3, 0.7))
def test_comb_has_its_teeth_and_gaps(teeth: int, gap: float) -> None:
    comb = families.comb(160, 60, teeth=teeth, gap=gap)

    low, high = comb[50], comb[5]
    assert (runs(low), runs(high)) == (teeth, 1)
    tooth = area(low) / teeth
    hole = (157 - area(low)) / (teeth - 1)
    assert hole / (tooth + hole) == pytest.approx(gap, abs=0.1)


@settings(max_examples=10, deadline=None)
@given(turns=st.integers(1, 5))
def test_spiral_crosses_its_middle_row_twice_a_turn(turns: int) -> None:
    spiral = families.spiral(200, 200, turns=turns, thickness=3)

    assert runs(spiral[100]) == pytest.approx(2 * turns, abs=1)
    assert pieces(spiral) == 1


@settings(max_examples=10, deadline=None)
@given(lashes=st.integers(2, 9))
def test_eyelashes_are_counted_above_the_lid_and_joined_by_it(lashes: int) -> None:
    eyelashes = families.eyelashes(160, 80, lashes=lashes)

    above = max(runs(row) for row in eyelashes[:40])
    assert above == lashes
    assert pieces(eyelashes) == 1


@settings(max_examples=15, deadline=None)
@given(width=SIDES, height=SIDES, thickness=st.floats(2, 8))
def test_ring_has_one_hole_and_its_thickness(width: int, height: int, thickness: float) -> None:
    ring = families.ring(width, height, thickness=thickness)

    middle = ring[height // 2]
    assert runs(middle) == 2
    assert area(middle) == pytest.approx(2 * thickness, abs=1.2)
    assert ring[height // 2, width // 2] == 0


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 30), seed=SEEDS)
def test_islands_are_as_many_as_asked_for(count: int, seed: int) -> None:
    assert pieces(families.islands(120, 90, count=count, seed=seed)) == count


@settings(max_examples=15, deadline=None)
@given(specks=st.integers(1, 300), seed=SEEDS)
def test_dust_is_at_most_as_many_islands_as_specks(specks: int, seed: int) -> None:
    dust = families.dust(100, 100, specks=specks, seed=seed)

    assert 1 <= pieces(dust) <= specks
    assert np.count_nonzero(dust) <= 4 * specks


@settings(max_examples=10, deadline=None)
@given(strands=st.integers(2, 9), seed=SEEDS)
def test_hair_fades_and_ends_in_its_strands(strands: int, seed: int) -> None:
    hair = families.hair(200, 200, strands=strands, seed=seed)

    assert runs((hair[130] > 60).astype(np.uint8) * 255) == strands
    assert hair[10].max() > 230 > 170 > hair[150].max()
    assert pieces(hair) == 1


@settings(max_examples=20, deadline=None)
@given(bumps=st.integers(4, 12), roughness=st.floats(0, 1), seed=SEEDS)
def test_blob_is_one_piece_around_the_centre(bumps: int, roughness: float, seed: int) -> None:
    blob = families.blob(100, 80, bumps=bumps, roughness=roughness, seed=seed)

    assert blob[40, 50] == 255
    assert pieces(blob, 127) == 1


def test_rougher_blobs_are_smaller() -> None:
    assert area(families.blob(90, 90, roughness=0.8)) < area(families.blob(90, 90, roughness=0.1))


@settings(max_examples=10, deadline=None)
@given(cell=st.integers(1, 9))
def test_checkerboard_fills_half_in_squares_that_do_not_touch(cell: int) -> None:
    board = families.checkerboard(90, 90, cell=cell)

    assert area(board) == pytest.approx(90 * 90 / 2, rel=0.1)
    assert board[cell, 2 * cell] == 255
    assert board[cell, cell] == 0
    assert (np.bincount(cv2.connectedComponents(board, connectivity=4)[1].ravel())[1:]).max() <= (
        cell * cell
    )


@settings(max_examples=15, deadline=None)
@given(width=SIDES, height=SIDES, rise=st.floats(-1, 1))
def test_line_is_one_pixel_wide_along_its_longer_side(width: int, height: int, rise: float) -> None:
    line = families.line(width, height, rise=rise)

    rows = int(np.count_nonzero(line.any(axis=1)))
    assert set(np.unique(line)) == {0, 255}
    assert np.count_nonzero(line) == max(width - 2, rows)
    assert rows == pytest.approx(1 + abs(rise) * (height - 3), abs=1)


@settings(max_examples=10, deadline=None)
@given(strength=st.integers(20, 255))
def test_soft_light_falls_from_its_strength_to_nothing(strength: int) -> None:
    light = families.soft(61, 61, strength=strength)

    assert light.max() == light[30, 30] == strength
    assert (np.diff(light[30, :31].astype(int)) >= 0).all()
