"""What the bytes claim to be: format, size, whether there is more than one picture.

Nothing is decompressed here, and no loop is longer than `MOST_BLOCKS`. The walks over PNG chunks
and TIFF tags are shared with `pixels`, which hands the decoders only what makes the first picture.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from spinelift.images.limits import shown
from spinelift.mesh.errors import ImageUnreadable

Format = Literal["PNG", "WebP", "TIFF", "GIF", "JPEG", "BMP"]

Content: TypeAlias = bytes | mmap.mmap
"""Of a whole file; of one that is mapped, only what is looked at is read."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BLOCKS = 1_000_000
"""Chunks, segments or blocks that a file may have; a 256 MB PNG in usual 8 KB pieces has 32,768."""

CUT_SHORT = "is cut short, the end of its file is missing: export or copy it again."
DAMAGED = "is damaged and cannot be read as {format}: export or copy it again."
NOT_AN_IMAGE = (
    "is not an image that can be read (PNG, WebP, TIFF, GIF, JPEG or BMP): export it as PNG."
)


class UnreadableError(Exception):
    """What is wrong with the bytes: a sentence that lacks its first words, the image's name."""


def damaged(file_format: str) -> UnreadableError:
    """Return the fault of bytes that contradict their format."""
    return UnreadableError(DAMAGED.format(format=file_format))


@dataclass(frozen=True)
class Header:
    """What the first bytes say; none of it is proved until the pixels are decoded.

    Attributes
    ----------
    format
        By the bytes, never by the name; animated PNG is PNG.
    width, height
        In pixels, as stored: orientation tags are ignored. At least 1.
    is_animated
        There are more frames or pages than the first.
    """

    format: Format
    width: int
    height: int
    is_animated: bool = False


def sniff(data: Content, *, name: str = "The image") -> Header:
    """Return the header of an image file's bytes, without decoding it.

    Raises
    ------
    ImageUnreadable
        The bytes are none of the six formats, or their header is damaged.
    """
    try:
        return read_header(data)
    except UnreadableError as error:
        raise ImageUnreadable(f"{shown(name)} {error}") from None


def read_header(data: Content) -> Header:
    """Do as `sniff` does, but raise `UnreadableError`."""
    if not data:
        raise UnreadableError("is an empty file: export or copy it again.")
    try:
        header = _reader(data)(data)
    except (struct.error, IndexError):
        raise UnreadableError(CUT_SHORT) from None
    if header.width < 1 or header.height < 1:
        raise damaged(header.format)
    return header


def _reader(data: Content) -> Callable[[Content], Header]:
    for signature, reader in _SIGNATURES:
        if data[: len(signature)] == signature:
            return reader
    raise UnreadableError(NOT_AN_IMAGE)


# PNG: https://www.w3.org/TR/png-3/


class Chunk(NamedTuple):
    """A PNG chunk that lies, with its length and checksum, at data[start:end]."""

    kind: bytes
    start: int
    end: int


def png_chunks(data: Content) -> Iterator[Chunk]:
    """Yield the chunks up to IEND; a file that ends before IEND is cut short."""
    start = len(PNG_SIGNATURE)
    for _ in range(MOST_BLOCKS):
        if len(data) < start + 12:
            raise UnreadableError(CUT_SHORT)
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if len(data) < end:
            raise UnreadableError(CUT_SHORT)
        yield Chunk(kind, start, end)
        if kind == b"IEND":
            return
        start = end
    raise damaged("PNG")


def _png(data: Content) -> Header:
    kind, width, height = struct.unpack_from(">12x4sII", data)
    if kind != b"IHDR":
        raise damaged("PNG")
    is_animated = False
    for chunk in png_chunks(data):
        if chunk.kind == b"acTL":
            is_animated = struct.unpack_from(">I", data, chunk.start + 8)[0] > 1
        if chunk.kind in (b"IDAT", b"IEND"):
            break
    return Header("PNG", width, height, is_animated)


# WebP: https://developers.google.com/speed/webp/docs/riff_container


def _webp(data: Content) -> Header:
    length, form, kind = struct.unpack_from("<4xI4s4s", data)
    if form != b"WEBP":
        raise UnreadableError(NOT_AN_IMAGE)
    if len(data) < 8 + length:
        raise UnreadableError(CUT_SHORT)
    if kind == b"VP8X":
        flags = data[20]
        width = 1 + int.from_bytes(data[24:27], "little")
        height = 1 + int.from_bytes(data[27:30], "little")
        return Header("WebP", width, height, bool(flags & 0x02))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WebP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WebP", width & 0x3FFF, height & 0x3FFF)
    raise damaged("WebP")


# TIFF Revision 6.0


class Tags(NamedTuple):
    """The first directory of a TIFF file; `entries` are its raw 12 bytes by tag."""

    data: Content
    order: Literal["<", ">"]
    entries: dict[int, bytes]
    next_directory: int

    def numbers(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Return the first values of an integer tag; never many, so that none can be a bomb."""
        if tag not in self.entries:
            return default
        kind, count = struct.unpack_from(self.order + "2xHI", self.entries[tag])
        letter = {1: "B", 3: "H", 4: "I"}.get(kind)
        if letter is None:
            raise damaged("TIFF")
        layout = f"{self.order}{min(count, 16)}{letter}"
        if struct.calcsize(layout) <= 4:
            return struct.unpack_from(layout, self.entries[tag], 8)
        (place,) = struct.unpack_from(self.order + "8xI", self.entries[tag])
        if len(self.data) < place + struct.calcsize(layout):
            raise UnreadableError(CUT_SHORT)
        return struct.unpack_from(layout, self.data, place)

    def number(self, tag: int, default: int | None = None) -> int:
        """Return the first value of a tag, which must be there if it has no default."""
        values = self.numbers(tag, () if default is None else (default,))
        if not values:
            raise damaged("TIFF")
        return values[0]


WIDTH, HEIGHT = 256, 257


def tiff_tags(data: Content) -> Tags:
    """Return the tags of the first page."""
    order: Literal["<", ">"] = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(order + "4xI", data)
    (count,) = struct.unpack_from(order + "H", data, place)
    (next_directory,) = struct.unpack_from(order + "I", data, place + 2 + 12 * count)
    entries: dict[int, bytes] = {}
    for index in range(count):
        entry = data[place + 2 + 12 * index : place + 14 + 12 * index]
        entries.setdefault(struct.unpack_from(order + "H", entry)[0], entry)
    return Tags(data, order, entries, next_directory)


def _tiff(data: Content) -> Header:
    tags = tiff_tags(data)
    return Header("TIFF", tags.number(WIDTH), tags.number(HEIGHT), tags.next_directory != 0)


# GIF89a: https://www.w3.org/Graphics/GIF/spec-gif89a.txt

_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21


def _gif(data: Content) -> Header:
    width, height, flags = struct.unpack_from("<6xHHB", data)
    place = 13 + _palette_length(flags)
    images = blocks = 0
    while images < 2 and place < len(data) and data[place] in (_GIF_IMAGE, _GIF_EXTENSION):
        if data[place] == _GIF_IMAGE:
            images += 1
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, place + 1)
            if images == 1:  # as browsers do, a first frame beyond the screen enlarges it
                width, height = max(width, left + across), max(height, top + down)
            place += 11 + _palette_length(flags)
        else:
            place += 2
        while place < len(data) and data[place]:
            place += 1 + data[place]
            blocks += 1
        place += 1
        blocks += 1
        if blocks > MOST_BLOCKS:
            raise damaged("GIF")
    if images == 0:
        raise UnreadableError(CUT_SHORT)
    return Header("GIF", width, height, images > 1)


def _palette_length(flags: int) -> int:
    return 3 << (1 + (flags & 7)) if flags & 0x80 else 0


# JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf

_START_OF_SCAN = 0xDA
_FIRST_FRAME, _FIRST_RESTART, _END_OF_IMAGE = 0xC0, 0xD0, 0xD9
_NOT_FRAMES = (0xC4, 0xC8, 0xCC)
"""Markers between C0 and CF that start no frame: Huffman tables, reserved, arithmetic coding."""


def _jpeg(data: Content) -> Header:
    place, size = 2, None
    for _ in range(MOST_BLOCKS):
        if data[place] != 0xFF:
            raise damaged("JPEG")
        marker = data[place + 1]
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker < _FIRST_FRAME or _FIRST_RESTART <= marker <= _END_OF_IMAGE:
            # Markers without a length; here they only serve to show libjpeg another size than us.
            raise damaged("JPEG")
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker < _FIRST_RESTART and marker not in _NOT_FRAMES:
            size = struct.unpack_from(">HH", data, place + 5)
        if marker == _START_OF_SCAN:
            break
        place += 2 + length
    if size is None:
        raise damaged("JPEG")
    return Header("JPEG", width=size[1], height=size[0])


# BMP: https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types

_BMP_HEADER_LENGTHS = (12, 40, 52, 56, 64, 108, 124)


def _bmp(data: Content) -> Header:
    (length,) = struct.unpack_from("<14xI", data)
    if length not in _BMP_HEADER_LENGTHS:
        raise UnreadableError(NOT_AN_IMAGE)
    width, height = struct.unpack_from("<HH" if length == 12 else "<ii", data, 18)
    return Header("BMP", width, abs(height))


_SIGNATURES: tuple[tuple[bytes, Callable[[Content], Header]], ...] = (
    (PNG_SIGNATURE, _png),
    (b"RIFF", _webp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"\xff\xd8\xff", _jpeg),
    (b"BM", _bmp),
)
