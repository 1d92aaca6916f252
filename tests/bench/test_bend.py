"""The bend's map is exact, and what is measured with it is the mesh's own error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bench.art import Piece
from bench.bend import BENDS, bend, errors, ours, visible_pixels

from spinelift.samples.families import limb, rod


def test_nothing_moves_without_a_bend() -> None:
    pixels = visible_pixels(limb(40, 160))
    straight = bend(pixels, np.zeros_like)

    moved = straight(pixels)

    apart = np.hypot(*(pixels[:, None, :2] - pixels[None, ::500]).transpose(2, 0, 1))
    moved_apart = np.hypot(*(moved[:, None, :2] - moved[None, ::500]).transpose(2, 0, 1))
    np.testing.assert_allclose(moved_apart, apart, atol=1e-9)


@pytest.mark.parametrize("shape", BENDS)
def test_axis_keeps_its_length(shape: str) -> None:
    pixels = visible_pixels(limb(40, 160))
    exact = bend(pixels, BENDS[shape])
    along = np.linspace(exact.start, exact.start + exact.step * 4000, 2001)
    axis = exact.origin + along[:, None] * exact.axis

    moved = exact(axis)

    length = np.hypot(*np.diff(moved, axis=0).T).sum()
    assert length == pytest.approx(np.ptp(along), rel=1e-5)


def test_arc_of_a_quarter_is_the_circle_that_it_should_be() -> None:
    pixels = visible_pixels(rod(240, 240, thickness=9))
    exact = bend(pixels, BENDS["arc"])
    length = exact.step * 4000

    ends = exact(exact.origin + np.array([[exact.start], [exact.start + length]]) * exact.axis)

    radius = length / math.radians(90)
    assert np.hypot(*(ends[1] - ends[0])) == pytest.approx(radius * math.sqrt(2), rel=1e-5)


def test_mesh_that_does_not_bend_is_not_wrong() -> None:
    piece = Piece("limb", limb(40, 160))
    pixels = visible_pixels(piece.alpha)

    wrong, inverted = errors(ours(piece, 50), pixels, bend(pixels, np.zeros_like))

    assert len(wrong) == len(pixels)
    assert wrong.max() < 1e-9
    assert inverted == 0


def test_more_vertices_inside_bend_better() -> None:
    piece = Piece("limb", limb(80, 320, bend=0))
    pixels = visible_pixels(piece.alpha)
    exact = bend(pixels, BENDS["arc"])

    stiff, _ = errors(ours(piece, 0), pixels, exact)
    soft, _ = errors(ours(piece, 50), pixels, exact)

    assert (soft**2).mean() < (stiff**2).mean() / 4
