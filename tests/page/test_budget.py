"""How much the page weighs, that nothing on it jumps, and nothing is drawn in vain."""

from __future__ import annotations

from playwright.sync_api import Page

from ..processes import wait_until
from .canvas import middle
from .measures import count_frames, first_page_bytes, frames, layout_shift
from .visitors import art, open_project

FIRST_PAGE_BYTES = 60_000


def test_first_page_is_small(page: Page) -> None:
    assert first_page_bytes(page) < FIRST_PAGE_BYTES


def test_nothing_jumps(page: Page) -> None:
    open_project(page, art("sword", "leaf", "tail"))
    assert layout_shift(page) == 0


def test_stage_is_not_drawn_while_nothing_changes(page: Page) -> None:
    count_frames(page)
    open_project(page, art("leaf"))
    page.wait_for_timeout(500)
    before = frames(page)
    page.wait_for_timeout(500)
    assert frames(page) == before

    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=5)
    page.mouse.up()
    assert frames(page) > before

    def rests() -> bool:
        seen = frames(page)
        page.wait_for_timeout(200)
        return frames(page) == seen

    wait_until(rests)
