"""What people do on the page, in a test's words."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from spinelift.images import encode_png
from spinelift.samples import draw

from .chromium import HERE

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


def show_in(page: Page, theme: str) -> None:
    """From the next time that it is loaded."""
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")


def barriers(page: Page) -> list[str]:
    """What keeps some people from using what is shown, as axe sees it."""
    # The page's policy lets no script in; a test has another way.
    page.evaluate((HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def is_wider(page: Page, width: int) -> bool:
    """Whether one would have to scroll sideways in a window of this width, or in a dialog there."""
    page.set_viewport_size({"width": width, "height": 844})
    wider: bool = page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('dialog')]"
        ".some((one) => one.scrollWidth > one.clientWidth)"
    )
    return wider
