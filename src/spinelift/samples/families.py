"""Parameters in, the alpha of one shape out: art for properties that must hold for every shape.

Every family draws into an image of `width` x `height` pixels, antialiased, with nothing on the
outermost pixels, and gives the same bytes for the same arguments.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np

from spinelift.mesh.types import Alpha
from spinelift.samples.canvas import Canvas, Shape, cut, ellipse, ribbon, smooth
from spinelift.samples.canvas import star as star_polygon

_MARGIN = 1.5
"""Pixels kept empty around every shape."""


def _filled(width: int, height: int, shape: Shape) -> Alpha:
    return Canvas((0, 0, width, height)).coverage(shape)


def limb(width: int, height: int, *, bend: float = 0.3, taper: float = 0.6) -> Alpha:
    """Draw a tapered capsule from top to bottom.

    `bend` is the share of the width by which its middle swings to the right (0 to 0.8), `taper`
    how thick its end is beside its start.
    """
    thick = (width - 2 * _MARGIN) * (1 - bend)
    x, swing = _MARGIN + thick / 2, (width - 2 * _MARGIN) * bend
    thick = min(thick, (height - 2 * _MARGIN) / 3)
    top, bottom = _MARGIN + thick / 2, height - _MARGIN - thick * taper / 2
    middle = (x + swing, (top + bottom) / 2, thick * (1 + taper) / 2)
    return _filled(width, height, ribbon([(x, top, thick), middle, (x, bottom, thick * taper)]))


def rod(width: int, height: int, *, thickness: float = 4.0) -> Alpha:
    """Draw a straight rod from the bottom left to the top right, with round ends."""
    inset = _MARGIN + thickness / 2
    start, end = (inset, height - inset, thickness), (width - inset, inset, thickness)
    return _filled(width, height, ribbon([start, end], steps=1))


def star(width: int, height: int, *, rays: int = 5, depth: float = 0.5) -> Alpha:
    """Draw a star; `depth` is how far its notches reach to its centre, 0 to 1."""
    outer = min(width, height) / 2 - _MARGIN
    centre = (width / 2, height / 2)
    return _filled(width, height, [star_polygon(centre, outer, outer * (1 - depth), rays)])


def comb(width: int, height: int, *, teeth: int = 5, gap: float = 0.5) -> Alpha:
    """Draw a bar along the top with teeth that hang down; `gap` is the empty share of the pitch."""
    left, right, top, bottom = _MARGIN, width - _MARGIN, _MARGIN, height - _MARGIN
    spine = top + (bottom - top) / 5
    tooth = (right - left) / (teeth + (teeth - 1) * gap / (1 - gap))
    pitch = tooth / (1 - gap)
    shape = [_rectangle(left, top, right, spine)]
    starts = [left + k * pitch for k in range(teeth)]
    shape += [_rectangle(start, top, start + tooth, bottom) for start in starts]
    return _filled(width, height, shape)


def spiral(width: int, height: int, *, turns: float = 2.5, thickness: float = 4.0) -> Alpha:
    """Draw a band that winds outward from the centre."""
    reach_x, reach_y = (side / 2 - _MARGIN - thickness / 2 for side in (width, height))
    path = []
    for k in range(math.ceil(turns * 16) + 1):
        share = k / math.ceil(turns * 16)
        angle = 2 * math.pi * turns * share
        x = width / 2 + reach_x * share * math.cos(angle)
        y = height / 2 + reach_y * share * math.sin(angle)
        path.append((x, y, thickness))
    return _filled(width, height, ribbon(path, steps=4))


def eyelashes(width: int, height: int, *, lashes: int = 6, thickness: float = 3.0) -> Alpha:
    """Draw lashes that fan out of one curved lid, each to a point."""
    low, lift = height - _MARGIN - thickness, height * 0.3
    start, end = _MARGIN + thickness, width - _MARGIN - thickness
    lid = [
        (start + (end - start) * k / 8, low - lift * k * (8 - k) / 16, thickness) for k in range(9)
    ]
    curve = smooth(lid, closed=False)
    shape = ribbon(lid)
    for k in range(lashes):
        share = (k + 0.5) / lashes
        x, y, _ = curve[int(share * (len(curve) - 1))]
        tip_x = _MARGIN + 1 + share * (width - 2 * _MARGIN - 2)
        tip_y = _MARGIN + 1 + (low - _MARGIN) * 0.5 * (2 * share - 1) ** 2
        shape += ribbon([(x, y, thickness), (tip_x, tip_y, 1.0)], steps=1)
    return _filled(width, height, shape)


def ring(width: int, height: int, *, thickness: float = 6.0) -> Alpha:
    """Draw an ellipse with a hole."""
    centre, radii = (width / 2, height / 2), (width / 2 - _MARGIN, height / 2 - _MARGIN)
    hole = (radii[0] - thickness, radii[1] - thickness)
    outer = _filled(width, height, [ellipse(centre, radii)])
    if min(hole) <= 0:
        return outer
    return cut(outer, _filled(width, height, [ellipse(centre, hole)]))


def islands(width: int, height: int, *, count: int = 4, seed: int = 0) -> Alpha:
    """Draw `count` discs of many sizes, none of which touches another."""
    draw = random.Random(seed)  # noqa: S311  art, not a secret
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cell_x, cell_y = width / columns, height / rows
    shape = []
    for k in range(count):
        radius = (min(cell_x, cell_y) / 2 - _MARGIN) * draw.randint(50, 100) / 100
        row, column = divmod(k, columns)
        shape.append(ellipse(((column + 0.5) * cell_x, (row + 0.5) * cell_y), (radius, radius)))
    return _filled(width, height, shape)


def dust(width: int, height: int, *, specks: int = 100, seed: int = 0) -> Alpha:
    """Scatter single pixels and tiny squares of every alpha; they may touch."""
    draw = random.Random(seed)  # noqa: S311  art, not a secret
    alpha = np.zeros((height, width), dtype=np.uint8)
    for _ in range(specks):
        x, y, side = draw.randrange(1, width - 2), draw.randrange(1, height - 2), draw.randint(1, 2)
        alpha[y : min(y + side, height - 1), x : min(x + side, width - 1)] = draw.randint(1, 255)
    return alpha


def hair(width: int, height: int, *, strands: int = 7, seed: int = 0) -> Alpha:
    """Draw strands that leave one root at the top, taper and fade."""
    draw = random.Random(seed)  # noqa: S311  art, not a secret
    root_width = max(2.0, width / 12)
    root = (width / 2, _MARGIN + root_width / 2)
    shape = []
    for k in range(strands):
        share = (k + 0.5) / strands
        tip = (_MARGIN + 1 + share * (width - 2 * _MARGIN - 2), height * draw.randint(70, 95) / 100)
        middle = (
            root[0] + (tip[0] - root[0]) * 0.8,
            root[1] + (tip[1] - root[1]) * 0.5,
            root_width * 0.6,
        )
        shape += ribbon([(*root, root_width), middle, (*tip, 0.8)], steps=8)
    fade = 255 - np.arange(height, dtype=np.uint16)[:, None] * 155 // height
    return (_filled(width, height, shape).astype(np.uint16) * fade // 255).astype(np.uint8)


def blob(
    width: int, height: int, *, bumps: int = 7, roughness: float = 0.3, seed: int = 0
) -> Alpha:
    """Draw a rounded shape; `roughness` 0 to 1 is how much its radius varies."""
    draw = random.Random(seed)  # noqa: S311  art, not a secret
    reach_x, reach_y = width / 2 - _MARGIN, height / 2 - _MARGIN
    points = []
    for k in range(bumps):
        # The curve may swing a little beyond its points.
        share = 0.85 * (1 - roughness * draw.randint(0, 100) / 110)
        angle = 2 * math.pi * k / bumps
        x, y = reach_x * share * math.cos(angle), reach_y * share * math.sin(angle)
        points.append((width / 2 + x, height / 2 + y))
    return _filled(width, height, [smooth(points)])


def checkerboard(width: int, height: int, *, cell: int = 1) -> Alpha:
    """Fill every other square, which touch at their corners only."""
    rows, columns = np.indices((height, width)) // cell
    alpha = np.where((rows + columns) % 2 == 1, 255, 0).astype(np.uint8)
    alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1] = 0, 0, 0, 0
    return alpha


def line(width: int, height: int, *, rise: float = 0.5) -> Alpha:
    """Draw a line one pixel wide, opaque, from left to right; `rise` 1 is corner to corner."""
    middle, half = (height - 1) / 2, (height - 3) * rise / 2
    start = (1, math.floor(middle + half + 0.5))
    end = (width - 2, math.floor(middle - half + 0.5))
    return np.asarray(cv2.line(np.zeros((height, width), np.uint8), start, end, 255), np.uint8)


def soft(width: int, height: int, *, strength: int = 255) -> Alpha:
    """Draw a light whose alpha falls from `strength` at the centre to nothing."""
    near = 1 - np.minimum(
        ((np.arange(width) + 0.5 - width / 2) / (width / 2 - _MARGIN))[None, :] ** 2
        + ((np.arange(height) + 0.5 - height / 2) / (height / 2 - _MARGIN))[:, None] ** 2,
        1,
    )
    return np.floor(near * strength + 0.5).astype(np.uint8)


FAMILIES: Mapping[str, Callable[..., Alpha]] = MappingProxyType(
    {
        family.__name__: family
        for family in (
            *(limb, rod, star, comb, spiral, eyelashes, ring),
            *(islands, dust, hair, blob, checkerboard, line, soft),
        )
    }
)
"""Name to family; every one is called with width and height, from 24 pixels up."""


def _rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
