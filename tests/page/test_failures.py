"""What failed, or is still made, is seen after the page was loaded anew."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page, expect

from spinelift.images import encode_png

from .visitors import art, drop, layers

EMPTY = encode_png(np.zeros((8, 8, 4), dtype=np.uint8))


def test_what_failed_is_seen_after_a_reload_and_tried_again(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    drop(page, {**art("leaf"), "ghost.png": EMPTY})
    ghost = layers(page).filter(has_text="ghost")
    expect(ghost).to_contain_text("Failed")
    page.reload()
    expect(ghost).to_contain_text("Failed")
    expect(ghost.locator(".dot")).to_have_attribute("data-status", "failed")
    ghost.get_by_role("button").first.click()
    expect(page.locator(".card")).to_contain_text("transparent")
    expect(page.locator("footer")).to_contain_text("1 needs a look")
    with page.expect_response(lambda answer: answer.url.endswith("/retry")) as retried:
        page.get_by_role("button", name="Retry failed").click()
    assert retried.value.status == 202
    expect(ghost).to_contain_text("Failed")
