"""Presets of one's own: saved, chosen, undone, renamed, deleted; and words for every parameter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from spinelift.mesh.parameters import PARAMETERS

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .visitors import LANGUAGES, PHONE, WORDS, art, barriers, open_project


def padded(page: Page, pixels: int = 9) -> Locator:
    """A project with a leaf that is tuned; what its padding is."""
    open_project(page, art("leaf"))
    page.get_by_text("Fine tune").click()
    padding = page.get_by_label("Padding", exact=True)
    padding.fill(str(pixels))
    padding.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    return padding


def save(page: Page, name: str, *, shared: bool = False) -> Locator:
    """What is shown as a preset; its chip."""
    form = page.locator(".own-presets")
    if form.get_attribute("open") is None:
        page.get_by_text("Own presets").click()
    page.get_by_label("Name of the preset", exact=True).fill(name)
    page.get_by_label("For all of this project").set_checked(shared)
    page.get_by_role("button", name="Save").click()
    return chip_of(page, name)


def chip_of(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Preset").get_by_role("button", name=name, exact=True)


def test_tuning_is_saved_and_chosen_as_any_preset(page: Page) -> None:
    padding = padded(page)
    chip = save(page, "Wide")
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Balanced").click()
    expect(padding).to_have_value("0")
    page.reload()
    expect(page.locator("#stage-summary")).not_to_be_empty()
    chip.click()
    page.get_by_text("Fine tune").click()
    expect(padding).to_have_value("9")
    page.get_by_role("button", name="Undo").click()
    expect(padding).to_have_value("0")
    page.get_by_role("button", name="Redo").click()
    expect(padding).to_have_value("9")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()


def test_preset_is_renamed_and_deleted_and_both_are_undone(page: Page) -> None:
    padding = padded(page, 7)
    tight, loose = save(page, "Tight"), chip_of(page, "Loose")
    expect(tight).to_be_visible()
    field = page.get_by_label("Name of the preset Tight")
    field.fill("Loose")
    field.press("Enter")
    expect(loose).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Delete the preset Loose").click()
    expect(loose).to_be_hidden()
    expect(padding).to_have_value("7")
    expect(chip_of(page, "Balanced")).to_have_attribute("aria-pressed", "true")
    undo = page.get_by_role("button", name="Undo")
    undo.click()
    expect(loose).to_be_visible()
    undo.click()
    expect(tight).to_be_visible()
    page.get_by_role("button", name="Delete the preset Tight").click()
    expect(tight).to_be_hidden()


def test_preset_of_a_project_is_in_that_one_alone(page: Page) -> None:
    padded(page, 5)
    chip = save(page, "Ours", shared=True)
    expect(chip).to_be_visible()
    open_project(page, art("tail"))
    expect(page.get_by_role("button", name="Balanced")).to_be_visible()
    expect(chip).to_have_count(0)


def test_name_that_is_taken_is_told_of(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    with opened(system, browser, session) as (page, faults):
        padded(page, 4)
        expect(save(page, "Twice")).to_be_visible()
        save(page, "Twice")
        expect(page.locator(".troubles").get_by_text("Twice")).to_be_visible()
        expect(page.get_by_label("Name of the preset", exact=True)).to_have_value("Twice")
    # The browser tells of what the server has refused, too.
    assert all("responded with a status of 4" in fault for fault in faults)


def test_choices_are_fine_tuned_too(page: Page) -> None:
    open_project(page, art("sparkle"))
    page.get_by_text("Fine tune").click()
    page.get_by_label("Islands").select_option("One mesh each")
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    page.get_by_role("button", name="Reset Islands").click()
    expect(page.get_by_label("Islands")).to_have_value("bridge")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_presets_have_no_barriers(page: Page, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    padded(page, 3)
    long = f"{theme} {'Very' * 30}"
    expect(save(page, long, shared=True)).to_be_visible()
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_has_words(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    wanted = {f"parameter.{name}{part}" for name in PARAMETERS for part in ("", ".help")} | {
        f"parameter.{name}.{choice}" for name, one in PARAMETERS.items() for choice in one.choices
    }
    assert wanted == {key for key in words if key.startswith("parameter.")}
