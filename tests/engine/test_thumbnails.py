"""Thumbnails: small, of the right shape, and not stained by colours that nobody sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinelift.engine.thumbnails import ThumbnailTask, make_thumbnail
from spinelift.engine.work import Failure
from spinelift.images import decode, encode_png
from spinelift.mesh.types import Rgba


def thumbnail(folder: Path, rgba: Rgba) -> Rgba:
    image = folder / "image"
    image.write_bytes(encode_png(rgba))
    made = make_thumbnail(ThumbnailTask(image, "arm"), lambda _: None)
    assert isinstance(made, bytes)
    return decode(made).rgba


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((256, 512), (64, 128)),
        ((512, 256), (128, 64)),
        ((100, 3), (100, 3)),
        ((2, 4_000), (1, 128)),
        ((129, 129), (128, 128)),
    ],
)
def test_longer_side_is_at_most_128(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert thumbnail(tmp_path, np.full((*size, 4), 9, dtype=np.uint8)).shape[:2] == expected


def test_what_is_small_enough_stays_as_it_is(tmp_path: Path) -> None:
    rgba = np.arange(16 * 16 * 4, dtype=np.uint32).astype(np.uint8).reshape(16, 16, 4)
    assert (thumbnail(tmp_path, rgba) == rgba).all()


def test_colours_of_transparent_pixels_do_not_count(tmp_path: Path) -> None:
    rgba = np.zeros((256, 256, 4), dtype=np.uint8)
    rgba[...] = (255, 0, 0, 0)
    rgba[::2] = (0, 0, 255, 255)
    made = thumbnail(tmp_path, rgba)
    assert (made[..., 3] == 128).all()
    assert (made[..., :3] == (0, 0, 255)).all()


def test_opaque_colours_stay(tmp_path: Path) -> None:
    rgba = np.full((300, 300, 4), (12, 130, 250, 255), dtype=np.uint8)
    assert (thumbnail(tmp_path, rgba) == (12, 130, 250, 255)).all()


def test_what_is_no_image_is_a_failure(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"nothing")
    failed = make_thumbnail(ThumbnailTask(image, "arm"), lambda _: None)
    assert isinstance(failed, Failure)
    assert (failed.code, failed.message.startswith("arm ")) == ("IMAGE_UNREADABLE", True)
