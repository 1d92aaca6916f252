"""A server that is killed, a session that ends, a network without WebSockets: nothing is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect

from ..journeys.system import EmbeddedSystem
from .conftest import come_in, opened
from .visitors import art, drop, layers, open_project

ART = art("sword", "leaf")


def test_page_goes_on_after_its_server_was_killed(tmp_path: Path, browser: Browser) -> None:
    with EmbeddedSystem(tmp_path) as system:
        session = come_in(system, browser)
        with opened(system, browser, session) as (page, _):
            open_project(page, ART)
            summary = page.locator("#stage-summary")
            before = summary.inner_text()
            page.keyboard.press("4")
            expect(summary).not_to_have_text(before)
            draft = summary.inner_text()

            system.kill()
            connection = page.locator(".connection")
            expect(connection).to_have_attribute("data-way", "offline")
            expect(summary).to_have_text(draft)
            system.start()
            expect(connection).not_to_have_attribute("data-way", "offline", timeout=30_000)
            page.get_by_role("button", name="Keep").click()
            expect(page.get_by_role("button", name="Keep")).to_be_hidden(timeout=30_000)
            expect(summary).to_have_text(draft)


def test_what_cannot_be_had_while_the_server_is_away_is_said(
    tmp_path: Path, browser: Browser
) -> None:
    with EmbeddedSystem(tmp_path) as system:
        session = come_in(system, browser)
        with opened(system, browser, session) as (page, _):
            open_project(page, ART)
            page.keyboard.press("4")
            page.get_by_role("button", name="Keep").click()
            expect(page.get_by_role("button", name="Keep")).to_be_hidden()
            broken: list[str] = []
            page.on("pageerror", lambda error: broken.append(str(error)))

            system.kill()
            layers(page).get_by_role("button", name=re.compile("^sword")).click()
            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_text("The server does not answer")).to_be_visible()
            expect(page.get_by_role("button", name="Undo")).to_be_enabled()
            assert broken == []


def test_session_that_has_ended_leaves_what_is_open(
    system: EmbeddedSystem, browser: Browser, session: Any
) -> None:
    with opened(system, browser, session) as (page, _):
        open_project(page, ART)
        page.context.clear_cookies()
        page.keyboard.press("4")
        expect(page.get_by_text("Your session has ended")).to_be_visible()
        expect(page.locator(".layer")).to_have_count(len(ART))


@pytest.mark.parametrize(("refused", "way"), [(["cable"], "stream"), (["cable", "sse"], "polling")])
def test_what_happens_is_followed_whatever_is_blocked(
    system: EmbeddedSystem, browser: Browser, session: Any, refused: list[str], way: str
) -> None:
    with opened(system, browser, session) as (page, _):
        page.route_web_socket("**/cable", WebSocketRoute.close)
        if "sse" in refused:
            page.route(
                "**/events*",
                lambda route: (
                    route.abort()
                    if "text/event-stream" in route.request.headers.get("accept", "")
                    else route.continue_()
                ),
            )
        page.goto("/")
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        drop(page, ART)
        expect(layers(page)).to_have_count(len(ART))
        expect(page.locator(".connection")).to_have_attribute("data-way", way, timeout=30_000)
        expect(page.locator("footer")).to_contain_text("done", timeout=30_000)
        expect(layers(page).get_by_text("vertices")).to_have_count(len(ART), timeout=30_000)
