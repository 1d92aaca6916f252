"""What was done in a project, found again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from spinelift.web.events import Event, PresetEvent, ProjectEvent

from .visitors import PHONE, WORDS, art, barriers, choose_looks, open_project, overhanging


def actions(kind: type[Event]) -> Iterator[str]:
    """Of all events of a kind."""
    if "action" in kind.__dict__:
        yield kind.action
    for narrower in kind.__subclasses__():
        yield from actions(narrower)


@pytest.mark.parametrize("action", [*actions(ProjectEvent), *actions(PresetEvent)])
def test_deeds_in_projects_have_words(action: str) -> None:
    words = json.loads((WORDS / "en.json").read_text(encoding="utf-8"))
    assert f"audit.did.{action}" in words


def audit(page: Page) -> Locator:
    page.locator("summary", has_text="Project").click()
    page.get_by_role("button", name="Audit").click()
    return page.get_by_role("dialog", name="Audit")


def test_deeds_are_listed_filtered_and_exported(page: Page) -> None:
    open_project(page, art("sword", "leaf"))
    dialog = audit(page)
    deeds = dialog.get_by_role("list").last.locator("> li")
    expect(deeds.last).to_contain_text("Project made")
    expect(deeds.last).to_contain_text("My art")
    expect(deeds.first).to_contain_text("Batch finished")
    added = deeds.filter(has_text="Image added")
    expect(added).to_have_count(2)

    added.first.get_by_text("Details").click()
    expect(added.first.locator("pre")).to_contain_text("From 127.0.0.1")
    dialog.get_by_label("What").select_option(label="Images")
    expect(deeds.filter(has_text="Mesh")).to_have_count(0)
    expect(added).to_have_count(2)
    added.get_by_role("button", name="sword").click()
    expect(added).to_have_count(1)
    dialog.get_by_role("button", name="Only sword").click()
    expect(added).to_have_count(2)
    dialog.get_by_label("Who").fill("nobody")
    dialog.get_by_label("Who").press("Enter")
    expect(dialog.get_by_text("There is nothing of this.")).to_be_visible()
    dialog.get_by_label("Who").fill("")
    dialog.get_by_label("Until").fill("2020-01-01")
    expect(dialog.get_by_text("There is nothing of this.")).to_be_visible()
    dialog.get_by_label("Until").fill("")
    expect(added).to_have_count(2)
    with page.expect_download() as downloading:
        dialog.get_by_role("link", name="Export").click()
    lines = downloading.value.path().read_text(encoding="utf-8").splitlines()
    exported = [json.loads(line)["action"] for line in lines]
    assert exported.count("image.added") == 2
    assert all(action.startswith("image.") for action in exported)


def test_more_deeds_come_page_by_page(page: Page) -> None:
    open_project(page, art("leaf"))
    page.locator("summary", has_text="Download").click()
    address = page.get_by_role("link", name="Skeleton alone").get_attribute("href")
    assert address is not None
    for _ in range(60):
        assert page.request.get(address).ok
    dialog = audit(page)
    deeds = dialog.get_by_role("list").last.locator("> li")
    expect(deeds).to_have_count(50)
    page.request.get(address)
    dialog.get_by_role("button", name="More").click()
    expect(deeds.last).to_contain_text("Project made")
    expect(dialog.get_by_role("button", name="More")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_audit_has_no_barriers(page: Page, theme: str) -> None:
    choose_looks(page, theme=theme)
    open_project(page, art("leaf"))
    dialog = audit(page)
    dialog.get_by_text("Details").first.click()
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    assert overhanging(page) == []
