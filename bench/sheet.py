"""Large drawn images as PNG bytes: whole characters, as an art program would save them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from spinelift import samples
from spinelift.mesh.types import Rgba

DRAWN = 2048
"""Pixels a side that are drawn; larger sheets are enlarged and smaller ones averaged."""

Picture = NDArray[np.float32]
"""(H, W, 4) premultiplied, 0 to 1."""

GRAIN = 12.0
"""Standard deviation, of 255, of the brush's grain in a painted sheet."""

FRAME, GROUND = 940, 880
"""Height of the samples' frame in their units, and of the ground in it."""


@cache
def png(name: str, side: int) -> bytes:
    """Give the sheet as a file. Pillow writes it: filters chosen by row, as art programs do."""
    picture = SHEETS[name](side)
    file = io.BytesIO()
    PIL.Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def head(side: int) -> Rgba:
    """One part that fills the image from left to right: a single island."""
    return _straight(_scaled(_head(), side))


def character(side: int) -> Rgba:
    """The whole fox in one image: soft effects, some islands."""
    return _straight(_scaled(_character(), side))


def painted(side: int) -> Rgba:
    """The same with a brush's grain in its colours, which compresses badly, as paintings do."""
    rgba = character(side)
    draw = np.random.default_rng(1)
    grain = cv2.GaussianBlur(draw.normal(0, GRAIN, (side, side)).astype(np.float32), (3, 3), 0)
    rgba[..., :3] = np.clip(rgba[..., :3] + grain[..., None], 0, 255).astype(np.uint8)
    rgba[..., :3] *= rgba[..., 3:] > 0
    return rgba


def parts(side: int) -> Rgba:
    """All parts of the fox side by side, as on an artist's sheet: many islands to bridge."""
    return _straight(_scaled(_parts(), side))


SHEETS: Mapping[str, Callable[[int], Rgba]] = {
    "head": head,
    "character": character,
    "painted": painted,
    "parts": parts,
}


@cache
def _drawn_parts() -> dict[str, Rgba]:
    return samples.draw_all(DRAWN / FRAME)


@cache
def _head() -> Picture:
    picture = np.zeros((DRAWN, DRAWN, 4), dtype=np.float32)
    image = samples.draw("head", DRAWN)
    _lay(picture, image, 0, (DRAWN - image.shape[0]) // 2)
    return picture


@cache
def _character() -> Picture:
    picture = np.zeros((DRAWN, DRAWN, 4), dtype=np.float32)
    scale = DRAWN / FRAME
    for name, (x, y) in samples.layout(scale).items():
        height, width = _drawn_parts()[name].shape[:2]
        left, top = DRAWN / 2 + x - width / 2, GROUND * scale - y - height / 2
        _lay(picture, _drawn_parts()[name], round(left), round(top))
    return picture


@cache
def _parts() -> Picture:
    picture = np.zeros((DRAWN, DRAWN, 4), dtype=np.float32)
    columns, rows = 6, 5
    cell_width, cell_height = DRAWN // columns, DRAWN // rows
    for index, image in enumerate(_drawn_parts().values()):
        row, column = divmod(index, columns)
        shrink = min(1.0, (cell_width - 8) / image.shape[1], (cell_height - 8) / image.shape[0])
        size = (round(image.shape[1] * shrink), round(image.shape[0] * shrink))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        _lay(picture, np.asarray(small, np.uint8), column * cell_width + 4, row * cell_height + 4)
    return picture


def _lay(picture: Picture, image: Rgba, left: int, top: int) -> None:
    """Lay an image over the picture; what does not fit is cut off."""
    above, before = max(-top, 0), max(-left, 0)
    under = picture[max(top, 0) :, max(left, 0) :][: image.shape[0] - above]
    under = under[:, : image.shape[1] - before]
    over = image[above:, before:][: under.shape[0], : under.shape[1]].astype(np.float32) / 255
    over[..., :3] *= over[..., 3:]
    under *= 1 - over[..., 3:]
    under += over


def _scaled(picture: Picture, side: int) -> Picture:
    method = cv2.INTER_AREA if side < DRAWN else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (side, side), interpolation=method), np.float32)


def _straight(picture: Picture) -> Rgba:
    alpha = np.clip(picture[..., 3:], 0, 1)
    colour = np.clip(picture[..., :3] / np.maximum(alpha, 1e-6), 0, 1) * (alpha > 1 / 512)
    rounded = np.rint(np.concatenate([colour, alpha], axis=2) * 255)
    return np.asarray(rounded, dtype=np.uint8)
