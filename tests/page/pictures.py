"""`python -m tests.page.pictures` takes pictures of the page's states for docs/page.md."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from ..journeys.system import EmbeddedSystem
from . import views
from .chromium import chromium, unpacked
from .views import World
from .visitors import LANGUAGES, PHONE, THEMES

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "page"
QUALITY = 55

HELD: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
TAKEN = (
    *("sign-in", "projects-empty", "project-empty", "drop", "editor", "draft", "fine-tune"),
    *("bend", "edit-refused", "split", "batch", "failed", "versions", "compare", "download"),
    *("members", "audit", "settings", "keys"),
)
PICTURES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    **{f"{view}-{theme}": (view, "en", theme, {}) for view in TAKEN for theme in THEMES},
    **{f"phone-{theme}": ("editor", "en", theme, HELD) for theme in THEMES},
    **{
        f"editor-{language}-{theme}": ("editor", language, theme, {})
        for language in LANGUAGES
        if language != "en"
        for theme in THEMES
    },
}
"""File to view, language, theme, and looks."""

Picture = NDArray[np.uint8]


def take(world: World, name: str, change: str = "null") -> Picture:
    """What is seen in that state, after a script; rows, columns, and blue, green, red."""
    view, language, theme, looks = PICTURES[name]
    with world.visited(view, language=language, theme=theme, **looks) as page:
        page.evaluate(change)
        page.evaluate("scrollTo(0, 0)")  # a telephone has scrolled to what was pressed
        settle(page)
        seen = page.screenshot()
    return np.asarray(cv2.imdecode(np.frombuffer(seen, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def settle(page: Page) -> None:
    """Wait until thumbnails are there and nothing fades; what is being made goes on meanwhile."""
    page.wait_for_timeout(500)


@contextmanager
def prepared() -> Iterator[World]:
    """A system, a browser, and what the pictures show."""
    with (
        tempfile.TemporaryDirectory() as folder,
        unpacked() as program,
        chromium(program) as browser,
        EmbeddedSystem(Path(folder), "--accounts") as system,
        views.world(system, browser) as world,
    ):
        yield world


def main() -> None:
    """Take all anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with prepared() as world:
        for name in PICTURES:
            _, content = cv2.imencode(
                ".webp", take(world, name), (cv2.IMWRITE_WEBP_QUALITY, QUALITY)
            )
            (FOLDER / f"{name}.webp").write_bytes(content.tobytes())


if __name__ == "__main__":
    main()
