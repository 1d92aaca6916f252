"""Points that are pulled, added and taken away by hand, and what presets leave alone then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect

from ..journeys.system import EmbeddedSystem
from ..processes import wait_until
from .conftest import opened
from .visitors import art, layers, on_screen, open_project


def vertices(summary: str) -> int:
    found = re.search(r"(\d+) vertices", summary)
    assert found
    return int(found[1])


def pull(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one point of the art to another."""
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=4)
    page.mouse.up()


@pytest.fixture
def page(system: EmbeddedSystem, browser: Browser, session: Any) -> Iterator[Page]:
    """Signed in; browsers note that the edit which cannot be was refused, and nothing else."""
    with opened(system, browser, session) as (page, faults):
        yield page
    assert [fault for fault in faults if "status of 422" not in fault] == []


def test_points_are_edited_undone_and_kept_from_presets(page: Page) -> None:
    shown: list[dict[str, Any]] = []

    def note(answer: Response) -> None:
        if answer.url.endswith("/geometry") and "tail" in answer.text():
            shown.append(answer.json())

    page.on("response", note)
    open_project(page, art("tail", "leaf"))
    tail = layers(page).filter(has_text="tail")
    tail.get_by_role("button").first.click()
    summary = page.locator("#stage-summary")
    expect(summary).to_contain_text("tail")
    page.wait_for_load_state("networkidle")
    before = summary.inner_text()
    page.get_by_role("button", name="Edit points").click()

    x, y = shown[-1]["vertices"][0]
    pull(page, (x, y), (x + 3, y - 1))
    expect(page.get_by_role("button", name="Unlock tail")).to_be_visible()
    expect(tail).to_contain_text(f"{vertices(before)} vertices")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Lock tail against presets")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("button", name="Unlock tail")).to_be_visible()

    page.mouse.dblclick(*on_screen(page, 330, 215))
    expect(tail).to_contain_text(f"{vertices(before) + 1} vertices")
    page.get_by_role("img", name="Art and mesh of tail").focus()
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    expect(tail).to_contain_text(f"{vertices(before)} vertices")

    expect(summary).to_contain_text(f"{vertices(before)} vertices")
    edited = summary.inner_text()
    x, y = shown[-1]["vertices"][1]
    pull(page, (x, y), (330, 320))
    expect(page.get_by_text("This cannot be: The outline")).to_be_visible()
    expect(summary).to_have_text(edited)

    leaf = layers(page).filter(has_text="leaf")
    leaf_before = leaf.inner_text()
    leaf.get_by_role("button").first.click(modifiers=["Control"])
    page.keyboard.press("4")
    page.get_by_role("button", name="Keep for 2 layers").click()
    expect(leaf).not_to_contain_text(leaf_before.splitlines()[-1])
    expect(tail).to_contain_text(f"{vertices(before)} vertices")
    expect(page.get_by_role("button", name="Unlock tail")).to_be_visible()


def test_edits_that_come_fast_are_each_of_what_the_last_has_left(page: Page) -> None:
    sent: list[list[list[float]]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/edit") and (body := request.post_data_json):
            sent.append(body["vertices"])

    page.on("request", note)
    open_project(page, art("tail"))
    page.get_by_role("button", name="Edit points").click()
    page.get_by_role("img", name="Art and mesh of tail").focus()
    page.keyboard.press("n")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    wait_until(lambda: page.evaluate("1") and len(sent) == 5)

    xs = [vertices[0][0] for vertices in sent[:4]]
    assert xs == [xs[0] - number for number in range(4)]
    assert sent[4] == sent[3][1:]

    for _ in sent:
        page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.get_by_role("button", name="Lock tail against presets")).to_be_visible()
    expect(page.locator("#stage-summary")).to_contain_text(f"{len(sent[0])} vertices")
