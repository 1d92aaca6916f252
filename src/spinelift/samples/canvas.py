"""Points in, antialiased coverage and colour out: the pen that draws every sample.

Drawing is exact enough to give the same bytes everywhere: outlines are rounded to a sixteenth of
a sub-pixel before OpenCV's integer rasteriser sees them, antialiasing averages whole sub-pixels,
and colours are mixed with + - x / and square roots only, which every machine rounds alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from spinelift.mesh.types import Alpha, Rgba

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = NDArray[np.float64]
"""(N, 2) corners of a closed polygon."""

Shape: TypeAlias = Sequence[Polygon]
"""The union of its polygons."""

Path: TypeAlias = str | Sequence[Sequence[float]]
"""Points, (x, y) or (x, y, width), or a text of them: "12,40 20,36 31,40!".

A point given twice, in a text by an exclamation mark, is a corner."""

Colour: TypeAlias = int
"""0xRRGGBB."""

Paint: TypeAlias = NDArray[np.float32]
"""(3,) one colour, or (H, W, 3) one for every pixel; 0 to 1."""

_SHIFT = 4
"""Fractional bits of the coordinates that OpenCV is given."""


class Canvas:
    """A transparent picture of one box of the drawing's frame.

    Parameters
    ----------
    box
        Left, top, right, bottom in the frame's units, y down; all shapes are given in that frame.
    size
        Longer side of the picture in pixels; by default one pixel to a unit.
    """

    def __init__(self, box: tuple[float, float, float, float], size: int | None = None) -> None:
        left, top, right, bottom = box
        longer = max(right - left, bottom - top)
        self.scale = 1.0 if size is None else size / longer
        self.origin = np.array([left, top], dtype=np.float64)
        self.width = max(1, math.floor((right - left) * self.scale + 0.5))
        self.height = max(1, math.floor((bottom - top) * self.scale + 0.5))
        # Where one pixel shows less, fewer sub-pixels are enough: and they cost their square.
        longest = max(self.width, self.height)
        self.supersampling = 8 if longest <= 512 else 4 if longest <= 2048 else 2
        self._premultiplied = np.zeros((self.height, self.width, 4), dtype=np.float32)

    def coverage(self, shape: Shape, *, grow: float = 0.0, offset: Point = (0.0, 0.0)) -> Alpha:
        """(H, W) how much of every pixel lies in `shape`, grown and moved; 0 to 255."""
        covered = np.zeros((self.height, self.width), dtype=np.uint8)
        corners = [(polygon + offset - self.origin) * self.scale for polygon in shape]
        every = np.concatenate(corners)
        reach = grow * self.scale + 1
        low = np.clip(np.floor(every.min(axis=0) - reach), 0, (self.width, self.height))
        high = np.clip(np.ceil(every.max(axis=0) + reach), 0, (self.width, self.height))
        columns, rows = (high - low).astype(int)
        if columns == 0 or rows == 0:
            return covered
        factor = self.supersampling
        fine = np.zeros((rows * factor, columns * factor), dtype=np.uint8)
        thickness = math.floor(2 * grow * self.scale * factor + 0.5)
        for polygon in corners:
            # OpenCV counts from the centre of a pixel, we count from its corner.
            places = ((polygon - low) * factor - 0.5) * (1 << _SHIFT)
            fixed = np.floor(places + 0.5).astype(np.int32)[None]
            cv2.fillPoly(fine, [fixed], 255, shift=_SHIFT)
            if thickness:
                cv2.polylines(fine, [fixed], True, 255, thickness, shift=_SHIFT)
        left, top = low.astype(int)
        covered[top : top + rows, left : left + columns] = _average(fine, factor)
        return covered

    def soften(self, coverage: Alpha, radius: float) -> Alpha:
        """Blur by about `radius` units: three box blurs in whole numbers."""
        reach = math.floor(radius * self.scale / 1.7 + 0.5)
        rows, columns = _bounds(coverage)
        if reach == 0 or rows.stop == 0:
            return coverage
        touched = tuple(
            slice(max(side.start - 3 * reach, 0), side.stop + 3 * reach) for side in (rows, columns)
        )
        soft, blurred = np.zeros_like(coverage), coverage[touched]
        for _ in range(3):
            blurred = _box_blur(blurred, reach)
        soft[touched] = blurred
        return soft

    def paint(self, coverage: Alpha, paint: Paint | Colour, opacity: float = 1.0) -> None:
        """Lay a colour over what is there."""
        colour = rgb(paint) if isinstance(paint, int) else paint
        touched = _bounds(coverage)
        strength = (coverage[touched] * np.float32(opacity / 255))[..., None]
        below = self._premultiplied[touched]
        below *= 1 - strength
        below[..., :3] += (colour if colour.ndim == 1 else colour[touched]) * strength
        below[..., 3:] += strength

    def erase(self, coverage: Alpha, opacity: float = 1.0) -> None:
        """Take away what is there."""
        self._premultiplied *= (1 - coverage * np.float32(opacity / 255))[..., None]

    def tint(self, colour: Colour, opacity: float) -> None:
        """Move the colour of what is there towards another; alpha stays."""
        colours, alpha = self._premultiplied[..., :3], self._premultiplied[..., 3:]
        colours += (rgb(colour) * alpha - colours) * np.float32(opacity)

    def along(self, start: Point, end: Point) -> NDArray[np.float32]:
        """(H, W) 0 at `start`, 1 at `end` and straight between."""
        x, y = self._centres()
        run, rise = end[0] - start[0], end[1] - start[1]
        way = ((x - start[0]) * run + (y - start[1]) * rise) / (run * run + rise * rise)
        return np.clip(way, 0, 1).astype(np.float32)

    def around(self, centre: Point, radius: float) -> NDArray[np.float32]:
        """(H, W) 0 at `centre`, 1 from `radius` on."""
        x, y = self._centres()
        away = np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius
        return np.minimum(away, 1).astype(np.float32)

    def rgba(self) -> Rgba:
        """Return the picture with straight alpha; colour is 0 where nothing is visible."""
        opacity = self._premultiplied[..., 3:]
        colour = self._premultiplied[..., :3] / np.maximum(opacity, 1e-6)
        picture = np.empty(self._premultiplied.shape, dtype=np.uint8)
        picture[..., 3:] = np.minimum(opacity, 1) * 255 + np.float32(0.5)
        picture[..., :3] = np.clip(colour, 0, 1) * 255 + np.float32(0.5)
        picture[picture[..., 3] == 0] = 0
        return picture

    def _centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x = (np.arange(self.width) + 0.5) / self.scale + self.origin[0]
        y = (np.arange(self.height) + 0.5) / self.scale + self.origin[1]
        return x[None, :], y[:, None]


def rgb(colour: Colour) -> Paint:
    """(3,) 0 to 1, of 0xRRGGBB."""
    return np.array([colour >> 16, colour >> 8 & 255, colour & 255], dtype=np.float32) / np.float32(
        255
    )


def blend(first: Colour, second: Colour, share: NDArray[np.float32]) -> Paint:
    """(H, W, 3) from `first` where `share` is 0 to `second` where it is 1."""
    return rgb(first) + (rgb(second) - rgb(first)) * share[..., None]


def clip(coverage: Alpha, inside: Alpha) -> Alpha:
    """Keep what lies in both."""
    touched = _bounds(coverage)
    shared = np.zeros_like(coverage)
    shared[touched] = (coverage[touched].astype(np.uint16) * inside[touched] + 127) // 255
    return shared


def cut(coverage: Alpha, hole: Alpha) -> Alpha:
    """Keep what does not lie in the hole."""
    return clip(coverage, 255 - hole)


def fade(coverage: Alpha, share: NDArray[np.float32]) -> Alpha:
    """Keep a share, 0 to 1, of every pixel's coverage."""
    return (coverage * share + np.float32(0.5)).astype(np.uint8)


def points(path: Path) -> NDArray[np.float64]:
    """(N, 2) or (N, 3) numbers of a path."""
    if not isinstance(path, str):
        return np.array(path, dtype=np.float64)
    rows = []
    for word in path.split():
        row = [float(number) for number in word.removesuffix("!").split(",")]
        rows += [row, row] if word.endswith("!") else [row]
    return np.array(rows)


def smooth(path: Path, *, closed: bool = True, steps: int = 12) -> Polygon:
    """Return a Catmull-Rom curve through x and y, and what else a point has (a width)."""
    knots = points(path)
    last, following = np.roll(knots, 1, axis=0), np.roll(knots, -1, axis=0)
    if not closed:
        last[0], following[-1] = knots[0], knots[-1]
    slope = (following - last) / 2
    if closed:
        # A slope at a corner would swing the curve past it, in a small loop.
        slope[(knots == following).all(axis=1) | (knots == last).all(axis=1)] = 0
    t = (np.arange(steps) / steps)[None, :, None]
    start, end = knots[:, None], following[:, None]
    leave, arrive = slope[:, None], np.roll(slope, -1, axis=0)[:, None]
    rest = start - end
    curve = start + t * (
        leave + t * (-3 * rest - 2 * leave - arrive + t * (2 * rest + leave + arrive))
    )
    if closed:
        return curve.reshape(-1, knots.shape[1])
    return np.concatenate([curve[:-1].reshape(-1, knots.shape[1]), knots[-1:]])


def ellipse(centre: Point, radii: Point, degrees: float = 0.0, corners: int = 64) -> Polygon:
    """Return an ellipse, turned clockwise on screen."""
    turn = math.radians(degrees)
    angles = [2 * math.pi * k / corners for k in range(corners)]
    unit = np.array([(radii[0] * math.cos(a), radii[1] * math.sin(a)) for a in angles])
    spin = [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]
    # Written out: a matrix product may be rounded differently from machine to machine.
    x = unit[:, 0] * spin[0][0] + unit[:, 1] * spin[1][0] + centre[0]
    y = unit[:, 0] * spin[0][1] + unit[:, 1] * spin[1][1] + centre[1]
    return np.stack([x, y], axis=1)


def ribbon(path: Path, steps: int = 10) -> list[Polygon]:
    """Return a round brush stroke through (x, y, width) points."""
    curve = smooth(path, closed=False, steps=steps)
    centres, radii = curve[:, :2], curve[:, 2] / 2
    along = np.diff(centres, axis=0)
    length = np.maximum(np.sqrt(along[:, :1] ** 2 + along[:, 1:] ** 2), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    stroke = [
        ellipse((x, y), (radius, radius), corners=24 if radius < 8 else 64)
        for (x, y), radius in zip(centres, radii, strict=True)
        if radius > 0
    ]
    for k, side in enumerate(across):
        a, b = side * max(radii[k], 0.0), side * max(radii[k + 1], 0.0)
        stroke.append(
            np.array([centres[k] + a, centres[k + 1] + b, centres[k + 1] - b, centres[k] - a])
        )
    return stroke


def star(centre: Point, outer: float, inner: float, rays: int, degrees: float = 0.0) -> Polygon:
    """Return a star; its first ray points up when `degrees` is 0."""
    corners = []
    for k in range(2 * rays):
        angle = math.radians(degrees - 90 + 180 * k / rays)
        radius = inner if k % 2 else outer
        corners.append((centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)))
    return np.array(corners)


def _bounds(coverage: Alpha) -> tuple[slice, slice]:
    """Rows and columns outside of which nothing is covered."""
    rows, columns = (np.flatnonzero(coverage.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _average(fine: Alpha, factor: int) -> Alpha:
    rows, columns = fine.shape[0] // factor, fine.shape[1] // factor
    blocks = fine.reshape(rows, factor, columns, factor)
    total = blocks.sum(axis=1, dtype=np.uint16).sum(axis=2, dtype=np.uint16)
    average: Alpha = ((total + factor * factor // 2) // (factor * factor)).astype(np.uint8)
    return average


def _box_blur(image: Alpha, reach: int) -> Alpha:
    """Average over squares of 2 reach + 1 pixels, in whole numbers; outside is empty."""
    side = 2 * reach + 1
    sums = cv2.boxFilter(
        image, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return ((sums + side * side // 2) // (side * side)).astype(np.uint8)
