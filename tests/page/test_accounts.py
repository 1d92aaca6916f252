"""People register, forget their password, and find nothing of what is another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .people import ALICE, BOB, CHARLIE, mailed_link, register, sign_in
from .visitors import art, layers, open_project

OTHER_PASSWORD = "four grey wolves"  # noqa: S105  # of the tests
EXPECTED = re.compile(r"status of (400|401)")
"""What browsers note where nobody is signed in yet, or with another password."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path_factory.mktemp("accounts"), "--accounts") as system:
        yield system


@pytest.fixture
def visitors(system: EmbeddedSystem, browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Alice and Charlie, each at a machine of their own, not signed in."""
    with ExitStack() as stack:
        pages = [stack.enter_context(opened(system, browser, None)) for _ in range(2)]
        yield pages[0][0], pages[1][0]
        unexpected = [
            fault for _, faults in pages for fault in faults if not EXPECTED.search(fault)
        ]
        assert [fault for fault in unexpected if "status of 404" not in fault] == []


def test_charlie_who_guesses_an_address_learns_nothing(
    system: EmbeddedSystem, visitors: tuple[Page, Page]
) -> None:
    alice, charlie = visitors
    register(alice, system, ALICE)
    open_project(alice, art("leaf"))
    address = urlsplit(alice.url).fragment
    register(charlie, system, CHARLIE)

    charlie.goto(f"/#{address}")
    expect(charlie.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(charlie.get_by_text("leaf")).to_have_count(0)
    expect(charlie.get_by_text("My art")).to_have_count(0)
    expect(charlie.get_by_role("link", name="Download")).to_have_count(0)

    charlie.get_by_role("link", name="Projects").click()
    expect(charlie.get_by_text("There is no project yet.")).to_be_visible()
    expect(layers(alice)).to_have_count(1)


def test_forgotten_password_is_set_anew(
    system: EmbeddedSystem, visitors: tuple[Page, Page]
) -> None:
    page, _ = visitors
    register(page, system, BOB)
    page.locator("summary", has_text="Settings").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="I forgot my password").click()
    page.get_by_label("Email").fill(BOB)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()

    page.goto(mailed_link(system, BOB, "reset"))
    page.get_by_label("New password").fill(OTHER_PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    sign_in(page, BOB)
    expect(page.locator(".trouble")).to_be_visible()
    sign_in(page, BOB, OTHER_PASSWORD)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
