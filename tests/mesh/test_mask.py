"""Which pixels the mesh must cover: threshold, and smoothing that only ever adds."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.errors import ImageEmpty
from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.types import Alpha
from tests.drawing import alphas


@settings(max_examples=60)
@given(alphas(), st.integers(0, 254))
def test_mask_holds_the_pixels_above_the_threshold(alpha: Alpha, threshold: int) -> None:
    mask = opaque_pixels(alpha, threshold)

    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, alpha > threshold)


def test_pixel_of_exactly_the_threshold_is_left_out() -> None:
    assert opaque_pixels(np.array([[10, 11]], dtype=np.uint8), 10).tolist() == [[0, 1]]


@settings(max_examples=60)
@given(alphas(32), st.integers(0, 254), st.integers(1, 21), st.integers(0, 255))
def test_smoothing_never_takes_a_pixel_away(
    alpha: Alpha, threshold: int, blur_kernel_size: int, binary_threshold: int
) -> None:
    smoothed = opaque_pixels(
        alpha, threshold, blur_kernel_size=blur_kernel_size, binary_threshold=binary_threshold
    )

    assert (smoothed >= opaque_pixels(alpha, threshold)).all()


@settings(max_examples=60)
@given(alphas(24), st.integers(1, 9), st.integers(0, 255))
def test_smoothing_fills_a_pixel_whose_neighbourhood_is_full_enough(
    alpha: Alpha, blur_kernel_size: int, binary_threshold: int
) -> None:
    visible = alpha > 10
    expected = visible.copy()
    for size in range(3, (blur_kernel_size | 1) + 1, 2):
        padded = np.pad(visible, size // 2).astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
        expected |= windows.sum(axis=(2, 3)) * 255 > binary_threshold * size * size

    smoothed = opaque_pixels(
        alpha, 10, blur_kernel_size=blur_kernel_size, binary_threshold=binary_threshold
    )

    np.testing.assert_array_equal(smoothed, expected)


@settings(max_examples=30)
@given(alphas(), st.integers(1, 10))
def test_even_kernel_counts_as_the_next_odd(alpha: Alpha, half: int) -> None:
    even = opaque_pixels(alpha, 10, blur_kernel_size=2 * half)
    odd = opaque_pixels(alpha, 10, blur_kernel_size=2 * half + 1)

    np.testing.assert_array_equal(even, odd)


def test_transparent_image_has_no_mask() -> None:
    with pytest.raises(ImageEmpty, match="fully transparent: there is nothing to mesh"):
        opaque_pixels(np.zeros((3, 3), dtype=np.uint8), 10)


@settings(max_examples=30)
@given(st.integers(1, 255), st.integers(0, 254))
def test_faint_image_names_a_threshold_that_would_work(highest: int, more: int) -> None:
    alpha = np.array([[0, highest]], dtype=np.uint8)

    with pytest.raises(ImageEmpty) as refused:
        opaque_pixels(alpha, min(highest + more, 255))

    named = re.search(r"Lower the alpha threshold to (\d+)", str(refused.value))
    assert named is not None
    assert opaque_pixels(alpha, int(named[1])).any()
