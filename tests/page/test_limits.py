"""What is too much for a graphics card, a list or a finger, and is shown all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from spinelift.images import encode_png
from spinelift.mesh.types import Rgba
from spinelift.samples import draw

from ..journeys.system import EmbeddedSystem
from ..processes import wait_until
from .canvas import Picture, difference, picture, project, red
from .conftest import opened
from .measures import small_targets
from .visitors import art, ask, layers, open_large_project, open_project

LOSE = """
() => {
  const gl = document.querySelector("canvas").getContext("webgl2");
  window.taker = gl.getExtension("WEBGL_lose_context");
  taker.loseContext();
}
"""

LIMIT = 512
SMALL_CARD = f"""
(() => {{
  const {{ prototype }} = WebGL2RenderingContext;
  const {{ getParameter }} = prototype;
  prototype.getParameter = function (name) {{
    return name === this.MAX_TEXTURE_SIZE ? {LIMIT} : getParameter.call(this, name);
  }};
}})()
"""

MANY = 300
MOST_REQUESTS = 40
"""Of the API, however many layers there are."""

NO_GRAPHICS = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "webgl2" ? null : getContext.call(this, kind, ...more);
};
"""

CHANGES = """
() => {
  window.changed = new Set();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const row = (target instanceof Element ? target : target.parentElement).closest("li");
      changed.add(row?.querySelector(".name").textContent ?? "the list itself");
    }
  }).observe(document.querySelector(".layers ul"), {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}
"""


# The graphics card


def test_lost_graphics_card_is_said_and_what_was_shown_comes_back_alike(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    with opened(system, browser, session) as (page, faults):
        open_project(page, art("sword"))
        page.wait_for_load_state("networkidle")
        before = picture(page)
        said = page.get_by_text("The browser has lost the graphics card.")
        expect(said).to_be_hidden()

        page.evaluate(LOSE)
        expect(said).to_be_visible()
        page.keyboard.press("4")  # what changes meanwhile is drawn later
        expect(page.get_by_role("button", name="Keep")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Keep")).to_be_hidden()
        expect(said).to_be_visible()

        page.evaluate("taker.restoreContext()")
        expect(said).to_be_hidden()
        wait_until(lambda: np.array_equal(picture(page), before))
        # The browser itself warns of that.
        assert [fault for fault in faults if "context lost" not in fault.lower()] == []


def test_browser_that_cannot_draw_says_so_and_all_else_works(page: Page) -> None:
    page.add_init_script(NO_GRAPHICS)
    open_project(page, art("sword"))
    expect(page.get_by_role("alert")).to_contain_text("WebGL2 is missing")
    page.keyboard.press("4")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Versions").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("table")).to_be_visible()


def two_islands(side: int = 1024) -> Rgba:
    """A large disc and a small one, with soft edges."""
    rows, columns = np.mgrid[:side, :side] + 0.5
    image = np.zeros((side, side, 4), dtype=np.uint8)
    image[..., :3] = (40, 90, 160)
    for x, y, radius in ((0.4, 0.4, 0.3), (0.85, 0.85, 0.1)):
        inside = radius * side - np.hypot(columns - x * side, rows - y * side)
        image[..., 3] |= np.clip(inside * 40 + 128, 0, 255).astype(np.uint8)
    return image


def test_art_over_the_limit_of_the_graphics_card_is_shown_like_other_art(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    """Smaller, and so softer; its mesh is where it was, and covers what it covered."""
    shown: list[dict[str, Picture]] = []
    with opened(system, browser, session) as (page, faults):
        open_project(page, {"leaf.png": encode_png(draw("leaf", 1024))})
        place = page.url
        shown.append(pictures(page))
        assert faults == []
    with opened(system, browser, session) as (page, faults):
        page.add_init_script(SMALL_CARD)
        page.goto(place)
        expect(page.locator("#stage-summary")).not_to_be_empty()
        shown.append(pictures(page))
        assert faults == []
    usual, scaled = shown
    for name in usual:
        assert difference(usual[name], scaled[name]) < 4
        assert not red(usual[name]).any()
        assert not red(scaled[name]).any()
    assert difference(usual["fitted"], usual["full size"]) > 10


def pictures(page: Page) -> dict[str, Picture]:
    """As it is at first, and at a pixel of the art on each of the screen's."""
    page.wait_for_load_state("networkidle")
    fitted = picture(page)
    page.get_by_role("button", name="100 %").click()
    return {"fitted": fitted, "full size": picture(page)}


def test_what_is_left_out_is_red_over_the_limit_too_and_said_in_words(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    marked = []
    with opened(system, browser, session) as (page, _):
        open_project(page, {"discs.png": encode_png(two_islands())})
        place = page.url
        assert not red(picture(page)).any()
        image = image_of(page)
        order = {"parameters": {"islands": "largest"}}
        ask(page, "POST", f"/images/{image}/meshes?wait=60", order)
        card = page.locator(".card")
        expect(card).to_contain_text("every visible pixel of what is kept is covered")
        expect(card).to_contain_text("1 island is left out: it is red")
        expect(card).to_contain_text("1 island was dropped: only the largest is kept.")
        expect(page.locator("#stage-summary")).to_contain_text("1 island is left out")
        wait_until(lambda: red(picture(page)).any())
        marked.append(red(picture(page)))
    with opened(system, browser, session) as (page, _):
        page.add_init_script(SMALL_CARD)
        page.goto(place)
        expect(page.locator("#stage-summary")).not_to_be_empty()
        wait_until(lambda: red(picture(page)).any())
        marked.append(red(picture(page)))
    usual, scaled = marked
    assert np.count_nonzero(usual != scaled) < 0.1 * np.count_nonzero(usual)
    rows, columns = np.nonzero(scaled)
    height, width = scaled.shape
    assert rows.min() > height / 2
    assert columns.min() > width / 2


def image_of(page: Page) -> str:
    [image] = ask(page, "GET", f"/projects/{project(page)}/images")["items"]
    return str(image["id"])


# Many layers


def test_hundreds_of_layers_cost_no_more_than_those_that_are_seen(page: Page) -> None:
    open_large_project(page, {f"part-{number:03}.png": square(number) for number in range(MANY)})

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(layers(page)).to_have_count(MANY)
    expect(page.locator("#stage-summary")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    thumbnails = [url for url in asked if "/thumbnail" in url]
    assert 0 < len(thumbnails) < MANY / 2
    others = [url for url in asked if "/api/" in url and url not in thumbnails]
    assert len(others) < MOST_REQUESTS

    page.evaluate(CHANGES)
    images = ask(page, "GET", f"/projects/{project(page)}/images?limit={MANY}")["items"]
    [changed] = [image for image in images if image["name"] == "part-007"]
    order = {"preset": "high-detail"}
    made = ask(page, "POST", f"/images/{changed['id']}/meshes?wait=60", order)
    assert made["status"] == "completed"
    wait_until(lambda: page.evaluate("changed.size") > 0)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...changed]") == ["part-007"]


def square(number: int) -> bytes:
    """A small picture like no other."""
    image = np.zeros((16, 16, 4), dtype=np.uint8)
    image[2:-2, 2:-2] = (number % 256, number // 256, 128, 255)
    return encode_png(image)


# The audit


def test_to_look_at_art_is_no_download(page: Page) -> None:
    open_project(page, art("sword", "leaf"))
    for name in ("leaf", "sword", "leaf"):
        layers(page).get_by_role("button", name=name).first.click()
        expect(page.locator("#stage-summary")).to_contain_text(name)
    page.wait_for_load_state("networkidle")
    entries = ask(page, "GET", f"/audit?project_id={project(page)}&action=image.")["items"]
    assert {entry["action"] for entry in entries} == {"image.added"}


# Fingers


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_all_that_is_pressed_is_large_enough_for_a_finger(
    page: Page, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_project(page, art("sword"))
    page.get_by_role("button", name="Before / After").click()
    page.get_by_text("Fine tune").click()
    page.keyboard.press("4")
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    assert small_targets(page) == []
    for name in ("Recipe", "Download", "Notices"):
        opener = page.locator(".bar summary", has_text=name)
        opener.click()
        assert small_targets(page) == []
        opener.click()
