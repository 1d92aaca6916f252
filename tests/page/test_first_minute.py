"""What a newcomer does first: drops art, sees meshes, tunes, downloads, and Spine takes it."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from spinelift.images import decode

from ..conformance import runtimes
from .visitors import art, drop, layers

NAMES = ("tail", "sword", "leaf")


def test_first_minute(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    drop(page, art(*NAMES))

    expect(layers(page)).to_have_count(len(NAMES))
    expect(page.get_by_text("All 3 meshes are done")).to_be_visible()
    expect(layers(page).get_by_text(re.compile(r"^\d+ vertices$"))).to_have_count(len(NAMES))

    summary = page.locator("#stage-summary")
    layers(page).get_by_role("button", name=re.compile("^sword")).click()
    expect(summary).to_contain_text("sword")
    expect(summary).to_contain_text("no visible pixel uncovered")
    before = summary.inner_text()

    page.get_by_role("button", name="Simple shapes").click()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Keep")).to_be_hidden()
    expect(summary).not_to_have_text(before)

    page.get_by_text("Download", exact=True).click()
    page.get_by_label("With atlas").check()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Skeleton with images").click()
    with ZipFile(io.BytesIO(downloading.value.path().read_bytes())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pages = {
        name: decode(content).rgba
        for name, content in files.items()
        if name.endswith(".png") and "/" not in name
    }
    runtimes.install()
    request = runtimes.Request(
        "4.2", files["skeleton.json"].decode(), pages, files["skeleton.atlas"].decode()
    )
    [answer] = runtimes.load([request])
    assert {slot["attachment"] for slot in answer["slots"]} == set(NAMES)


def test_who_has_no_art_tries_ours(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Name of the project").fill("Ours")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tail", exact=True).click()
    expect(page.get_by_text("1 mesh is done")).to_be_visible()
    expect(page.locator("#stage-summary")).to_contain_text("tail")
