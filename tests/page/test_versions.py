"""Comparing versions: seen on the stage, in numbers, and left as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .visitors import PHONE, barriers, overhanging, tuned_sword


def two_versions(page: Page) -> Locator:
    """Of a sword, the second of simple shapes; the list of them."""
    tuned_sword(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()
    page.get_by_text("Versions").click()
    versions = page.locator(".versions li")
    expect(versions).to_have_count(2)
    return versions


def figures(page: Page, row: str) -> list[int]:
    """What the table says there: before, after, change."""
    cells = page.get_by_role("row", name=row).get_by_role("cell")
    expect(cells).to_have_count(3)
    return [
        int("".join(letter for letter in cell if letter in "-0123456789"))
        for cell in cells.all_inner_texts()
    ]


def test_versions_are_compared_in_numbers_and_on_the_stage(page: Page) -> None:
    two_versions(page)
    page.get_by_role("button", name="Compare").click()
    before, after, change = figures(page, "Vertices")
    assert (before > after, change) == (True, after - before)
    assert figures(page, "Uncovered") == [0, 0, 0]
    expect(page.get_by_role("row", name="Detail factor")).to_contain_text("0.01")
    expect(page.locator("canvas")).to_have_count(2)
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()
    expect(page.get_by_role("separator")).to_be_visible()


def test_older_version_is_drawn_left_of_the_divider(page: Page) -> None:
    two_versions(page)
    stage = page.locator(".ground")
    page.get_by_role("button", name="Compare").click()
    divider = page.get_by_role("separator")
    pictures = []
    for key, place in (("ArrowRight", 100), ("ArrowLeft", 0)):
        while divider.get_attribute("aria-valuenow") != str(place):
            divider.press(key)
        pictures.append(stage.screenshot())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("split", [False, True])
def test_comparison_is_left_and_the_stage_is_as_before(page: Page, split: bool) -> None:
    two_versions(page)
    button = page.get_by_role("button", name="Before / After")
    if split:
        button.click()
    ways: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="End comparison").click(),
        lambda: page.keyboard.press("b"),
    ]
    for leave in ways:
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("canvas")).to_have_count(2)
        leave()
        expect(page.locator("canvas")).to_have_count(1)
        expect(button).to_have_attribute("aria-pressed", str(split).lower())


def test_what_is_tuned_is_compared_with_what_is_kept(page: Page) -> None:
    versions = two_versions(page)
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    versions.first.get_by_role("button", name="Compare").click()
    before, after, _ = figures(page, "Vertices")
    assert after > before
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_comparison_has_no_barriers(page: Page, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    two_versions(page)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("table")).to_be_visible()
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    assert overhanging(page) == []
