"""All by keys, from the link that lets one in to the download; one always sees where one is."""

from __future__ import annotations

import io
import re
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from ..journeys.system import EmbeddedSystem
from .conftest import opened
from .visitors import art, layers

MOST_STEPS = 80

FOCUS = """
() => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
  return [outlineStyle, Number.parseFloat(outlineWidth), outlineColor];
}
"""
POINTERS = """
for (const kind of ["pointerdown", "mousedown", "touchstart"]) {
  addEventListener(kind, () => { throw new Error("A pointer was used."); }, true);
}
"""


def go_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Step on until that is reached; each step is seen."""
    expect(target).to_be_visible()
    for _ in range(MOST_STEPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
        style, width, colour = page.evaluate(FOCUS)
        if page.evaluate("document.activeElement !== document.body"):
            assert style == "solid"
            assert width >= 2
            assert not colour.endswith(", 0)")
    raise AssertionError(f"{target} is not reached by {key}")


def test_all_by_keys(tmp_path: Path, browser: Browser) -> None:
    with (
        EmbeddedSystem(tmp_path) as system,
        opened(system, browser, None) as (page, faults),
    ):
        page.add_init_script(POINTERS)
        said = re.match(r"Open (\S+)\n", system.server.out)
        assert said
        files: list[FilePayload] = [
            {"name": name, "mimeType": "image/png", "buffer": content}
            for name, content in art("leaf", "sword").items()
        ]
        page.on("filechooser", lambda chooser: chooser.set_files(files))
        page.goto(said[1])
        expect(page.get_by_role("button", name="Open SpineLift")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{system.url}/")

        go_to(page, page.get_by_label("Name of the project"))
        page.keyboard.type("By keys")
        page.keyboard.press("Enter")

        go_to(page, page.get_by_role("main").get_by_role("button", name="Choose files"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("All 2 meshes are done")).to_be_visible()

        go_to(page, layers(page).get_by_role("button", name=re.compile("^sword")))
        page.keyboard.press("Space")
        canvas = page.get_by_role("img", name="Art and mesh of sword")
        summary = page.locator("#stage-summary")
        expect(summary).to_contain_text("sword")
        assert canvas.get_attribute("aria-describedby") == "stage-summary"
        expect(summary).to_have_attribute("aria-live", "polite")

        before = summary.inner_text()
        page.keyboard.press("4")
        expect(summary).not_to_have_text(before)
        go_to(page, canvas)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Keep")).to_be_hidden()

        go_to(page, page.get_by_label("Detail"))
        simple = summary.inner_text()
        page.keyboard.press("End")
        expect(summary).not_to_have_text(simple)
        page.keyboard.press("Control+z")
        expect(summary).to_have_text(simple)
        go_to(page, canvas, "Shift+Tab")
        page.keyboard.press("Escape")

        go_to(page, page.get_by_role("button", name="Edit points"), "Shift+Tab")
        page.keyboard.press("Space")
        go_to(page, canvas)
        page.keyboard.press("n")
        expect(page.get_by_text(re.compile(r"^Point 1 of \d+, at"))).to_be_visible()
        page.keyboard.press("Shift+N")
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("button", name="Unlock sword")).to_be_visible()

        page.keyboard.press("w")
        expect(page.get_by_role("button", name="Wireframe")).to_have_attribute(
            "aria-pressed", "false"
        )
        page.keyboard.press("b")
        divider = page.get_by_role("separator")
        go_to(page, divider)
        page.keyboard.press("ArrowLeft")
        expect(divider).to_have_attribute("aria-valuenow", "48")

        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

        go_to(page, page.locator("summary", has_text="Download"), "Shift+Tab")
        page.keyboard.press("Enter")
        go_to(page, page.get_by_role("link", name="Skeleton with images"))
        with page.expect_download() as downloading:
            page.keyboard.press("Enter")
        with ZipFile(io.BytesIO(downloading.value.path().read_bytes())) as archive:
            assert "skeleton.json" in archive.namelist()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Skeleton with images")).to_be_hidden()
        assert [fault for fault in faults if "status of 401" not in fault] == []
