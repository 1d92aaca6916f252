"""A recipe as a link: what it says is tried, what cannot be is told of, and nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .visitors import art, open_project


def test_recipe_is_sent_as_a_link(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_project(page, art("leaf"))
    summary = page.locator("#stage-summary")
    before = summary.inner_text()
    page.keyboard.press("4")
    expect(summary).not_to_have_text(before)
    simple = summary.inner_text()
    page.get_by_text("Recipe").click()
    page.get_by_role("button", name="Copy").first.click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("?preset=simple-shapes")

    other = page.context.new_page()
    other.goto(link)
    shown = other.locator("#stage-summary")
    expect(shown).to_have_text(simple)
    expect(other.get_by_role("button", name="Keep")).to_be_visible()
    other.get_by_role("button", name="Undo").click()
    expect(shown).to_have_text(before)
    other.reload()
    expect(shown).to_have_text(before)
    expect(other.get_by_role("button", name="Keep")).to_be_hidden()


def test_link_is_opened_in_the_project_that_is_open(page: Page) -> None:
    open_project(page, art("leaf"))
    page.get_by_text("Fine tune").click()
    page.evaluate("location.hash += '?preset=performance&padding=6'")
    expect(page.get_by_label("Padding", exact=True)).to_have_value("6")
    pressed = page.get_by_role("button", name="Performance")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert "?" not in page.url


def test_what_cannot_be_is_told_of_and_the_rest_is_used(page: Page) -> None:
    open_project(page, art("leaf"))
    page.get_by_text("Fine tune").click()
    page.evaluate("location.hash += '?preset=x&detail_factor=9&colour=%3Cb%3E&padding=3'")
    told = page.locator(".troubles")
    for words in ("no preset x", "Detail factor cannot be 9", "no parameter colour"):
        expect(told).to_contain_text(words)
    expect(page.get_by_label("Padding", exact=True)).to_have_value("3")


@pytest.mark.parametrize(
    "address",
    [
        "/#/project/%",
        "/#/project/%E0%A4%A?preset=%",
        "/#/project/<img src=x onerror=alert(1)>?preset=<b>",
        "/#?preset=balanced",
        "/#/project/../../x?__proto__=1&constructor=2",
    ],
)
def test_hostile_address_is_only_words(
    system: EmbeddedSystem, browser: Browser, session: Any, address: str
) -> None:
    with opened(system, browser, session) as (page, faults):
        page.goto(address)
        nothing = page.get_by_role("heading", name="There is nothing here")
        expect(page.get_by_role("banner").or_(nothing)).to_be_visible()
        assert page.evaluate("Object.keys(Object.prototype).length") == 0
        page.wait_for_load_state("networkidle")
    # The browser tells of what the server has refused, too.
    assert [fault for fault in faults if "responded with a status of 4" not in fault] == []


def test_hostile_recipe_is_only_words(page: Page) -> None:
    open_project(page, art("leaf"))
    wrong = "__proto__=1&%=2&preset=%3Cimg%20src=x%20onerror=alert(1)%3E&" + "x" * 20_000
    page.evaluate("recipe => { location.hash += `?${recipe}` }", wrong)
    told = page.locator(".troubles")
    expect(told).to_contain_text("no parameter __proto__")
    expect(told.locator("img")).to_have_count(0)
    assert len(told.inner_text()) < 500
