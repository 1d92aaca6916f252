"""How much the page weighs, and that nothing on it jumps."""

from __future__ import annotations

import gzip
from pathlib import Path

from playwright.sync_api import Page

import spinelift.web.page

from .visitors import art, open_project

BUILT = Path(spinelift.web.page.__file__).parent / "built"
FIRST_PAGE_BYTES = 60_000

SHIFTS = """
() => new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 500);
})
"""


def test_first_page_is_small(page: Page) -> None:
    """Everything that is loaded before anybody has signed in or done anything."""
    files: list[str] = []
    page.on("response", lambda response: files.append(response.url))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    names = {url.rsplit("/", 1)[1] or "index.html" for url in files if "/api/" not in url}
    loaded = [path for path in BUILT.rglob("*") if path.name in names]
    assert len(loaded) >= 3
    assert sum(len(gzip.compress(path.read_bytes())) for path in loaded) < FIRST_PAGE_BYTES


def test_nothing_jumps(page: Page) -> None:
    open_project(page, art("sword", "leaf", "tail"))
    assert page.evaluate(SHIFTS) == 0
