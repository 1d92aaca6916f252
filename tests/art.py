"""Small drawn images, as arrays and as files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from spinelift.images import encode_png
from spinelift.mesh.types import Rgba


def disc(size: int = 48, *, alpha: int = 255, colour: int = 90) -> Rgba:
    """A filled circle in the middle of a transparent square."""
    image = np.zeros((size, size, 4), dtype=np.uint8)
    cv2.circle(image, (size // 2, size // 2), size // 3, (colour, 120, 200, alpha), cv2.FILLED)
    return image


def two_discs(size: int = 40) -> Rgba:
    """Two islands side by side."""
    return np.concatenate([disc(size), disc(size)], axis=1)


def clouds(size: int = 2000) -> Rgba:
    """Art that takes seconds to mesh: an outline of many thousand corners."""
    grain = np.random.default_rng(1).integers(0, 256, (size, size), dtype=np.uint8)
    alpha = np.where(np.asarray(cv2.blur(grain, (9, 9))) > 127, 255, 0).astype(np.uint8)
    return np.dstack([alpha, alpha, alpha, alpha])


def write_png(path: Path, image: Rgba | None = None) -> Path:
    """Write a PNG, a disc where nothing else is given; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(disc() if image is None else image))
    return path
