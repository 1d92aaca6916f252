"""Who is in a project, who says so, and what a viewer is not offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ..journeys.system import EmbeddedSystem
from .people import register_all, signed_in
from .visitors import PHONE, art, barriers, choose_looks, drop, layers, open_project, overhanging

LAST_OWNER = "needs an owner"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path_factory.mktemp("page"), "--accounts") as system:
        register_all(system)
        yield system


def members(page: Page) -> Locator:
    page.locator("summary", has_text="Project").click()
    page.get_by_role("button", name="Members").click()
    return page.get_by_role("dialog", name="Members")


def add(dialog: Locator, name: str, role: str) -> None:
    dialog.get_by_label("Email").fill(f"{name}@example.com")
    dialog.locator("form").get_by_role("combobox").select_option(label=role)
    dialog.get_by_role("button", name="Add").click()


def test_owner_says_who_is_in_and_a_viewer_only_looks(
    system: EmbeddedSystem, browser: Browser
) -> None:
    with signed_in(system, browser, "alice") as page:
        open_project(page, art("sword"))
        address = page.url
        dialog = members(page)
        add(dialog, "bob", "Viewer")
        add(dialog, "val", "Viewer")
        expect(dialog.get_by_role("listitem")).to_have_count(3)
        dialog.get_by_label("Role of bob@example.com").select_option(label="Editor")
        expect(dialog.get_by_label("Role of bob@example.com")).to_have_value("editor")

    with signed_in(system, browser, "bob") as page:
        page.goto(address)
        expect(page.get_by_role("button", name="Edit points")).to_be_visible()
        dialog = members(page)
        expect(dialog.get_by_role("listitem")).to_have_count(3)
        expect(dialog.get_by_role("combobox")).to_have_count(0)

    with signed_in(system, browser, "val") as page:
        page.goto(address)
        expect(page.get_by_text("You are a viewer here")).to_be_visible()
        expect(page.locator("#stage-summary")).to_contain_text("sword")
        for offer in ("Choose files", "Edit points", "Delete 1 layer"):
            expect(page.get_by_role("button", name=offer)).to_have_count(0)
        expect(page.get_by_role("button", name="Lock sword")).to_be_disabled()
        before = page.locator("#stage-summary").inner_text()
        page.get_by_role("button", name="Simple shapes").click()
        expect(page.locator("#stage-summary")).not_to_have_text(before)
        expect(page.get_by_role("button", name="Discard")).to_be_visible()
        expect(page.get_by_role("button", name="Keep")).to_have_count(0)
        page.keyboard.press("Enter")
        drop(page, art("leaf"))
        expect(page.locator(".trouble")).to_contain_text("You are a viewer here")
        expect(layers(page)).to_have_count(1)
        dialog = members(page)
        expect(dialog.get_by_role("button", name="Add")).to_have_count(0)
        expect(dialog.get_by_role("button", name="Leave")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("listitem")).to_contain_text("Viewer")
        expect(page.locator("main summary")).to_have_count(0)

    with signed_in(system, browser, "charlie") as page:
        page.goto("/")
        expect(page.get_by_text("There is no project yet.")).to_be_visible()


def test_what_cannot_be_is_said(system: EmbeddedSystem, browser: Browser) -> None:
    with signed_in(system, browser, "alice") as page:
        open_project(page, art("leaf"))
        dialog = members(page)
        add(dialog, "nobody", "Editor")
        expect(dialog.get_by_text("Nobody has registered with this email")).to_be_visible()
        add(dialog, "alice", "Editor")
        expect(dialog.get_by_text("is owner of this project already")).to_be_visible()
        role = dialog.get_by_label("Role of alice@example.com")
        role.select_option(label="Viewer")
        expect(dialog.locator(".trouble")).to_have_count(3)
        expect(role).to_have_value("owner")


def test_member_is_removed_once_that_is_confirmed(system: EmbeddedSystem, browser: Browser) -> None:
    with signed_in(system, browser, "alice") as page:
        open_project(page, art("leaf"))
        dialog = members(page)
        add(dialog, "bob", "Owner")
        remove = dialog.get_by_role("button", name="Remove bob@example.com")
        remove.click()
        asked = page.get_by_role("dialog", name="Remove", exact=True)
        expect(asked).to_contain_text("bob@example.com will see My art no more.")
        page.keyboard.press("Escape")
        expect(remove).to_be_focused()
        remove.click()
        asked.get_by_role("button", name="Remove").click()
        expect(dialog.get_by_role("listitem")).to_have_count(1)

        add(dialog, "bob", "Owner")
        dialog.get_by_role("button", name="Leave").click()
        page.get_by_role("dialog", name="Leave").get_by_role("button", name="Leave").click()
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_members_have_no_barriers(system: EmbeddedSystem, browser: Browser, theme: str) -> None:
    with signed_in(system, browser, "alice") as page:
        choose_looks(page, theme=theme)
        open_project(page, art("leaf"))
        dialog = members(page)
        add(dialog, "val", "Viewer")
        expect(dialog.get_by_role("listitem")).to_have_count(2)
        assert barriers(page) == []
        dialog.get_by_role("button", name="Remove val@example.com").click()
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.set_viewport_size(PHONE)
        assert overhanging(page) == []
