"""What is counted of the page: bytes, shifts, frames, and the size of what is pressed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import cast

from playwright.sync_api import Page

import spinelift.web.page

BUILT = Path(spinelift.web.page.__file__).parent / "built"

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

FRAMES = """
(() => {
  window.framesDrawn = 0;
  const { prototype } = WebGL2RenderingContext;
  const { clear } = prototype;
  prototype.clear = function (...given) {
    window.framesDrawn += 1;
    return clear.apply(this, given);
  };
})()
"""
"""Counts how often the stage is drawn, which clears it first."""

SMALL = """
(least) => [...document.querySelectorAll("a, button, input, select, summary, [tabindex]")]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    // A box to check is as large as the words that belong to it.
    const target = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") : one;
    const { width, height } = (target ?? one).getBoundingClientRect();
    return Math.min(width, height) < least;
  })
  .map((one) => one.outerHTML.slice(0, 120))
"""
LEAST_TARGET = 24


def first_page_bytes(page: Page) -> int:
    """Compressed, all that is loaded before anybody has signed in or done anything."""
    files: list[str] = []
    page.on("response", lambda response: files.append(response.url))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    names = {url.rsplit("/", 1)[1] or "index.html" for url in files if "/api/" not in url}
    loaded = [path for path in BUILT.rglob("*") if path.name in names]
    assert len(loaded) >= 3
    return sum(len(gzip.compress(path.read_bytes())) for path in loaded)


def layout_shift(page: Page) -> float:
    """How much of what is seen has moved by itself, until half a second from now."""
    return float(page.evaluate(SHIFTS))


def count_frames(page: Page) -> None:
    """From the next visit on."""
    page.add_init_script(FRAMES)


def frames(page: Page) -> int:
    """How often the stage was drawn since the visit began."""
    return int(page.evaluate("framesDrawn"))


def small_targets(page: Page) -> list[str]:
    """What is smaller than a finger needs it."""
    return cast("list[str]", page.evaluate(SMALL, LEAST_TARGET))
