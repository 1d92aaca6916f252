"""Tokens for programs, how one is told, and projects that are renamed, put away and deleted."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .visitors import PHONE, art, barriers, choose_looks, open_project, overhanging


def settings(page: Page) -> Locator:
    page.goto("/")
    page.locator("summary", has_text="Settings").click()
    page.get_by_role("button", name="Tokens and notifications").click()
    return page.get_by_role("dialog", name="Tokens and notifications")


def test_token_is_shown_once_works_and_is_revoked(page: Page, system: EmbeddedSystem) -> None:
    dialog = settings(page)
    dialog.get_by_label("Name of the token").fill("laptop")
    dialog.get_by_label("What it may do").select_option(label="Reads")
    dialog.get_by_label("Last day").fill("2099-01-01")
    dialog.get_by_role("button", name="Make a token").click()
    text = dialog.locator(".secret code").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text

    def answered() -> int:
        headers = {"Authorization": f"Bearer {text}"}
        return httpx.get(f"{system.url}/api/v1/me", headers=headers).status_code

    assert answered() == 200
    row = dialog.get_by_role("listitem").filter(has_text="laptop")
    expect(row).to_contain_text("Reads")
    expect(row).to_contain_text(re.compile(r"expires 1/2/99|expires 1/1/99"))
    row.get_by_role("button", name="Revoke laptop").click()
    asked = page.get_by_role("dialog", name="Revoke", exact=True)
    expect(asked).to_contain_text("Programs that use laptop")
    asked.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")
    expect(row.get_by_role("button")).to_have_count(0)
    expect(dialog.locator(".secret")).to_have_count(0)
    assert answered() == 401


def test_ways_of_being_told_are_kept(page: Page) -> None:
    batches = settings(page).get_by_role("group", name="A batch that you asked for")
    expect(batches.get_by_label("On this page")).to_be_checked()
    with page.expect_response("**/notifications/settings") as answer:
        batches.get_by_label("By mail").check()
    assert answer.value.ok
    batches = settings(page).get_by_role("group", name="A batch that you asked for")
    expect(batches.get_by_label("By mail")).to_be_checked()


def test_webhook_is_set_up_and_tried(page: Page) -> None:
    """That of a server of the tests' own would be refused, as would all that is not public."""
    stored = {"webhook_url": None, "has_webhook_secret": False}
    ways = {"app": True, "email": False, "webhook": True}
    outcomes = [
        {"delivered": True, "status": 204, "reason": None, "milliseconds": 12},
        {"delivered": False, "status": 500, "reason": "The answer was 500.", "milliseconds": 9},
    ]

    def kept(change: dict[str, object]) -> dict[str, object]:
        stored.update(change)  # type: ignore[arg-type]
        return {"batch_finished": ways, "mesh_failed": ways, **stored}

    page.route(
        "**/notifications/settings",
        lambda route: route.fulfill(json=kept(route.request.post_data_json or {})),
    )
    page.route("**/notifications/test", lambda route: route.fulfill(json=outcomes.pop(0)))
    webhook = settings(page).get_by_role("group", name="Webhook")
    test = webhook.get_by_role("button", name="Send a test")
    expect(test).to_be_disabled()
    webhook.get_by_label("Address").fill("https://example.com/hook")
    webhook.get_by_role("button", name="Save").click()
    expect(webhook.get_by_text("Saved.")).to_be_visible()
    webhook.get_by_role("button", name="Make a signing secret").click()
    expect(webhook.locator(".secret code")).to_have_text(re.compile("^whsec_"))
    test.click()
    expect(webhook.get_by_text("the receiver answered 204 after 12 ms")).to_be_visible()
    test.click()
    expect(webhook.get_by_text("It was not delivered: The answer was 500.")).to_be_visible()


def test_webhook_that_leads_to_no_public_address_is_refused(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    with opened(system, browser, session) as (page, _):
        dialog = settings(page)
        dialog.get_by_label("Address").fill("http://127.0.0.1:9/hook")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator(".trouble")).to_be_visible()


def test_project_is_renamed_put_away_and_deleted(page: Page) -> None:
    open_project(page, art("leaf"))
    page.goto("/")
    page.get_by_role("main").locator("summary").first.click()
    row = page.get_by_role("main").get_by_role("listitem").first
    row.get_by_label("Name of the project").fill("Autumn")
    row.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("link", name="Autumn")).to_be_visible()
    row.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("link", name="Autumn")).to_have_count(0)

    page.get_by_role("button", name="In the archive").click()
    expect(page.get_by_role("link", name="Autumn")).to_be_visible()
    page.get_by_role("main").locator("summary").click()
    page.get_by_role("button", name="Take out of the archive").click()
    expect(page.get_by_text("Nothing is in the archive.")).to_be_visible()

    page.get_by_role("button", name="In the archive").click()
    page.get_by_label("More of Autumn").click()
    page.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete")
    expect(asked).to_contain_text("Autumn will be deleted with all its images and meshes.")
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Autumn")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_settings_have_no_barriers(page: Page, theme: str) -> None:
    choose_looks(page, theme=theme)
    dialog = settings(page)
    dialog.get_by_label("Name of the token").fill("laptop")
    dialog.get_by_role("button", name="Make a token").click()
    expect(dialog.locator(".secret")).to_be_visible()
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    assert overhanging(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menus_of_projects_have_no_barriers(page: Page, theme: str) -> None:
    choose_looks(page, theme=theme)
    open_project(page, art("leaf"))
    page.goto("/")
    page.get_by_role("main").locator("summary").first.click()
    assert barriers(page) == []
    page.get_by_role("button", name="Delete").first.click()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size(PHONE)
    assert overhanging(page) == []
