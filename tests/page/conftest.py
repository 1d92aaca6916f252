"""One server and one browser for the tests of a module; what each sees must be without a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from ..journeys.system import EmbeddedSystem
from .chromium import chromium, unpacked


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path_factory.mktemp("page")) as system:
        yield system


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    with unpacked() as program:
        yield program


@pytest.fixture(scope="module")
def browser(program: Path) -> Iterator[Browser]:
    """No longer than a module: in the thread of a browser, no other test could run a loop."""
    with chromium(program) as browser:
        yield browser


def come_in(system: EmbeddedSystem, browser: Browser) -> Any:
    """The cookies of who came in by the link that the program has printed."""
    said = re.match(r"Open (\S+)\n", system.server.out)
    assert said
    context = browser.new_context()
    page = context.new_page()
    page.goto(said[1])
    page.get_by_role("button").click()
    page.wait_for_url(f"{system.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def session(system: EmbeddedSystem, browser: Browser) -> Any:
    return come_in(system, browser)


@pytest.fixture
def page(system: EmbeddedSystem, browser: Browser, session: Any) -> Iterator[Page]:
    """Signed in; no error may come up, and nothing may be asked of another host."""
    with opened(system, browser, session) as (page, faults):
        yield page
    assert faults == []


@contextmanager
def opened(
    system: EmbeddedSystem, browser: Browser, session: Any, **looks: Any
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what is wrong with it: the list grows. `looks` are Playwright's."""
    looks = {"viewport": {"width": 1440, "height": 900}, **looks}
    context = browser.new_context(base_url=system.url, storage_state=session, **looks)
    page = context.new_page()
    faults: list[str] = []
    own = (system.url, system.url.replace("http", "ws", 1), "blob:", "data:")

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "GPU stall" not in message.text:
            faults.append(message.text)

    def watch(request: Request) -> None:
        if not request.url.startswith(own):
            faults.append(request.url)

    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", watch)
    yield page, faults
    context.close()
