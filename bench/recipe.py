"""The usual recipe, at its best: findContours, approxPolyDP, Triangle."""

from __future__ import annotations

import cv2
import numpy as np
import shapely
import triangle
from numpy.typing import NDArray

from spinelift.mesh.types import Alpha, Mesh

STEPS = 24
"""Halvings of the range of epsilon: down to a millionth of the image's side."""

Rings = list[NDArray[np.float64]]


def recipe_mesh(alpha: Alpha, budget: int) -> Mesh | None:
    """Mesh the visible pixels with the most vertices that `budget` allows; None where it cannot.

    Epsilon is searched by halving. Islands that are simplified to nothing are lost, as the recipe
    loses them; simplifications that cross themselves would crash Triangle and are passed over.
    """
    mask = (alpha > 0).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    best: Rings = []
    low, high = 0.0, float(max(mask.shape))
    for _ in range(STEPS):
        epsilon = (low + high) / 2
        rings = _simplified([np.asarray(contour) for contour in contours], epsilon)
        if _size(rings) > budget:
            low = epsilon
            continue
        high = epsilon
        if _size(rings) >= _size(best) and _are_simple(rings):
            best = rings
    return _triangulated(best, mask) if best else None


def _simplified(contours: list[NDArray[np.int32]], epsilon: float) -> Rings:
    rings = (cv2.approxPolyDP(contour, epsilon, closed=True) for contour in contours)
    # OpenCV's points are the pixels' centres.
    return [np.asarray(ring, np.float64).reshape(-1, 2) + 0.5 for ring in rings if len(ring) >= 3]


def _size(rings: Rings) -> int:
    return sum(len(ring) for ring in rings)


def _are_simple(rings: Rings) -> bool:
    return all(shapely.Polygon(ring).is_valid for ring in rings)


def _triangulated(rings: Rings, mask: NDArray[np.uint8]) -> Mesh:
    vertices, triangles, count = [], [], 0
    for ring in rings:
        start = np.arange(len(ring))
        segments = np.stack([start, np.roll(start, -1)], axis=1)
        found = triangle.triangulate({"vertices": ring, "segments": segments}, "pQ")
        vertices.append(found["vertices"])
        triangles.append(found["triangles"].astype(np.int32) + count)
        count += len(found["vertices"])
    height, width = mask.shape
    return Mesh(
        vertices=np.concatenate(vertices),
        triangles=np.concatenate(triangles).astype(np.int32),
        hull=count,
        width=width,
        height=height,
        required=mask,
    )
