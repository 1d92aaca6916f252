"""What a PNG's chunks hold: its still picture without the rest, and its alpha without colours.

A mesh needs nothing but alpha, and most of the time of decoding goes into colours. So the alpha of
the usual files (RGBA, grey and alpha, palette) is taken straight from the compressed pixels:
libdeflate inflates them, and our kernel undoes the filters of that one channel. Whatever is
unusual is left to the ordinary decoder, which then also says what is wrong with it.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache

import cv2
import deflate
import numpy as np
from numpy.typing import NDArray

from spinelift import native
from spinelift.images.headers import PNG_SIGNATURE, damaged, png_chunks
from spinelift.mesh.types import Alpha

_GREY, _PALETTE, _GREY_ALPHA, _RGBA = 0, 3, 4, 6
_ALPHA_SAMPLE = {_GREY_ALPHA: 1, _RGBA: 3}
"""Which sample of a pixel is alpha."""

LIBRARY = native.library_beside(__file__)
_SIGNATURES: native.Signatures = {
    "unfilter": (
        ctypes.c_int64,
        [native.BYTES, *[ctypes.c_int64] * 2, *[ctypes.c_int32] * 2, native.OWN_BYTES],
    )
}


def still(data: bytes) -> bytes:
    """Return the PNG with nothing but what makes its still picture, every checksum verified.

    So animation, profiles, texts and whatever else a file may carry never reach a decoder, and
    libpng finds nothing to print about them.
    """
    return b"".join([PNG_SIGNATURE, *(chunk for _, chunk in _still_chunks(data))])


def transparent_grey(data: bytes) -> int | None:
    """Return the value of the grey that is transparent, if there is one.

    OpenCV drops it, and spreads 1, 2 and 4 bits over the range of 8; so does this.
    """
    bit_depth, colour_type = data[24:26]
    if colour_type != _GREY:
        return None
    for kind, start, end in png_chunks(data):
        if kind == b"tRNS" and end - start == 14:
            key = int.from_bytes(data[start + 8 : start + 10], "big")
            return key if bit_depth >= 8 else key * 255 // (2**bit_depth - 1)
        if kind == b"IDAT":
            break
    return None


def alpha_alone(data: bytes, width: int, height: int) -> Alpha | None:
    """Return the (H, W) alpha of a PNG's still picture, or None for the ordinary decoder to try.

    Raises UnreadableError where a checksum is wrong.
    """
    chunks = _still_chunks(data)
    kinds = [kind for kind, _ in chunks]
    pixels = kinds.count(b"IDAT")
    bit_depth, colour_type, *methods = data[24:29]
    has_palette = colour_type == _PALETTE and bit_depth == 8
    has_samples = colour_type in _ALPHA_SAMPLE and bit_depth in (8, 16)
    before = [b"IHDR", b"PLTE", b"tRNS"] if has_palette else [b"IHDR"]
    if any(methods) or kinds != [*before, *[b"IDAT"] * pixels, b"IEND"]:
        return None
    stream = b"".join(chunk[8:-4] for kind, chunk in chunks if kind == b"IDAT")
    if has_palette:
        indices = _channel(stream, width, height, 1, 0)
        return None if indices is None else _looked_up(indices, chunks[1][1], chunks[2][1])
    if has_samples:
        # The high byte of 16 bits comes first.
        sample, size = _ALPHA_SAMPLE[colour_type], bit_depth // 8
        return _channel(stream, width, height, size * (sample + 1), size * sample)
    return None


def _still_chunks(data: bytes) -> list[tuple[bytes, memoryview]]:
    """Kind and whole bytes of every chunk of the still picture, in order."""
    colour_type = data[25]
    wanted = {b"IHDR", b"IDAT", b"IEND"}
    if colour_type == _PALETTE:
        wanted.add(b"PLTE")
    if colour_type <= _PALETTE:
        wanted.add(b"tRNS")
    view = memoryview(data)
    chunks = []
    for kind, start, end in png_chunks(data):
        if kind not in wanted:
            continue
        if deflate.crc32(view[start + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise damaged("PNG")
        chunks.append((kind, view[start:end]))
    return chunks


# Alpha alone

_MOST_EXPANDED = 1032
"""Deflate makes at most so many bytes of one: 258 of two bits."""

_LARGEST_RAW = 2**31 - 1
"""The largest size that libdeflate's binding is sure to take on every platform."""


def _channel(stream: bytes, width: int, height: int, stride: int, offset: int) -> Alpha | None:
    """One byte of every pixel, from a zlib stream of filtered rows; None where it is unusual."""
    size = (width * stride + 1) * height
    largest = min(len(stream) * _MOST_EXPANDED, _LARGEST_RAW)
    if size > largest or not _has_usual_window(stream, size):
        return None
    try:
        raw = np.frombuffer(deflate.zlib_decompress(stream, size), dtype=np.uint8)
    except deflate.DeflateError:
        return None
    if len(raw) < size:
        return None
    channel = np.empty((height, width), dtype=np.uint8)
    rows: int = _kernel().spinelift_unfilter(raw, width, height, stride, offset, channel)
    if rows < 0:
        raise MemoryError
    return channel if rows == height else None


def _has_usual_window(stream: bytes, size: int) -> bool:
    """Is the zlib window that the stream declares all that its pixels can need?

    A smaller one makes zlib refuse what reaches farther back; libdeflate does not ask.
    """
    window = 1 << (8 + (stream[0] >> 4)) if stream else 0
    return window >= min(size, 1 << 15)


def _looked_up(indices: Alpha, palette: memoryview, transparency: memoryview) -> Alpha | None:
    """The alpha of each palette index; None where the chunks and the indices disagree."""
    colours, given = len(palette) // 3 - 4, len(transparency) - 12
    if given > colours or int(indices.max()) >= colours:
        return None
    table: NDArray[np.uint8] = np.full(256, 255, dtype=np.uint8)
    table[:given] = np.frombuffer(transparency[8:-4], dtype=np.uint8)
    return np.asarray(cv2.LUT(indices, table), dtype=np.uint8)


@cache
def _kernel() -> ctypes.CDLL:
    return native.load(LIBRARY, _SIGNATURES)
