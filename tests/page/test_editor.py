"""Tuning, editing, undoing, in every language and theme, by keys, on a telephone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from .visitors import WORDS, art, barriers, drop, layers, open_project, tuned_sword

LANGUAGES = {"en": "English", "zh-Hans": "简体中文", "ja": "日本語", "ko": "한국어"}


def test_tuned_mesh_is_shown_kept_and_undone(page: Page) -> None:
    summary, before = tuned_sword(page)
    page.get_by_role("button", name="Undo").click()
    expect(summary).to_have_text(before)
    page.get_by_role("button", name="Redo").click()
    expect(summary).not_to_have_text(before)
    simple = summary.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()
    page.reload()
    expect(summary).to_have_text(simple)


def test_point_is_moved_by_keys_which_locks_the_mesh_and_is_undone(page: Page) -> None:
    open_project(page, art("tail"))
    page.get_by_role("button", name="Edit points").click()
    canvas = page.get_by_role("img", name="Art and mesh of tail")
    canvas.focus()
    page.keyboard.press("n")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_role("button", name="Unlock tail")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()


def test_broken_file_is_told_of_and_harms_no_other(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    drop(page, {**art("leaf"), "broken.png": b"\x89PNG but no more"})
    expect(layers(page)).to_have_count(1)
    expect(page.get_by_text("broken.png")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_speaks_and_has_no_barriers(page: Page, language: str, theme: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    page.add_init_script(
        f"localStorage.setItem('language', '{language}');localStorage.setItem('theme', '{theme}')"
    )
    page.goto("/")
    expect(page.get_by_role("heading", name=words["projects"])).to_be_visible()
    assert barriers(page) == []
    drop(page, art("leaf"))
    expect(page.get_by_role("button", name=words["preset.high-detail"])).to_be_visible()
    expect(page.locator("#stage-summary")).not_to_be_empty()
    assert barriers(page) == []
    for size in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_languages_say_the_same(language: str) -> None:
    texts = [
        json.loads((WORDS / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("en", language)
    ]
    assert texts[0].keys() == texts[1].keys()


def test_versions_are_listed_and_restored(page: Page) -> None:
    summary, first = tuned_sword(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()
    simple = summary.inner_text()
    assert simple != first
    page.get_by_text("Versions").click()
    expect(page.locator(".versions li")).to_have_count(2)
    page.get_by_role("button", name="Restore").click()
    expect(summary).to_have_text(first)
    expect(page.locator(".versions li")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(summary).to_have_text(simple)


def test_tuning_goes_on_while_what_was_kept_is_made(page: Page) -> None:
    summary, _ = tuned_sword(page)
    simple = summary.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    expect(summary).not_to_have_text(simple)
    fine = summary.inner_text()
    expect(page.locator(".layer .dim")).to_have_text(simple_count(simple))
    expect(summary).to_have_text(fine)
    page.keyboard.press("Escape")
    expect(summary).to_have_text(simple)


def simple_count(summary: str) -> str:
    """What the list says of a mesh that the summary tells of."""
    return summary.partition(": ")[2].partition(",")[0]


def test_notices_come_and_are_read(page: Page) -> None:
    open_project(page, art("sword", "leaf"))
    page.locator("summary", has_text="Notices").click()
    expect(page.locator(".notices li").first).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("Nothing new.")).to_be_visible()


def test_divider_is_dragged_and_moved_by_keys(page: Page) -> None:
    open_project(page, art("sword"))
    page.get_by_role("button", name="Before / After").click()
    divider = page.get_by_role("separator")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    box = page.locator("canvas").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, middle, steps=4)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "27")
