"""Mask to outline: the rings of pixel corners round the islands that are kept.

`contour` is OpenCV's word, for the chain of an island's boundary PIXELS; a ring runs on corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from spinelift.mesh import kernel
from spinelift.mesh.types import Islands, Mask, Ring


@dataclass(frozen=True, eq=False)
class Outline:
    """One simple ring, and the pixels inside it that the mesh must cover.

    Holes are filled: the ring is an outer one. `required` holds the pixels of the mask in the
    islands that the ring surrounds, without bridges and padding; its top-left pixel is the image's
    pixel `origin` (x, y).
    """

    ring: Ring
    required: Mask
    origin: tuple[int, int]
    islands: Islands


Contour: TypeAlias = NDArray[np.int32]
"""(N, 2) pixels that bound an island, in order."""

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns of an image."""


def trace_outlines(
    mask: Mask,
    *,
    min_contour_area: float,
    padding: int = 0,
    islands: Literal["bridge", "split", "largest"] = "bridge",
) -> list[Outline]:
    """Return the outlines of a mask that is not empty: one, or one for each island with "split".

    Pixels that touch by a corner belong to one island. Islands of less than `min_contour_area`
    pixels are dropped; where all are smaller, the largest stays. Split islands come from the
    largest to the smallest.
    """
    found = kept = _find_contours(mask)
    if len(found) > 1:
        kept = [contour for contour in found if _encloses(mask, contour, min_contour_area)]
        if islands != "bridge" or not kept:
            largest_first = sorted(kept or found, key=lambda one: -_pixels_inside(mask, one))
            kept = largest_first if islands == "split" and kept else largest_first[:1]
    groups = [[contour] for contour in kept] if islands == "split" else [kept]
    outlines = []
    for group in groups:
        counts = Islands(kept=len(group), dropped=len(found) - len(kept))
        if len(group) == len(found):
            outlines.append(_outline(mask, group, (0, 0), padding, counts))
            continue
        # Only where the group is: thousands of islands must not cost an image each.
        rows, columns = window = _window(group, mask.shape, padding)
        required = mask[window] & _filled(group, window)
        outlines.append(_outline(required, group, (columns.start, rows.start), padding, counts))
    return outlines


def _outline(
    required: Mask, group: list[Contour], origin: tuple[int, int], padding: int, counts: Islands
) -> Outline:
    """The outline of one group of islands; `required` begins at pixel `origin` of the image."""
    shift = np.array(origin, dtype=np.int32)
    if padding:
        padded = _padded(required, padding)
        ring = _enclosing_ring(padded, _find_contours(padded))
    else:
        ring = _enclosing_ring(required, [contour - shift for contour in group])
    return Outline(ring + shift, required, origin, counts)


def _find_contours(mask: Mask) -> list[Contour]:
    """The outermost islands, in the order of their topmost, leftmost pixels."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    pixels = [np.asarray(contour, dtype=np.int32).reshape(-1, 2) for contour in contours]
    if len(pixels) > 1:
        pixels.sort(key=lambda contour: int((contour @ _RASTER_ORDER).min()))
    return pixels


_RASTER_ORDER = np.array([1, kernel.MAXIMUM_SIDE], dtype=np.int32)
"""Weights of x and y that order pixels row by row."""


def _encloses(mask: Mask, contour: Contour, pixels: float) -> bool:
    """Does the island enclose at least so many pixels of the mask?

    It has at least as many as it is wide or high, so most need not be counted.
    """
    _, _, width, height = cv2.boundingRect(contour)
    return max(width, height) >= pixels or _pixels_inside(mask, contour) >= pixels


def _pixels_inside(mask: Mask, contour: Contour) -> int:
    """How many pixels of the mask the island encloses.

    Not the area inside its ring: that counts holes, so that a higher alpha threshold, which breaks
    a ring open, could make another island the largest and keep more pixels than a lower one.
    """
    window = _window([contour], mask.shape, 0)
    return int(np.count_nonzero(mask[window] & _filled([contour], window)))


def _enclosing_ring(mask: Mask, contours: list[Contour]) -> Ring:
    """The ring round all islands of a mask, joined by bridges one pixel wide.

    Corner contacts are filled, so that the ring is simple.
    """
    connected = mask.copy()
    kernel.fill_diagonals(connected)
    if len(contours) > 1:
        kernel.bridge(connected, contours)
        kernel.fill_diagonals(connected)
    # Neither adds a pixel above the topmost island's topmost row.
    top = min(int(contour[:, 1].min()) for contour in contours)
    return kernel.trace(connected, (int(np.argmax(connected[top])), top))


def _window(contours: list[Contour], shape: tuple[int, ...], margin: int) -> Window:
    """Rows and columns of the image that hold the islands, and `margin` pixels round them."""
    left, top, width, height = cv2.boundingRect(np.concatenate(contours))
    rows = slice(max(top - margin, 0), min(top + height + margin, shape[0]))
    columns = slice(max(left - margin, 0), min(left + width + margin, shape[1]))
    return rows, columns


def _filled(contours: list[Contour], window: Window) -> Mask:
    """The pixels of a window that the islands enclose."""
    rows, columns = window
    filled = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    offset = (-columns.start, -rows.start)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED, offset=offset)
    return filled


def _padded(mask: Mask, padding: int) -> Mask:
    """The mask, and every pixel that comes nearer than `padding` to the square of one of its."""
    touching = np.asarray(cv2.dilate(mask, np.ones((3, 3), dtype=np.uint8)), dtype=np.uint8)
    distance = cv2.distanceTransform(1 - touching, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return (distance < padding).astype(np.uint8)


def doubled_area(ring: NDArray[np.int32]) -> int:
    """Twice the area of a ring, positive where it runs clockwise on screen."""
    closed = np.concatenate([ring, ring[:1]]).astype(np.int64)
    x, y = closed[:, 0], closed[:, 1]
    return int(x[:-1] @ y[1:] - x[1:] @ y[:-1])
