"""What people do on the page, in a test's words."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Locator, Page, ViewportSize, expect

from spinelift.images import encode_png
from spinelift.samples import draw

from .chromium import HERE

WORDS = Path(__file__).parents[2] / "editor" / "src" / "ui" / "words"
LANGUAGES = ("en", "zh-Hans", "ja", "ko")
THEMES = ("light", "dark")
PHONE: ViewportSize = {"width": 390, "height": 844}
MARGIN = 32
"""CSS pixels around art that fills the stage: as in scenery.ts."""
PATIENCE = 120_000
"""Milliseconds, for what takes long."""

DROP = """
files => {
  const data = new DataTransfer();
  for (const [name, text] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type: "image/png" }));
  }
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}
"""


def words(language: str) -> dict[str, str]:
    """All that the page says in it, by its keys."""
    text = (WORDS / f"{language}.json").read_text(encoding="utf-8")
    return cast("dict[str, str]", json.loads(text))


def art(*names: str) -> dict[str, bytes]:
    """Images that we drew, by their files' names."""
    return {f"{name}.png": encode_png(draw(name)) for name in names}


def drop(page: Page, files: Mapping[str, bytes]) -> None:
    texts = {name: base64.b64encode(content).decode() for name, content in files.items()}
    page.evaluate(DROP, texts)


def layers(page: Page) -> Locator:
    return page.get_by_role("navigation").get_by_role("listitem")


def open_project(page: Page, files: Mapping[str, bytes]) -> None:
    """A new one, of this art, once all of it is meshed."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    drop(page, files)
    expect(layers(page)).to_have_count(len(files))
    expect(page.locator("footer")).to_contain_text(re.compile("(is|are) done"))
    expect(page.locator("#stage-summary")).not_to_be_empty()


def tuned_sword(page: Page) -> tuple[Locator, str]:
    """A project in which one tries simple shapes: what is said of the mesh, and what was before."""
    open_project(page, art("sword"))
    summary = page.locator("#stage-summary")
    before = summary.inner_text()
    page.keyboard.press("4")
    expect(summary).not_to_have_text(before)
    return summary, before


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the art is, which fills the stage."""
    box = page.locator("canvas").bounding_box()
    summary = page.locator("#stage-summary").inner_text()
    width, height = (int(found) for found in re.findall(r"\d+", summary)[:2])
    assert box is not None
    scale = min((box["width"] - 2 * MARGIN) / width, (box["height"] - 2 * MARGIN) / height)
    return (
        box["x"] + box["width"] / 2 + (x - width / 2) * scale,
        box["y"] + box["height"] / 2 + (y - height / 2) * scale,
    )


def choose_looks(page: Page, *, theme: str = "dark", language: str = "en") -> None:
    """Before the page is opened: as if that had been chosen at another time."""
    page.add_init_script(
        f"localStorage.setItem('language', '{language}');localStorage.setItem('theme', '{theme}')"
    )


def barriers(page: Page) -> list[str]:
    """What keeps some people from using what is shown, as axe sees it."""
    # The page's policy lets no script in; a test has another way.
    page.evaluate((HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def overhanging(page: Page) -> list[str]:
    """What can be used and is not wholly within the width of the window; nothing scrolls aside."""
    return cast("list[str]", page.evaluate(OVERHANGING))


OVERHANGING = """
() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page itself");
  const all = "button, summary, select, input, a, dialog, .sheet";
  for (const one of document.querySelectorAll(all)) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    const { left, right, width } = one.getBoundingClientRect();
    if (width === 0 || (left >= -0.5 && right <= innerWidth + 0.5)) continue;
    found.push(one.outerHTML.slice(0, 120));
  }
  return found;
}
"""


def open_large_project(page: Page, files: Mapping[str, bytes]) -> None:
    """The same, where that takes long."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    drop(page, files)
    made = layers(page).filter(has_text="vert")
    expect(made).to_have_count(len(files), timeout=PATIENCE)
    expect(page.locator("#stage-summary")).not_to_be_empty()
    page.wait_for_load_state("networkidle")


def ask(page: Page, method: str, path: str, body: Any = None) -> Any:
    """What the API answers to who is signed in on the page; it has to be good."""
    [token] = [one["value"] for one in page.context.cookies() if one["name"] == "csrftoken"]
    answer = page.context.request.fetch(
        f"/api/v1{path}",
        method=method,
        data=body,
        headers={"X-CSRFToken": token, "Referer": page.url},
    )
    assert answer.ok, answer.text()
    return answer.json()
