"""What must hold in every state of the page: for all people, in any theme, language and width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..journeys.system import EmbeddedSystem
from . import views
from .conftest import opened
from .views import VIEWS, World
from .visitors import LANGUAGES, THEMES, art, barriers, open_project, overhanging, words

WIDTHS = (1440, 390)
MAIN_VIEWS = ("sign-in", "projects-empty", "draft", "fine-tune", "download", "settings", "keys")

LENGTHEN = """
() => {
  const walk = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (text.parentElement.closest(".name, h1, pre, select") === null)
      text.data += text.data.slice(0, Math.ceil(0.4 * text.data.length));
  }
}
"""
CLIPPED = """
() => {
  const found = [];
  for (const one of document.querySelectorAll("button, summary, label, legend, p, dt, dd, li")) {
    if (!one.checkVisibility() || one.matches(".layer, .layer *")) continue;
    const box = one.getBoundingClientRect();
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode;
      if (text.data.trim() === "" || text.parentElement.closest("select, .badge")) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      const isIn = left > box.left - 2 && right < box.right + 2
        && top > box.top - 2 && bottom < box.bottom + 2;
      if (!isIn) found.push(one.outerHTML.slice(0, 160));
    }
  }
  return found;
}
"""
"""Where text is not within what it is the text of."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[World]:
    with (
        EmbeddedSystem(tmp_path_factory.mktemp("views"), "--accounts") as system,
        views.world(system, browser) as world,
    ):
        yield world


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_keeps_anybody_out(world: World, view: str, theme: str) -> None:
    with world.visited(view, language="en", theme=theme) as page:
        if view != "drop":  # which covers for a moment what axe still sees
            assert barriers(page) == []
        for width in WIDTHS:
            set_width(page, width)
            assert overhanging(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", MAIN_VIEWS)
def test_views_hold_longer_texts(world: World, view: str, language: str) -> None:
    with world.visited(view, language=language, theme="light") as page:
        expect(page.locator("html")).to_have_attribute("lang", language)
        shown = page.locator("body").inner_text()
        assert [key for key in words(language) if "." in key and key in shown.split()] == []
        page.evaluate(LENGTHEN)
        for width in WIDTHS:
            set_width(page, width)
            assert overhanging(page) == []
            assert page.evaluate(CLIPPED) == []


FRAMES = """
window.frames_drawn = 0;
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => ask((now) => { window.frames_drawn += 1; draw(now); });
"""
MOVING = """
() => document.getAnimations().length
  + [...document.querySelectorAll("*")].filter((one) =>
    Number.parseFloat(getComputedStyle(one).transitionDuration) > 0).length
"""


@pytest.mark.parametrize(("motion", "is_calm"), [("reduce", True), ("no-preference", False)])
def test_nothing_moves_by_itself_where_that_is_not_wanted(
    system: EmbeddedSystem, browser: Browser, session: Any, motion: str, is_calm: bool
) -> None:
    with opened(system, browser, session, reduced_motion=motion) as (page, faults):
        page.add_init_script(FRAMES)
        open_project(page, art("head"))
        box = page.locator("canvas").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 100, y, steps=4)
        page.wait_for_timeout(100)
        page.mouse.up()
        before = page.evaluate("window.frames_drawn")
        page.wait_for_timeout(700)
        drawn = page.evaluate("window.frames_drawn") - before
        assert (drawn <= 3) == is_calm
        page.get_by_role("button", name="Fit").hover()
        assert (page.evaluate(MOVING) == 0) == is_calm
        assert faults == []
