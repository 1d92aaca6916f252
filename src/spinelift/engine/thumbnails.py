"""One image to a small PNG that shows it, in a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from spinelift import images
from spinelift.contract.stages import JobStage
from spinelift.engine.work import Failure, attempt, read
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.types import Rgba

LONGEST = 128
"""Pixels of a thumbnail's longer side."""

OnStage = Callable[[JobStage], None]


@dataclass(frozen=True)
class ThumbnailTask:
    """One image to show; one that is small enough stays as large as it is."""

    image: Path
    label: str
    longest: int = LONGEST
    limits: ImageLimits = DEFAULT_LIMITS


def make_thumbnail(task: ThumbnailTask, on_stage: OnStage) -> bytes | Failure:  # noqa: ARG001
    """Give the PNG, or say why not. It has no stages to tell of."""
    return attempt(_thumbnail, task, task.label)


def _thumbnail(task: ThumbnailTask) -> bytes:
    content = read(task.image, task.limits, task.label)
    rgba = images.decode(content, task.limits, name=task.label).rgba
    return images.encode_png(_reduced(rgba, task.longest))


def _reduced(rgba: Rgba, longest: int) -> Rgba:
    """Colours count as much as they are opaque: else what nobody sees would stain the edges."""
    height, width = rgba.shape[:2]
    scale = longest / max(width, height)
    if scale >= 1:
        return rgba
    size = max(1, round(width * scale)), max(1, round(height * scale))
    alpha = cv2.cvtColor(rgba[..., 3], cv2.COLOR_GRAY2RGB)
    colours = cv2.multiply(rgba[..., :3], alpha, scale=1 / 255)
    small_colours = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
    small_alpha = cv2.resize(rgba[..., 3], size, interpolation=cv2.INTER_AREA)
    weight = np.maximum(small_alpha, 1)[..., np.newaxis] / 255
    straight = np.clip(np.rint(small_colours / weight), 0, 255)
    return np.dstack([straight, small_alpha]).astype(np.uint8)
