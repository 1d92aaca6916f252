"""What fingers do on the stage: pan, pinch, bend, and move points; the page stays where it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from playwright.sync_api import CDPSession, Page, expect

from ..processes import wait_until
from .canvas import Picture, ground, picture, place_of
from .visitors import art, open_project

Point = tuple[float, float]

GOLD = (255, 200, 40)
"""Points of the hull."""


class Hand:
    """Some fingers, which are where they were moved to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def put(self, *fingers: Point) -> None:
        self._tell("touchStart", fingers)

    def move(self, *fingers: Point) -> None:
        self._tell("touchMove", fingers)

    def lift(self) -> None:
        self._tell("touchEnd", ())

    def _tell(self, kind: str, fingers: Sequence[Point]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def hand(page: Page) -> Hand:
    """On a telephone, on which there is a leaf."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_project(page, art("leaf"))
    page.wait_for_load_state("networkidle")
    return Hand(page)


def extent(shown: Picture) -> tuple[float, float, float, float]:
    """The least and the largest x and y of the hull's points."""
    away = np.abs(shown[..., :3].astype(int) - GOLD).max(axis=2)
    rows, columns = np.nonzero(away < 24)
    return columns.min(), columns.max(), rows.min(), rows.max()


def corner(page: Page) -> Point:
    """Where nothing is."""
    box = ground(page)
    return box["x"] + 8, box["y"] + 8


def test_one_finger_pans_on_empty_ground(page: Page, hand: Hand) -> None:
    before = extent(picture(page))
    x, y = corner(page)
    hand.put((x, y))
    for step in range(1, 6):
        hand.move((x + 4 * step, y + 6 * step))
    hand.lift()
    after = extent(picture(page))
    assert np.subtract(after, before) == pytest.approx([20, 20, 30, 30], abs=1.5)
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]


def test_two_fingers_zoom_what_is_between_them(page: Page, hand: Hand) -> None:
    before = extent(picture(page))
    box = ground(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hand.put((x - 60, y), (x + 60, y))
    for step in range(1, 6):
        apart = 60 - 6 * step
        hand.move((x - apart, y), (x + apart, y))
    hand.lift()
    after = extent(picture(page))
    assert np.subtract(after[1::2], after[::2]) == pytest.approx(
        np.subtract(before[1::2], before[::2]) / 2, abs=4
    )
    assert page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]


def test_finger_bends_the_mesh_which_springs_back(page: Page, hand: Hand) -> None:
    before = picture(page)
    x, y = place_of(page, 0)
    hand.put((x, y))
    for step in range(1, 6):
        hand.move((x + 6 * step, y))
    bent = picture(page)
    assert (bent != before).any()
    hand.lift()
    wait_until(lambda: np.array_equal(picture(page), before))
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]


def test_finger_moves_a_point(page: Page, hand: Hand) -> None:
    page.get_by_role("button", name="Edit points").click()
    x, y = place_of(page, 0)
    hand.put((x, y))
    for step in range(1, 6):
        hand.move((x, y + 2 * step))
    hand.lift()
    expect(page.get_by_role("button", name="Unlock leaf")).to_be_visible()
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]
