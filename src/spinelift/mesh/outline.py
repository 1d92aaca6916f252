"""Mask to outline: the rings of pixel corners round the islands that are kept.

`contour` is OpenCV's word, for the chain of an island's boundary PIXELS; a ring runs on corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, eq=False)
class _Island:
    contour: NDArray[np.int32]
    ring: Ring


def trace_outlines(
    mask: Mask,
    *,
    min_contour_area: float,
    padding: int = 0,
    islands: Literal["bridge", "split", "largest"] = "bridge",
) -> list[Outline]:
    """Return the outlines of a mask that is not empty: one, or one for each island with "split".

    Islands of less than `min_contour_area` pixels are dropped; where all are smaller, the largest
    stays. Split islands come from the largest to the smallest.
    """
    connected = _connected(mask)
    found = kept = _find_islands(connected)
    if len(found) > 1:
        sized = [(_pixels_inside(mask, island), island) for island in found]
        sized.sort(key=lambda pair: -pair[0])
        found = [island for _, island in sized]
        kept = [island for size, island in sized if size >= min_contour_area] or found[:1]
    if islands == "largest":
        kept = kept[:1]
    groups = [[island] for island in kept] if islands == "split" else [kept]
    dropped = len(found) - len(kept)
    outlines = []
    for group in groups:
        counts = Islands(kept=len(group), dropped=dropped)
        if len(group) == len(found):
            outlines.append(_outline(mask, connected, group, (0, 0), padding, counts))
            continue
        # Only where the group is: thousands of islands must not cost an image each.
        rows, columns = window = _window(group, mask.shape, padding)
        inside, origin = _filled(group, window), (columns.start, rows.start)
        required = mask[window] & inside
        outlines.append(
            _outline(required, connected[window] & inside, group, origin, padding, counts)
        )
    return outlines


def _outline(
    required: Mask,
    connected: Mask,
    group: list[_Island],
    origin: tuple[int, int],
    padding: int,
    counts: Islands,
) -> Outline:
    """The outline of one group of islands; `required` and `connected` begin at `origin`."""
    shift = np.array(origin, dtype=np.int32)
    if padding:
        ring = _enclosing_ring(_padded(required, padding)) + shift
    elif len(group) == 1:
        ring = group[0].ring
    else:
        ring = _bridged_ring(connected, [island.contour - shift for island in group]) + shift
    return Outline(ring, required, origin, counts)


def _connected(mask: Mask) -> Mask:
    """A copy in which no two pixels touch by a corner alone, so that every ring is simple."""
    connected = mask.copy()
    kernel.fill_diagonals(connected)
    return connected


def _find_islands(connected: Mask) -> list[_Island]:
    """Outermost islands, in the order of their topmost, leftmost pixels."""
    contours, _ = cv2.findContours(connected, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    islands = []
    for contour in contours:
        pixels = np.asarray(contour, dtype=np.int32).reshape(-1, 2)
        x, y = pixels[np.argmin(pixels[:, 1] * kernel.MAXIMUM_SIDE + pixels[:, 0])]
        islands.append(_Island(pixels, kernel.trace(connected, (int(x), int(y)))))
    return sorted(islands, key=lambda island: (island.ring[0, 1], island.ring[0, 0]))


def _pixels_inside(mask: Mask, island: _Island) -> int:
    """How many pixels of the mask the island's ring encloses.

    Not the ring's area: that counts holes, so that a higher alpha threshold, which breaks a ring
    open, could make another island the largest and keep more pixels than a lower one.
    """
    window = _window([island], mask.shape, 0)
    return int(np.count_nonzero(mask[window] & _filled([island], window)))


def _enclosing_ring(mask: Mask) -> Ring:
    """The ring round all of a mask, whatever it holds."""
    connected = _connected(mask)
    islands = _find_islands(connected)
    if len(islands) == 1:
        return islands[0].ring
    return _bridged_ring(connected, [island.contour for island in islands])


def _bridged_ring(connected: Mask, contours: list[NDArray[np.int32]]) -> Ring:
    """The ring round all islands of a mask, joined, in place, by bridges one pixel wide."""
    kernel.bridge(connected, contours)
    kernel.fill_diagonals(connected)
    # Neither adds a pixel above the topmost island's topmost row.
    top = min(int(contour[:, 1].min()) for contour in contours)
    return kernel.trace(connected, (int(np.argmax(connected[top])), top))


def _window(islands: list[_Island], shape: tuple[int, ...], margin: int) -> tuple[slice, slice]:
    """Rows and columns of the image that hold the islands, and `margin` pixels round them."""
    corners = np.concatenate([island.ring for island in islands])
    left, top = np.maximum(corners.min(axis=0) - margin, 0)
    right, bottom = np.minimum(corners.max(axis=0) + margin, shape[::-1])
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def _filled(islands: list[_Island], window: tuple[slice, slice]) -> Mask:
    """The pixels of a window that the islands' rings enclose."""
    rows, columns = window
    filled = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    contours = [island.contour for island in islands]
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
    x, y = ring.astype(np.int64).T
    return int(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
