"""The page looks as its pictures in docs/page.md, which `python -m tests.page.pictures` takes.

The browser writes with one font on all machines and draws without a graphics card; what is compared
is an eighth as large, so that no single pixel of an edge counts, and times and figures may differ.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser

from ..journeys.system import EmbeddedSystem
from . import views
from .pictures import FOLDER, PICTURES, Picture, take
from .views import World

SMALLER = 8
MOST_DIFFERENCE = 24
MOST_SHARE = 0.02
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[World]:
    with (
        EmbeddedSystem(tmp_path_factory.mktemp("pictures"), "--accounts") as system,
        views.world(system, browser) as world,
    ):
        yield world


def kept(name: str) -> Picture:
    picture = cv2.imread(str(FOLDER / f"{name}.webp"), cv2.IMREAD_COLOR)
    assert picture is not None, name
    return np.asarray(picture, np.uint8)


def changed_share(one: Picture, other: Picture) -> float:
    """Of small pictures, the share of pixels that somebody would see to have changed."""
    assert one.shape == other.shape
    size = (one.shape[1] // SMALLER, one.shape[0] // SMALLER)
    first, second = (
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.int16)
        for picture in (one, other)
    )
    return float((np.abs(first - second).max(axis=2) > MOST_DIFFERENCE).mean())


@pytest.mark.parametrize("name", PICTURES)
def test_page_looks_as_its_picture(world: World, name: str) -> None:
    assert changed_share(take(world, name), kept(name)) < MOST_SHARE


def test_another_look_is_noticed(world: World) -> None:
    """A side that is a little narrower, and text of another size."""
    for change in (
        "document.querySelector('.editor').style.gridTemplateColumns = '240px 1fr 260px'",
        "document.documentElement.style.fontSize = '17px'",
    ):
        seen = take(world, "editor-light", change)
        assert changed_share(seen, kept("editor-light")) > MOST_SHARE


def test_pictures_are_those_and_small() -> None:
    files = list(FOLDER.iterdir())
    assert {file.stem for file in files} == set(PICTURES)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
