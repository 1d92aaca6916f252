"""On a telephone: one looks, and judges; nothing hangs over the edge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .visitors import PHONE, art, layers, open_project, overhanging

TOUCHED = 24
"""Pixels, of the least side of what is touched."""

SMALL = f"""
() => [...document.querySelectorAll("button, summary, select, a, input:not([type=checkbox])")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0)
  .filter((one) => {{
    const {{ width, height }} = one.getBoundingClientRect();
    return Math.min(width, height) < {TOUCHED};
  }})
  .map((one) => one.outerHTML.slice(0, 120))
"""


@pytest.fixture
def page(system: EmbeddedSystem, browser: Browser, session: Any) -> Iterator[Page]:
    phone = {
        "viewport": PHONE,
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    }
    with opened(system, browser, session, **phone) as (page, faults):
        yield page
    assert faults == []


def judge(page: Page) -> None:
    assert overhanging(page) == []
    assert page.evaluate(SMALL) == []


def test_layers_are_looked_at_and_judged(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    judge(page)
    open_project(page, art("sword", "front-upper-arm", "発光"))
    judge(page)

    layers(page).get_by_role("button", name=re.compile("^sword")).tap()
    summary = page.locator("#stage-summary")
    expect(summary).to_contain_text("sword")
    canvas = page.get_by_role("img", name="Art and mesh of sword")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    assert box["height"] > 300
    for name in ("Wireframe", "Before / After", "Fit", "100 %"):
        page.get_by_role("button", name=name).tap()
        judge(page)
    page.get_by_role("button", name="Edit points").tap()
    judge(page)
    before = summary.inner_text()
    page.get_by_role("button", name="Simple shapes").tap()
    expect(summary).not_to_have_text(before)
    judge(page)
    page.get_by_role("button", name="Keep").tap()
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()


def test_nothing_that_opens_hangs_over(page: Page) -> None:
    open_project(page, art("leaf"))
    for name in ("Recipe", "Download", "Notices", "Settings"):
        menu = page.locator("summary", has_text=name)
        menu.tap()
        expect(page.locator(".sheet:visible")).to_have_count(1)
        judge(page)
        menu.tap()
    for name in ("Fine tune", "Versions"):
        page.locator("summary", has_text=name).tap()
        judge(page)
    page.get_by_role("button", name="Keys").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge(page)
