"""Many images at once, of which some are broken, some cannot be meshed, and some have odd names."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from spinelift.images import encode_png
from spinelift.samples import SAMPLES, draw

from ..art import clouds
from .visitors import art, drop, layers

COUNT = 58
A_PART = 20
"""Files that are sent together."""
MARKUP = "&lt;b&gt;bold & 'quoted'"
REFUSED = "<img src=x onerror=alert(1)>.png"
PROJECT = "<b>Batch</b>"
TRUNCATED = encode_png(draw("leaf"))[:200]
INVISIBLE = encode_png(np.zeros((40, 40, 4), dtype=np.uint8))


@pytest.fixture
def page(page: Page) -> Page:
    """With an empty project open."""
    page.goto("/")
    page.get_by_role("textbox", name="Name of the project").fill(PROJECT)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Drop art here")).to_be_visible()
    return page


def bar(page: Page) -> Locator:
    return page.get_by_role("contentinfo")


def small_art() -> dict[str, bytes]:
    """Each another, one with markup for a name."""
    samples = list(SAMPLES)
    files = {
        f"part-{number:02}.png": encode_png(draw(samples[number % len(samples)], 40 + number))
        for number in range(COUNT - 1)
    }
    return {**files, f"{MARKUP}.png": encode_png(draw("leaf", 60))}


def test_sixty_images_with_two_broken_ones(page: Page) -> None:
    titles: list[str] = []
    page.expose_function("noteTitle", lambda title: titles.append(title))  # noqa: PLW0108
    page.evaluate(
        "new MutationObserver(() => noteTitle(document.title))"
        ".observe(document.querySelector('title'), { childList: true })"
    )
    assert page.get_by_role("heading", level=1).inner_text() == PROJECT
    broken = {"notes.png": b"Not a picture.", "torn.png": TRUNCATED}
    drop(page, {**small_art(), **broken})

    expect(layers(page)).to_have_count(COUNT, timeout=30_000)
    for text in ("notes.png is not an image", "torn.png is cut short"):
        expect(page.locator(".trouble", has_text=text)).to_be_visible()
    done = f"All {COUNT} meshes are done"
    expect(bar(page)).to_contain_text(done, timeout=60_000)
    expect(layers(page).get_by_text(re.compile(r"^\d+ vertices$"))).to_have_count(COUNT)

    expect(page).to_have_title(f"{done} · SpineLift")
    # How many there are to be grows while they are sent.
    shares = [int(found[1]) for title in titles if (found := re.match(r"(\d+) of \d+ ", title))]
    assert len(set(shares)) >= 3
    assert shares == sorted(shares)

    name = layers(page).locator(".name", has_text="bold")
    assert name.inner_text() == MARKUP
    name.click()
    expect(page.locator("#stage-summary")).to_contain_text(MARKUP)
    expect(page.get_by_role("button", name=f"Lock {MARKUP} against presets")).to_be_visible()


def test_art_is_seen_before_it_is_sent_and_meshed_before_all_of_it_is(page: Page) -> None:
    held: list[Route] = []
    page.route(
        re.compile(r"/api/v1/projects/[^/]+/images\b"),
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )

    def let_a_part_through() -> None:
        while not held:
            page.wait_for_timeout(20)
        held.pop().continue_()

    drop(page, dict(itertools.islice(small_art().items(), A_PART + 3)))
    coming = page.locator(".layers li[aria-hidden] img")
    expect(coming).to_have_count(A_PART + 3)
    assert page.wait_for_function("document.querySelector('.layers img').naturalWidth > 0")

    let_a_part_through()
    made = layers(page).get_by_text(re.compile(r"^\d+ vertices$"))
    expect(made).to_have_count(A_PART, timeout=30_000)
    expect(coming).to_have_count(3)
    let_a_part_through()
    expect(made).to_have_count(A_PART + 3)
    expect(coming).to_have_count(0)


def test_layers_are_deleted_once_that_is_confirmed(page: Page) -> None:
    drop(page, art("leaf", "tail"))
    expect(bar(page)).to_contain_text("All 2 meshes are done")
    layers(page).get_by_role("button", name=re.compile("^leaf")).click()
    page.get_by_role("button", name="Delete 1 layer").click()
    asked = page.get_by_role("dialog", name="Delete 1 layer")
    expect(asked).to_contain_text("leaf will be deleted with its meshes.")
    page.keyboard.press("Escape")
    expect(layers(page)).to_have_count(2)
    page.get_by_role("button", name="Delete 1 layer").click()
    asked.get_by_role("button", name="Delete 1 layer").click()
    expect(layers(page)).to_have_count(1)
    expect(layers(page)).to_contain_text("tail")


def test_name_that_no_file_may_have_is_text_too(page: Page) -> None:
    drop(page, {**art("leaf"), REFUSED: encode_png(draw("leaf"))})
    expect(page.locator(".trouble")).to_contain_text(REFUSED.removesuffix(".png"))
    expect(page.locator(".trouble img")).to_have_count(0)


def test_layers_that_failed_are_found_and_tried_again(page: Page) -> None:
    drop(page, {**art("leaf"), "invisible.png": INVISIBLE})
    expect(bar(page)).to_contain_text("1 of 2 done, 1 failed")
    expect(page).to_have_title("1 of 2 done, 1 failed · SpineLift")

    for choice in ("Failed", "Need a look"):
        page.get_by_role("combobox", name="Show").select_option(choice)
        expect(layers(page)).to_have_count(1)
        expect(layers(page)).to_contain_text("invisible")
    page.get_by_role("combobox", name="Show").select_option("All")
    page.get_by_role("searchbox").fill("LEA")
    expect(layers(page)).to_have_count(1)
    page.get_by_role("searchbox").fill("")

    layers(page).get_by_role("button", name=re.compile("^invisible")).click()
    reason = page.get_by_role("complementary").get_by_text("transparent")
    expect(reason).to_be_visible()
    page.reload()
    expect(bar(page)).to_contain_text("1 of 2 done, 1 failed")
    layers(page).get_by_role("button", name=re.compile("^invisible")).click()
    expect(reason).to_be_visible()

    with page.expect_response(re.compile("/retry$")):
        page.get_by_role("button", name="Retry failed").click()
    expect(bar(page)).to_contain_text("1 of 2 done, 1 failed")


def test_batch_is_cancelled(page: Page) -> None:
    slow = encode_png(clouds())
    drop(page, {f"cloud-{number}.png": slow for number in range(5)})
    cancel = bar(page).get_by_role("button", name="Cancel")
    cancel.click()
    expect(layers(page).get_by_text("Cancelled").first).to_be_visible()
    expect(cancel).to_be_hidden(timeout=60_000)
    expect(bar(page)).to_contain_text(re.compile(r"^[0-4] of 5 done"))
