"""Image to mask: which pixels the mesh must cover."""

from __future__ import annotations

import cv2
import numpy as np

from spinelift.mesh.errors import ImageEmpty
from spinelift.mesh.types import Alpha, Mask


def opaque_pixels(
    alpha: Alpha, alpha_threshold: int, *, blur_kernel_size: int = 1, binary_threshold: int = 128
) -> Mask:
    """Return the pixels whose alpha is above the threshold, smoothed outward.

    Smoothing fills the pixels whose neighbourhood, a square of any odd size up to
    `blur_kernel_size` (an even one counts as the next odd), is filled by more than
    `binary_threshold` of 255. It never takes a pixel away, and a larger kernel fills at least what
    a smaller one does.

    Raises
    ------
    ImageEmpty
        No pixel is above the threshold.
    """
    _, above = cv2.threshold(alpha, alpha_threshold, 1, cv2.THRESH_BINARY)
    mask: Mask = np.asarray(above, dtype=np.uint8)
    if not mask.any():
        raise ImageEmpty(_why_empty(int(alpha.max()), alpha_threshold))
    visible = mask.copy() if blur_kernel_size > 1 else mask
    for size in range(3, (blur_kernel_size | 1) + 1, 2):
        filled = cv2.boxFilter(
            visible, cv2.CV_16U, (size, size), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        # filled / size^2 > binary_threshold / 255, on integers
        enough = binary_threshold * size * size // 255
        mask |= (filled > enough).astype(np.uint8)
    return mask


def _why_empty(highest: int, alpha_threshold: int) -> str:
    if highest == 0:
        return "The image is fully transparent: there is nothing to mesh. Skip it."
    return (
        f"The image is fully transparent at alpha threshold {alpha_threshold}: "
        f"its most opaque pixel has alpha {highest}. "
        f"Lower the alpha threshold to {highest - 1} or less, or skip it."
    )
