"""Bytes in, straight-alpha pixels out, and back; limits are checked on the header first.

Every reader below returns pixels as OpenCV orders them: (H, W) grey, (H, W, 3) BGR or (H, W, 4)
BGRA, 8 or 16 bits, and either the whole first picture or a `UnreadableError`, never half of it.
"""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeAlias

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from spinelift.images import png
from spinelift.images.headers import (
    Format,
    Header,
    UnreadableError,
    damaged,
    read_header,
    tiff_tags,
)
from spinelift.images.limits import DEFAULT_LIMITS, ImageLimits, shown
from spinelift.mesh.errors import ImageUnreadable
from spinelift.mesh.types import Alpha, Rgba

Pixels: TypeAlias = NDArray[Any]
"""(H, W), (H, W, 3) or (H, W, 4); uint8 or uint16; OpenCV's order of channels."""

PNG_COMPRESSION = 3
"""Of 9; level 6 takes four times as long to save 6 %."""

OPAQUE = 255


@dataclass(frozen=True, eq=False)
class Image:
    """A decoded picture.

    Attributes
    ----------
    rgba
        (H, W, 4) uint8, straight alpha, in the order red, green, blue, alpha.
    notes
        Sentences for the artist about what was taken from the file.
    """

    rgba: Rgba
    notes: tuple[str, ...] = ()


def decode(data: bytes, limits: ImageLimits = DEFAULT_LIMITS, *, name: str = "The image") -> Image:
    """Decode the first picture of an image file.

    16-bit samples keep their high byte; colour profiles, gamma and orientation are ignored, as
    they are by Spine.

    Parameters
    ----------
    data
        PNG, WebP, TIFF, GIF, JPEG or BMP, told by the bytes.
    limits
        Checked on the size of the file and on its header, before anything is decoded.
    name
        How the image is called in errors and notes; of no other effect.

    Raises
    ------
    ImageUnreadable
        Not an image, damaged, or cut short.
    ImageTooLarge
        Over a limit.
    """
    header, rgba = _read(data, limits, name, _read_rgba)
    return Image(rgba, _notes(header, _is_opaque(rgba[..., 3]), name))


def decode_alpha(
    data: bytes, limits: ImageLimits = DEFAULT_LIMITS, *, name: str = "The image"
) -> tuple[Alpha, tuple[str, ...]]:
    """Decode only what meshing needs: (H, W) uint8 alpha, and the notes of `decode`.

    The same pixels as `decode(...).rgba[..., 3]`, and the same errors, for less time and memory.
    """
    header, alpha = _read(data, limits, name, _read_alpha)
    return alpha, _notes(header, _is_opaque(alpha), name)


def encode_png(rgba: Rgba) -> bytes:
    """Return (H, W, 4) uint8 straight-alpha pixels as a PNG file; equal pixels, equal bytes."""
    bgra = cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA)
    _, encoded = cv2.imencode(".png", bgra, [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION])
    return encoded.tobytes()


def _read(
    data: bytes,
    limits: ImageLimits,
    name: str,
    read: Callable[[bytes, Header], NDArray[np.uint8]],
) -> tuple[Header, NDArray[np.uint8]]:
    limits.check_bytes(len(data), name)
    try:
        header = read_header(data)
        limits.check_size(header.width, header.height, name)
        return header, read(data, header)
    except UnreadableError as error:
        raise ImageUnreadable(f"{shown(name)} {error}") from None


def _read_rgba(data: bytes, header: Header) -> Rgba:
    return _rgba(_read_pixels(data, header))


def _read_alpha(data: bytes, header: Header) -> Alpha:
    if header.format == "PNG":
        alpha = png.alpha_alone(data, header.width, header.height)
        if alpha is not None:
            return alpha
    return _alpha(_read_pixels(data, header))


def _read_pixels(data: bytes, header: Header) -> Pixels:
    pixels = _READERS[header.format](data)
    # The limits were checked on what we read in the header; the decoder read it again.
    if pixels.shape[:2] != (header.height, header.width):
        raise damaged(header.format)
    return pixels


# From pixels in OpenCV's order to ours


def _rgba(pixels: Pixels) -> Rgba:
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    order = {1: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}[channels]
    return np.asarray(cv2.cvtColor(_high_bytes(pixels), order), dtype=np.uint8)


def _alpha(pixels: Pixels) -> Alpha:
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return np.full(pixels.shape[:2], OPAQUE, dtype=np.uint8)
    return _high_bytes(cv2.extractChannel(pixels, 3))


def _high_bytes(samples: Pixels) -> NDArray[np.uint8]:
    if samples.dtype == np.uint8:
        return samples
    high = np.empty(samples.shape, dtype=np.uint8)
    return np.right_shift(samples, 8, out=high, casting="unsafe")


def _is_opaque(alpha: Alpha) -> bool:
    return int(alpha.min()) == OPAQUE


# Readers


def _read_with_opencv(data: bytes, file_format: Format) -> Pixels:
    try:
        # UNCHANGED keeps alpha and 16 bits, and unlike the other flags obeys no orientation tag.
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        raise damaged(file_format) from None
    if pixels is None:
        raise damaged(file_format)
    return pixels


def _read_png(data: bytes) -> Pixels:
    pixels = _read_with_opencv(png.still(data), "PNG")
    key = png.transparent_grey(data)
    if key is None:
        return pixels
    bgra = cv2.cvtColor(_high_bytes(pixels), cv2.COLOR_GRAY2BGRA)
    bgra[..., 3] = np.where(pixels == key, 0, OPAQUE)
    return bgra


def _read_webp(data: bytes) -> Pixels:
    return _read_with_opencv(data, "WebP")


MOST_JPEG_SCANS = 100
"""A few bytes of one more scan cost a pass over all pixels; libtiff has the same limit."""


def _read_jpeg(data: bytes) -> Pixels:
    if data.count(b"\xff\xda") > MOST_JPEG_SCANS:
        raise damaged("JPEG")
    return _read_with_opencv(data, "JPEG")


def _read_bmp(data: bytes) -> Pixels:
    return _read_with_opencv(data, "BMP")


_PILLOW_LIMIT = threading.Lock()


def _read_with_pillow(
    data: bytes,
    plugin: Callable[[io.BytesIO], ImageFile],
    straighten: Callable[[PIL.Image.Image], PIL.Image.Image],
    file_format: Format,
) -> Pixels:
    # The plugin is called, not PIL.Image.open: no other format can be chosen. The lock is for
    # Pillow's own limit, which is one global variable; ours was checked on the header.
    with _PILLOW_LIMIT:
        pillows_limit, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, None
        try:
            with plugin(io.BytesIO(data)) as picture:
                header = read_header(data)  # before Pillow makes room for the pixels
                if picture.size != (header.width, header.height):
                    raise damaged(file_format)
                picture.load()
                rgba = np.asarray(straighten(picture))
        # Pillow's plugins let nearly every kind of exception escape on damaged files.
        except Exception:
            raise damaged(file_format) from None
        finally:
            PIL.Image.MAX_IMAGE_PIXELS = pillows_limit
    return cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA)


def _read_gif(data: bytes) -> Pixels:
    return _read_with_pillow(data, GifImageFile, lambda picture: picture.convert("RGBA"), "GIF")


def _read_tiff(data: bytes) -> Pixels:
    return _read_with_pillow(_still_tiff(data), TiffImageFile, _straighten_tiff, "TIFF")


_BITS, _PHOTOMETRIC = 258, 262
_SAMPLES, _PLANES, _TILE_WIDTH, _TILE_HEIGHT, _SAMPLE_FORMAT = 277, 284, 322, 323, 339
_PIXEL_TAGS = frozenset(
    (
        *(256, 257, _BITS, 259, _PHOTOMETRIC, 266, 273, _SAMPLES, 278, 279, _PLANES, 317, 320),
        *(_TILE_WIDTH, _TILE_HEIGHT, 324, 325, 332, 338, _SAMPLE_FORMAT, 347, 529, 530, 531, 532),
    )
)
"""The tags without which the pixels cannot be read; orientation is not one of them."""
_LARGEST_TILE = 4096


def _still_tiff(data: bytes) -> bytes:
    """Return the TIFF with a new directory of the first page's pixel tags only.

    So orientation, profiles, metadata and further pages never reach a decoder. Layouts that
    Pillow reads wrongly are refused.
    """
    tags = tiff_tags(data)
    planes_apart = tags.number(_PLANES, 1) != 1 and tags.number(_SAMPLES, 1) > 1
    is_negative = tags.number(_PHOTOMETRIC, 0) == 0 and tags.number(_BITS, 1) > 8
    if planes_apart or is_negative or set(tags.numbers(_SAMPLE_FORMAT, (1,))) != {1}:
        raise UnreadableError("is a kind of TIFF that is not supported: export it as PNG.")
    if max(tags.number(_TILE_WIDTH, 1), tags.number(_TILE_HEIGHT, 1)) > _LARGEST_TILE:
        raise damaged("TIFF")

    entries = [entry for tag, entry in sorted(tags.entries.items()) if tag in _PIXEL_TAGS]
    body = data + b"\0" * (len(data) % 2)
    directory = struct.pack(tags.order + "H", len(entries)) + b"".join(entries) + b"\0" * 4
    return body[:4] + struct.pack(tags.order + "I", len(body)) + body[8:] + directory


def _straighten_tiff(picture: PIL.Image.Image) -> PIL.Image.Image:
    if picture.mode == "La":  # premultiplied grey, which Pillow reads but does not convert
        grey, alpha = picture.split()
        return PIL.Image.merge("RGBa", (grey, grey, grey, alpha)).convert("RGBA")
    if picture.mode.startswith("I;16"):
        return PIL.Image.fromarray(_high_bytes(np.asarray(picture))).convert("RGBA")
    return picture.convert("RGBA")


_READERS: dict[Format, Callable[[bytes], Pixels]] = {
    "PNG": _read_png,
    "WebP": _read_webp,
    "TIFF": _read_tiff,
    "GIF": _read_gif,
    "JPEG": _read_jpeg,
    "BMP": _read_bmp,
}


# Notes

_SUFFIXES: dict[str, Format] = {
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WebP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".gif": "GIF",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
}


_FRAMES = "frames; only the first one"
_PARTS = {
    "TIFF": "pages; only the first one",
    "PNG": "frames; only its still picture, as a rule the first of them,",
}


def _notes(header: Header, is_opaque: bool, name: str) -> tuple[str, ...]:
    label = shown(name)
    notes = []
    if _SUFFIXES.get(PurePath(name).suffix.lower(), header.format) != header.format:
        notes.append(f"{label} is in fact a {header.format} file, and was read as one.")
    if header.is_animated:
        notes.append(f"{label} has several {_PARTS.get(header.format, _FRAMES)} is used.")
    if is_opaque:
        notes.append(f"{label} has no transparent pixels, so its mesh is the whole rectangle.")
    return tuple(notes)
