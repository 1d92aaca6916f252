"""Judging outlines."""

from __future__ import annotations

import numpy as np
import pytest
from bench.art import Piece
from bench.outlines import is_reached, limbs


@pytest.mark.parametrize(
    ("median", "p90", "is_met"),
    [(1.0824, 1.1, True), (1.0826, 1.1, False), (1.08, 1.2549, True), (1.08, 1.2551, False)],
)
def test_goal_is_judged_in_the_digits_that_it_has(median: float, p90: float, is_met: bool) -> None:
    overdraws = [*[median] * 16, *[p90] * 4]

    assert is_reached(overdraws, ("1.082", "1.25")) is is_met


def test_limbs_are_told_by_the_name_of_their_file() -> None:
    alpha = np.zeros((1, 1), dtype=np.uint8)
    names = ["leg/eye.png", "alien/front-thigh.png", "tail", "head"]

    found = [piece.name for piece in limbs([Piece(name, alpha) for name in names])]

    assert found == ["alien/front-thigh.png", "tail"]
