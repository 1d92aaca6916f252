"""The search that our outlines are measured with."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from bench.art import Piece
from bench.outlines import outline_mesh
from bench.quality import area
from bench.yardstick import smallest_mesh


def found(alpha: np.ndarray, budget: int, seconds: float = 0.3) -> float:
    return area(smallest_mesh(Piece("drawn", alpha), budget, seconds=seconds, seed=1))


def disc(radius: int) -> np.ndarray:
    alpha = np.zeros((2 * radius + 5, 2 * radius + 5), dtype=np.uint8)
    return cv2.circle(alpha, (radius + 2, radius + 2), radius, 255, -1)


def test_of_a_square_it_finds_the_square() -> None:
    alpha = np.zeros((30, 34), dtype=np.uint8)
    alpha[4:24, 5:29] = 255

    assert found(alpha, 4) == 20 * 24


@pytest.mark.parametrize("budget", [6, 12])
def test_of_a_disc_it_finds_about_the_regular_polygon_round_it(budget: int) -> None:
    alpha = disc(40)
    y, x = np.nonzero(alpha)
    radius = max(np.hypot(np.abs(y - 42) + 0.5, np.abs(x - 42) + 0.5))

    assert found(alpha, budget) < radius**2 * budget * np.tan(np.pi / budget) * 1.01


def test_of_a_crescent_it_finds_no_more_than_we_do() -> None:
    alpha = disc(40)
    cv2.circle(alpha, (60, 42), 34, 0, -1)

    for budget in (8, 16):
        ours = area(outline_mesh(Piece("crescent", alpha), budget, refinement=3))
        assert found(alpha, budget, seconds=1) < ours * 1.005
