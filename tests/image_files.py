"""Writers of image files, odd and broken ones included; nothing here shares code with the decoder.

The PNG writer follows the specification (https://www.w3.org/TR/png-3/) for every colour type, bit
depth, transparency chunk, filter and interlacing.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
BIT_DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGBA: (8, 16),
}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""x start, y start, x step, y step of the seven passes."""


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    """One PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(
    width: int, height: int, bit_depth: int = 8, colour_type: int = RGBA, interlaced: bool = False
) -> bytes:
    """Signature and IHDR."""
    fields = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, interlaced)
    return PNG_SIGNATURE + chunk(b"IHDR", fields)


def png(
    samples: NDArray[np.integer],
    colour_type: int = RGBA,
    bit_depth: int = 8,
    *,
    palette: Sequence[tuple[int, int, int]] = (),
    transparency: bytes | None = None,
    interlaced: bool = False,
    before_idat: bytes = b"",
    idat_length: int = 1 << 30,
) -> bytes:
    """Write a PNG file.

    `samples` is (H, W, channels), each below 2 ** bit_depth. `transparency` is the body of the tRNS
    chunk, `before_idat` whole chunks that go in front of the pixels, and the compressed pixels
    are cut into IDAT chunks of `idat_length` bytes.
    """
    height, width = samples.shape[:2]
    parts = [png_header(width, height, bit_depth, colour_type, interlaced)]
    if palette:
        parts.append(chunk(b"PLTE", bytes(value for colour in palette for value in colour)))
    if transparency is not None:
        parts.append(chunk(b"tRNS", transparency))
    parts.append(before_idat)
    stream = zlib.compress(scanlines(samples, bit_depth, interlaced=interlaced))
    parts.extend(
        chunk(b"IDAT", stream[start : start + idat_length])
        for start in range(0, len(stream), idat_length)
    )
    parts.append(chunk(b"IEND"))
    return b"".join(parts)


def scanlines(
    samples: NDArray[np.integer],
    bit_depth: int,
    *,
    interlaced: bool = False,
    filters: Sequence[int] = (0, 1, 2, 3, 4),
) -> bytes:
    """Filtered rows, pass by pass; the filters are used in turn."""
    bytes_per_pixel = max(1, samples.shape[2] * bit_depth // 8)
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    parts: list[bytes] = []
    for left, top, across, down in passes:
        part = samples[top::down, left::across]
        if part.size:
            rows = [pack_samples(row, bit_depth) for row in part]
            parts.extend(filter_rows(rows, bytes_per_pixel, filters))
    return b"".join(parts)


def pack_samples(row: NDArray[np.integer], bit_depth: int) -> bytes:
    """One row of samples, (W, channels), as bytes; small samples fill a byte from its top."""
    values = row.reshape(-1)
    if bit_depth == 16:
        return values.astype(">u2").tobytes()
    if bit_depth == 8:
        return values.astype(np.uint8).tobytes()
    bits = (values[:, None] >> np.arange(bit_depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()


def filter_rows(
    rows: Iterable[bytes], bytes_per_pixel: int, filters: Sequence[int]
) -> Iterable[bytes]:
    """Put the filters on the rows in turn."""
    previous: bytes | None = None
    for row, kind in zip(rows, itertools.cycle(filters), strict=False):
        above = previous if previous is not None else bytes(len(row))
        yield bytes([kind]) + bytes(
            (value - _predict(kind, row, above, place, bytes_per_pixel)) & 255
            for place, value in enumerate(row)
        )
        previous = row


def _predict(kind: int, row: bytes, above: bytes, place: int, bytes_per_pixel: int) -> int:
    back = place - bytes_per_pixel
    left = row[back] if back >= 0 else 0
    up = above[place]
    corner = above[back] if back >= 0 else 0
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2)[kind]


def apng(frames: Sequence[NDArray[np.uint8]], *, hidden_default: bool = False) -> bytes:
    """An animated PNG of RGBA frames, all of one size.

    With `hidden_default` the first frame is the still picture, which is no part of the animation.
    """
    height, width = frames[0].shape[:2]
    shown = len(frames) - hidden_default
    parts = [png_header(width, height), chunk(b"acTL", struct.pack(">II", shown, 0))]
    sequence = 0
    for index, frame in enumerate(frames):
        stream = zlib.compress(scanlines(frame, 8))
        if index or not hidden_default:
            control = struct.pack(">IIIIIHHBB", sequence, width, height, 0, 0, 1, 10, 0, 0)
            parts.append(chunk(b"fcTL", control))
            sequence += 1
        if index:
            parts.append(chunk(b"fdAT", struct.pack(">I", sequence) + stream))
            sequence += 1
        else:
            parts.append(chunk(b"IDAT", stream))
    parts.append(chunk(b"IEND"))
    return b"".join(parts)


def tiff(
    samples: NDArray[np.integer],
    bit_depth: int = 8,
    *,
    extra: Sequence[int] = (),
    big_endian: bool = False,
    planar: bool = False,
    inverted: bool = False,
    deflated: bool = False,
    predicted: bool = False,
    tags: Mapping[int, int] = MappingProxyType({}),
    rows_per_strip: int | None = None,
    pages: int = 1,
) -> bytes:
    """Write a grey or RGB TIFF file of (H, W, channels) samples, 8 or 16 bits each.

    `extra` says what the channels after the colours are: 0 unspecified, 1 associated alpha
    (premultiplied), 2 unassociated alpha. `predicted` is horizontal differencing. `tags` are
    short tags, added to those written here or in their place. All pages hold the same picture.
    Source: TIFF Revision 6.0.
    """
    order = ">" if big_endian else "<"
    height, width, channels = samples.shape
    colours = channels - len(extra)
    planes = [samples[..., [channel]] for channel in range(channels)] if planar else [samples]
    step = rows_per_strip or height
    strips = []
    for plane in planes:
        for top in range(0, height, step):
            part = plane[top : top + step].astype(np.int64)
            if predicted:
                part = np.diff(part, axis=1, prepend=0) % (1 << bit_depth)
            body = part.astype(f"{order}u{bit_depth // 8}").tobytes()
            strips.append(zlib.compress(body) if deflated else body)

    picture = bytearray(b"MM\0*\0\0\0\0" if big_endian else b"II*\0\0\0\0\0")
    offsets = []
    for strip in strips:
        offsets.append(len(picture))
        picture += strip
    photometric = 2 if colours == 3 else int(not inverted)
    entries: list[tuple[int, str, Sequence[int]]] = [
        (256, "I", [width]),
        (257, "I", [height]),
        (258, "H", [bit_depth] * channels),
        (259, "H", [8 if deflated else 1]),
        (262, "H", [photometric]),
        (273, "I", offsets),
        (277, "H", [channels]),
        (278, "I", [step]),
        (279, "I", [len(strip) for strip in strips]),
        (284, "H", [2 if planar else 1]),
        (317, "H", [2] if predicted else []),
        (338, "H", extra),
    ]
    entries = [entry for entry in entries if entry[2] and entry[0] not in tags]
    entries = sorted([*entries, *((tag, "H", [number]) for tag, number in tags.items())])
    link = 4
    for _ in range(pages):
        picture += b"\0" * (len(picture) % 2)
        picture[link : link + 4] = struct.pack(order + "I", len(picture))
        directory = bytearray(struct.pack(order + "H", len(entries)))
        beyond = len(picture) + 2 + 12 * len(entries) + 4
        values = b""
        for tag, kind, numbers in entries:
            packed = struct.pack(f"{order}{len(numbers)}{kind}", *numbers)
            if len(packed) > 4:
                place = struct.pack(order + "I", beyond + len(values))
                values += packed + b"\0" * (len(packed) % 2)
            else:
                place = packed.ljust(4, b"\0")
            directory += (
                struct.pack(order + "HHI", tag, 3 if kind == "H" else 4, len(numbers)) + place
            )
        link = len(picture) + len(directory)
        picture += directory + b"\0\0\0\0" + values
    return bytes(picture)


def gif(
    indices: NDArray[np.integer],
    palette: Sequence[tuple[int, int, int]],
    *,
    transparent: int | None = None,
    frames: int = 1,
    screen: tuple[int, int] | None = None,
) -> bytes:
    """Write a GIF of (H, W) indices below 4 into a palette of 4 colours, `frames` times.

    The code table is cleared before it grows, so that every code has 3 bits. `screen` is the
    (width, height) that the file's header claims.
    """
    height, width = indices.shape
    codes = []
    for count, index in enumerate(indices.reshape(-1)):
        codes += [4, int(index)] if count % 2 == 0 else [int(index)]
    codes.append(5)
    packed = sum(code << 3 * place for place, code in enumerate(codes))
    stream = packed.to_bytes((3 * len(codes) + 7) // 8, "little")
    blocks = b"".join(
        bytes([len(stream[start : start + 255])]) + stream[start : start + 255]
        for start in range(0, len(stream), 255)
    )
    control = b"" if transparent is None else bytes((0x21, 0xF9, 4, 1, 10, 0, transparent, 0))
    frame = control + struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, 0, 2) + blocks + b"\0"
    header = b"GIF89a" + struct.pack("<HHBBB", *(screen or (width, height)), 0x81, 0, 0)
    colours = bytes(value for colour in palette for value in colour)
    return header + colours + frame * frames + b";"


def bmp(rgba: NDArray[np.uint8], *, header_length: int = 124) -> bytes:
    """Write a BMP of 32 bits; with a header of 40 bytes it has no alpha, only a fourth byte."""
    height, width = rgba.shape[:2]
    pixels = np.ascontiguousarray(rgba[::-1, :, [2, 1, 0, 3]]).tobytes()
    compression = 3 if header_length > 40 else 0
    header = struct.pack(
        "<IiiHHIIiiII", header_length, width, height, 1, 32, compression, len(pixels), 0, 0, 0, 0
    )
    if header_length > 40:
        header += struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = header.ljust(header_length, b"\0")
    start = 14 + header_length
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + header + pixels


def tiff_orientation(orientation: int) -> bytes:
    """Return an EXIF block that only says how to turn the picture."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x112, 3, 1, orientation, 0, 0)
