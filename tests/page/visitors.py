"""What people do on the page, in a test's words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from spinelift.images import encode_png
from spinelift.samples import draw

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
    expect(page.locator("footer")).to_contain_text("done")
    expect(page.locator("#stage-summary")).not_to_be_empty()


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
