"""Alpha taken from a PNG without its colours: the ordinary decoder's pixels, or none of its own."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spinelift import images
from spinelift.images import png
from spinelift.mesh.errors import ImageError, ImageUnreadable
from tests.image_files import (
    GREY,
    GREY_ALPHA,
    PALETTE,
    PNG_SIGNATURE,
    RGB,
    RGBA,
    apng,
    chunk,
    png_header,
    scanlines,
)
from tests.image_files import png as written

Samples = NDArray[np.integer]

GREYS = tuple((value, value, value) for value in range(256))
KINDS: dict[str, tuple[int, int, int]] = {
    "RGBA": (RGBA, 8, 4),
    "16-bit RGBA": (RGBA, 16, 4),
    "grey and alpha": (GREY_ALPHA, 8, 2),
    "16-bit grey and alpha": (GREY_ALPHA, 16, 2),
}
"""Colour type, bit depth and channels of the kinds whose alpha is a sample."""


@st.composite
def alphas(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Runs of equal alpha, as art has, some rows the same as the one above, some pixels noisy."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    width, height = draw(st.integers(1, 70)), draw(st.integers(1, 12))
    alpha = np.zeros((height, width), dtype=np.uint8)
    for y in range(height):
        cuts = np.sort(chance.integers(0, width, size=4))
        alpha[y] = chance.choice([0, 0, 255, 255, 130], size=5)[np.searchsorted(cuts, range(width))]
        if y and chance.random() < 0.4:
            alpha[y] = alpha[y - 1]
    noise = chance.random(alpha.shape) < draw(st.sampled_from([0, 0.03, 0.5]))
    alpha[noise] = chance.integers(0, 256, size=int(noise.sum()))
    return alpha


def with_alpha(alpha: NDArray[np.uint8], bit_depth: int, channels: int) -> Samples:
    """Noisy samples around the alpha, which is their last channel; its low byte is noise too."""
    noise = np.random.default_rng(5).integers(0, 2**bit_depth, (*alpha.shape, channels))
    noise[..., -1] = alpha if bit_depth == 8 else alpha.astype(int) * 256 + noise[..., -1] % 256
    return noise


def packed(body: bytes, width: int, height: int, colour_type: int, bit_depth: int = 8) -> bytes:
    """A PNG of a finished zlib stream."""
    header = png_header(width, height, bit_depth, colour_type)
    return header + chunk(b"IDAT", body) + chunk(b"IEND")


def alone(data: bytes) -> NDArray[np.uint8] | None:
    width, height = struct.unpack_from(">II", data, 16)
    return png.alpha_alone(data, width, height)


# The same pixels


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(alpha=alphas(), data=st.data())
def test_alpha_is_had_alone_whatever_the_filters(
    kind: str, alpha: NDArray[np.uint8], data: st.DataObject
) -> None:
    colour_type, bit_depth, channels = KINDS[kind]
    filters = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=len(alpha)))
    rows = scanlines(with_alpha(alpha, bit_depth, channels), bit_depth, filters=filters)
    height, width = alpha.shape
    file = packed(zlib.compress(rows), width, height, colour_type, bit_depth)

    found = alone(file)

    assert found is not None
    np.testing.assert_array_equal(found, alpha)
    np.testing.assert_array_equal(images.decode(file).rgba[..., 3], alpha)


@settings(max_examples=60, deadline=None)
@given(alpha=alphas(), colours=st.integers(1, 256), given_alphas=st.integers(1, 256))
def test_alpha_of_a_palette_is_had_alone(
    alpha: NDArray[np.uint8], colours: int, given_alphas: int
) -> None:
    indices = alpha.astype(int) % colours
    table = bytes((index * 7) % 256 for index in range(min(given_alphas, colours)))
    file = written(indices[..., None], PALETTE, palette=GREYS[:colours], transparency=table)

    found = alone(file)

    assert found is not None
    np.testing.assert_array_equal(found, np.array([*table, *[255] * 256])[indices])
    np.testing.assert_array_equal(found, images.decode(file).rgba[..., 3])


@pytest.mark.parametrize(
    "file",
    [
        written(with_alpha(np.eye(40, dtype=np.uint8) * 255, 8, 4), idat_length=50),
        apng([np.full((9, 9, 4), 77, dtype=np.uint8)] * 2),
        written(
            with_alpha(np.eye(9, dtype=np.uint8), 8, 4), before_idat=chunk(b"tEXt", b"Author\0x")
        ),
        cv2.imencode(".png", np.full((5, 5, 4), 9, dtype=np.uint8))[1].tobytes(),
    ],
    ids=["in pieces", "animated", "with a text", "of OpenCV"],
)
def test_usual_file_needs_no_ordinary_decoder(file: bytes) -> None:
    found = alone(file)
    assert found is not None
    np.testing.assert_array_equal(found, images.decode(file).rgba[..., 3])


# Left to the ordinary decoder

NOISE = with_alpha(np.random.default_rng(3).integers(0, 256, (9, 9), dtype=np.uint8), 8, 4)
ROWS = scanlines(NOISE, 8)
STREAM = zlib.compress(ROWS)
INDICES = np.arange(81).reshape(9, 9, 1) % 8


def of_small_window() -> bytes:
    """The stream's window is 256 bytes, and the pixels do not fit it."""
    packer = zlib.compressobj(wbits=9)  # the smallest that zlib writes
    body = bytearray(packer.compress(ROWS) + packer.flush())
    body[0] = 0x08  # 256 bytes, and 31 divides the first two bytes as it must
    body[1] = 31 - body[0] * 256 % 31
    return packed(bytes(body), 9, 9, RGBA)


UNUSUAL: dict[str, bytes] = {
    "opaque": written(NOISE[..., :3], RGB),
    "colour key": written(NOISE[..., :3], RGB, transparency=bytes(6)),
    "grey key": written(NOISE[..., :1], GREY, transparency=bytes(2)),
    "interlaced": written(NOISE, interlaced=True),
    "palette of 4 bits": written(INDICES, PALETTE, 4, palette=GREYS[:8], transparency=b"\0"),
    "opaque palette": written(INDICES, PALETTE, palette=GREYS[:8]),
    "more alphas than colours": written(INDICES, PALETTE, palette=GREYS[:8], transparency=b"a" * 9),
    "index without a colour": written(INDICES, PALETTE, palette=GREYS[:7], transparency=b"a"),
    "filter without a meaning": packed(zlib.compress(b"\x05" + ROWS[1:]), 9, 9, RGBA),
    "rows missing": packed(zlib.compress(ROWS[:-37]), 9, 9, RGBA),
    "rows too many": packed(zlib.compress(ROWS + b"more"), 9, 9, RGBA),
    "wrong sum of the pixels": packed(STREAM[:-1] + bytes([STREAM[-1] ^ 1]), 9, 9, RGBA),
    "small window": of_small_window(),
    "no stream": packed(b"", 9, 9, RGBA),
    "unknown compression": PNG_SIGNATURE
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, RGBA, 1, 0, 0))
    + chunk(b"IDAT", STREAM)
    + chunk(b"IEND"),
    "two headers": png_header(9, 9) + packed(STREAM, 9, 9, RGBA)[8:],
    "palette after the pixels": png_header(9, 9, 8, PALETTE)
    + chunk(b"IDAT", zlib.compress(scanlines(INDICES, 8)))
    + chunk(b"PLTE", bytes(24))
    + chunk(b"tRNS", b"\0")
    + chunk(b"IEND"),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_file_is_left_to_the_ordinary_decoder(kind: str) -> None:
    assert alone(UNUSUAL[kind]) is None


def test_pixels_that_the_stream_cannot_hold_cost_no_memory() -> None:
    file = packed(STREAM, 16_000, 4_000, RGBA)
    tracemalloc.start()
    try:
        assert alone(file) is None
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_wrong_checksum_is_damage_and_not_left_to_anyone() -> None:
    data = bytearray(written(NOISE))
    data[60] ^= 1
    with pytest.raises(ImageUnreadable, match="damaged"):
        images.decode_alpha(bytes(data))


def repaired(data: bytes) -> bytes:
    """The file with right checksums, so that what is wrong reaches the decoders."""
    body, place = bytearray(data), len(PNG_SIGNATURE)
    while place + 12 <= len(body):
        (length,) = struct.unpack_from(">I", body, place)
        end = place + 12 + length
        if end > len(body):
            break
        body[end - 4 : end] = struct.pack(">I", zlib.crc32(body[place + 4 : end - 4]))
        place = end
    return bytes(body)


STRIPE = np.eye(12, dtype=np.uint8) * 200
MUTABLE = [
    written(with_alpha(STRIPE, 8, 4), RGBA),
    written(with_alpha(STRIPE, 8, 2), GREY_ALPHA),
    written(with_alpha(STRIPE, 16, 4), RGBA, 16, idat_length=90),
    written(INDICES, PALETTE, palette=GREYS[:8], transparency=b"\0\x80"),
    packed(zlib.compress(ROWS, 0), 9, 9, RGBA),  # stored: what changes is pixels and filters
]


@settings(max_examples=400, derandomize=True, deadline=None)
@given(data=st.sampled_from(MUTABLE), seed=st.integers(0, 2**32))
def test_mutated_file_has_the_ordinary_decoders_alpha_or_its_error(data: bytes, seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        body[chance.randrange(8, len(body))] = chance.choice((0, 1, 255, chance.randrange(256)))
    file, limits = repaired(bytes(body)), images.ImageLimits(max_pixels=100_000)
    try:
        rgba = images.decode(file, limits).rgba
    except ImageError as error:
        with pytest.raises(type(error)):
            images.decode_alpha(file, limits)
    else:
        np.testing.assert_array_equal(images.decode_alpha(file, limits)[0], rgba[..., 3])
