"""What is drawn on the stage, as pixels, and where on the screen that is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import FloatRect, Page

from spinelift.images import decode

from .visitors import ask

RED = (255, 32, 48)
"""What an uncovered pixel is painted in."""
MARGIN = 32
"""Round art that fills the stage."""

Picture = NDArray[np.uint8]
"""(H, W, 4)"""


def picture(page: Page) -> Picture:
    """The stage as it is drawn."""
    # What was asked for is drawn in the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return decode(page.locator(".ground > canvas").first.screenshot(type="png")).rgba


def red(shown: Picture) -> NDArray[np.bool_]:
    """(H, W) where uncovered pixels are marked."""
    away = np.abs(shown[..., :3].astype(int) - RED)
    return np.asarray(away.max(axis=2) < 16)


def difference(one: Picture, other: Picture) -> float:
    """Of colours, 0 to 255, at the mean."""
    return float(np.abs(one[..., :3].astype(int) - other[..., :3]).mean())


def ground(page: Page) -> FloatRect:
    box = page.locator(".ground > canvas").first.bounding_box()
    assert box is not None
    return box


def middle(page: Page) -> tuple[float, float]:
    box = ground(page)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def mesh(page: Page) -> Any:
    """The newest mesh of the project's first image, as the API has it."""
    [newest, *_] = ask(page, "GET", f"/projects/{project(page)}/meshes")["items"]
    return ask(page, "GET", f"/meshes/{newest['id']}/geometry")


def project(page: Page) -> str:
    """Which one is open."""
    return page.url.rpartition("/")[2]


def place_of(page: Page, vertex: int) -> tuple[float, float]:
    """Where a vertex is, in pixels of the window, while the art fills the stage."""
    shown, box = mesh(page), ground(page)
    width, height = shown["width"], shown["height"]
    scale = min((box["width"] - 2 * MARGIN) / width, (box["height"] - 2 * MARGIN) / height)
    x, y = shown["vertices"][vertex]
    return (
        box["x"] + (box["width"] - width * scale) / 2 + x * scale,
        box["y"] + (box["height"] - height * scale) / 2 + y * scale,
    )
