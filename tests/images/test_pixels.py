"""Decoding: every kind of file gives the right alpha, every bad one gives one sentence."""

from __future__ import annotations

import io
import os
import random
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from spinelift import images
from spinelift.images import ImageLimits
from spinelift.mesh.errors import ImageError, ImageNotFound, ImageTooLarge, ImageUnreadable
from tests.image_files import (
    BIT_DEPTHS,
    CHANNELS,
    GREY,
    GREY_ALPHA,
    PALETTE,
    PNG_SIGNATURE,
    RGB,
    RGBA,
    apng,
    bmp,
    chunk,
    gif,
    png,
    png_header,
    scanlines,
    tiff,
    tiff_orientation,
)

Bytes = NDArray[np.uint8]

rgba_pictures = arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4)))
COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9))


def painting(height: int = 12, width: int = 17, seed: int = 7) -> Bytes:
    """A noisy RGBA picture that looks different when turned or mirrored."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def saved(rgba: Bytes, file_format: str, mode: str = "RGBA", **options: Any) -> bytes:
    """Write with Pillow."""
    file = io.BytesIO()
    PIL.Image.fromarray(rgba).convert(mode).save(file, file_format, **options)
    return file.getvalue()


def written_by_opencv(rgba: Bytes) -> bytes:
    return cv2.imencode(".png", np.ascontiguousarray(rgba[..., [2, 1, 0, 3]]))[1].tobytes()


def assert_decodes_to(data: bytes, rgba: Bytes) -> None:
    decoded = images.decode(data)
    alpha, notes = images.decode_alpha(data)
    np.testing.assert_array_equal(decoded.rgba, rgba)
    np.testing.assert_array_equal(alpha, rgba[..., 3])
    assert decoded.rgba.dtype == alpha.dtype == np.uint8
    assert notes == decoded.notes


# Right pixels

LOSSLESS: dict[str, Callable[[Bytes], bytes]] = {
    "our encode_png": images.encode_png,
    "OpenCV's PNG": written_by_opencv,
    "Pillow's PNG": lambda rgba: saved(rgba, "PNG"),
    "PNG": png,
    "interlaced PNG": lambda rgba: png(rgba, interlaced=True),
    "PNG in small pieces": lambda rgba: png(rgba, idat_length=5),
    "16-bit PNG": lambda rgba: png(rgba.astype(int) * 256 + 201, bit_depth=16),
    "APNG": lambda rgba: apng([rgba, 255 - rgba]),
    "WebP": lambda rgba: saved(rgba, "WEBP", lossless=True, exact=True),
    "TIFF": lambda rgba: tiff(rgba, extra=(2,)),
    "big-endian TIFF": lambda rgba: tiff(rgba, extra=(2,), big_endian=True),
    "predicted TIFF": lambda rgba: tiff(rgba, extra=(2,), deflated=True, predicted=True),
    "TIFF in strips": lambda rgba: tiff(rgba, extra=(2,), deflated=True, rows_per_strip=2),
    "16-bit TIFF": lambda rgba: tiff(rgba.astype(int) * 256 + 9, 16, extra=(2,), deflated=True),
    "LZW TIFF": lambda rgba: saved(rgba, "TIFF", compression="tiff_lzw"),
    "BMP": bmp,
}


@pytest.mark.parametrize("writer", LOSSLESS.values(), ids=LOSSLESS.keys())
@settings(max_examples=25, deadline=None)
@given(rgba=rgba_pictures)
def test_lossless_file_gives_the_same_pixels_back(
    writer: Callable[[Bytes], bytes], rgba: Bytes
) -> None:
    assert_decodes_to(writer(rgba), rgba)


class WrittenPng(NamedTuple):
    data: bytes
    rgba: Bytes


@st.composite
def every_png(draw: st.DrawFn) -> WrittenPng:
    """A PNG of any colour type, depth, transparency and interlacing, and what it shows."""
    colour_type = draw(st.sampled_from(sorted(CHANNELS)))
    bit_depth = draw(st.sampled_from(BIT_DEPTHS[colour_type]))
    top = 2**bit_depth - 1
    height, width = draw(st.integers(1, 10)), draw(st.integers(1, 10))
    shape = (height, width, CHANNELS[colour_type])
    samples = np.random.default_rng(draw(st.integers(0, 999))).integers(0, top + 1, shape)
    palette = [(index, 255 - index, index ^ 85) for index in range(top + 1)]
    transparency, alpha = None, np.full((height, width), 255)

    if colour_type in (GREY_ALPHA, RGBA):
        alpha = samples[..., -1] >> max(0, bit_depth - 8)
    elif draw(st.booleans()):
        if colour_type == PALETTE:
            transparency = bytes(draw(st.lists(st.integers(0, 255), min_size=1, max_size=top + 1)))
            alpha = np.array([*transparency, *[255] * 256])[samples[..., 0]]
        else:
            key = samples[draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))].copy()
            if draw(st.booleans()):
                samples[0, 0] = key
                samples[0, 0, 0] ^= 1  # at 16 bits only the low byte tells it from the key
            transparency = key.astype(">u2").tobytes()
            alpha = np.where((samples == key).all(axis=2), 0, 255)

    if colour_type == PALETTE:
        colours = np.array(palette)[samples[..., 0]]
    else:
        colours = samples[..., :1] if colour_type in (GREY, GREY_ALPHA) else samples[..., :3]
        colours = colours >> 8 if bit_depth == 16 else colours * 255 // top
    data = png(
        samples,
        colour_type,
        bit_depth,
        palette=palette if colour_type == PALETTE else (),
        transparency=transparency,
        interlaced=draw(st.booleans()),
    )
    rgb = np.broadcast_to(colours, (height, width, 3))
    return WrittenPng(data, np.dstack([rgb, alpha]).astype(np.uint8))


@settings(max_examples=400, deadline=None)
@given(written=every_png())
def test_png_of_any_kind_shows_what_was_written(written: WrittenPng) -> None:
    assert_decodes_to(written.data, written.rgba)


@pytest.mark.parametrize(("colour_type", "channels"), [(GREY, 1), (RGB, 3)])
def test_16_bit_colour_key_is_compared_at_full_depth(colour_type: int, channels: int) -> None:
    # given two pixels that differ from the key in the low byte or not at all
    samples = np.full((1, 2, channels), 0x1234)
    samples[0, 1, 0] = 0x1235
    key = struct.pack(">H", 0x1234) * channels

    alpha, _ = images.decode_alpha(png(samples, colour_type, 16, transparency=key))

    assert alpha.tolist() == [[0, 255]]


def test_lossy_webp_keeps_alpha() -> None:
    rgba = painting()
    alpha, _ = images.decode_alpha(saved(rgba, "WEBP", quality=30))
    np.testing.assert_array_equal(alpha, rgba[..., 3])


@pytest.mark.parametrize(
    ("bit_depth", "unit", "colours"),
    [(8, 1, [200, 100, 40]), (16, 257, [200, 100, 40]), (8, 1, [200])],
    ids=["8-bit RGB", "16-bit RGB", "8-bit grey"],
)
def test_associated_alpha_becomes_straight(bit_depth: int, unit: int, colours: list[int]) -> None:
    alpha = np.arange(1, 256)
    premultiplied = np.outer(alpha, colours) // 255
    samples = np.concatenate([premultiplied, alpha[:, None]], axis=1)[None] * unit

    rgba = images.decode(tiff(samples, bit_depth, extra=(1,))).rgba

    np.testing.assert_array_equal(rgba[0, :, 3], alpha)
    error = np.abs(rgba[0, :, :3].astype(int) - np.broadcast_to(colours, (255, 3)))
    assert (error <= 255 / alpha[:, None] + 1).all()


def test_extra_channel_that_is_no_alpha_is_ignored() -> None:
    alpha, _ = images.decode_alpha(tiff(painting(), extra=(0,)))
    assert (alpha == 255).all()


@settings(max_examples=50, deadline=None)
@given(
    indices=arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)
    ),
    transparent=st.integers(0, 3),
)
def test_gif_is_transparent_where_its_index_says(indices: Bytes, transparent: int) -> None:
    rgb = np.array(COLOURS, dtype=np.uint8)[indices]
    alpha = np.where(indices == transparent, 0, 255).astype(np.uint8)
    assert_decodes_to(gif(indices, COLOURS, transparent=transparent), np.dstack([rgb, alpha]))


def test_fourth_byte_of_an_old_bmp_is_not_alpha() -> None:
    alpha, _ = images.decode_alpha(bmp(painting(), header_length=40))
    assert (alpha == 255).all()


@pytest.mark.parametrize("depth", [8, 16])
def test_16_bit_grey_tiff_keeps_its_high_byte(depth: int) -> None:
    grey = painting()[..., :1].astype(int)
    rgba = images.decode(tiff(grey if depth == 8 else grey * 256 + 77, depth)).rgba
    np.testing.assert_array_equal(rgba[..., :1], grey)


def test_white_is_zero_in_a_negative_tiff() -> None:
    grey = painting()[..., :1]
    rgba = images.decode(tiff(grey, inverted=True)).rgba
    np.testing.assert_array_equal(rgba[..., :1], 255 - grey)


ORIENTED = {
    "PNG": png(painting(), before_idat=chunk(b"eXIf", tiff_orientation(6))),
    "TIFF": tiff(painting(), extra=(2,), tags={274: 6}),
    "16-bit TIFF": tiff(painting().astype(int) * 257, 16, extra=(2,), tags={274: 6}),
    "WebP": saved(painting(), "WEBP", lossless=True, exact=True, exif=tiff_orientation(6)),
}


@pytest.mark.parametrize("data", ORIENTED.values(), ids=ORIENTED.keys())
def test_orientation_tag_is_ignored(data: bytes) -> None:
    assert_decodes_to(data, painting())


def test_orientation_of_a_jpeg_is_ignored() -> None:
    turned = saved(painting(), "JPEG", "RGB", exif=b"Exif\0\0" + tiff_orientation(6))
    plain = saved(painting(), "JPEG", "RGB")
    assert_decodes_to(turned, images.decode(plain).rgba)


def test_cmyk_jpeg_has_its_colours() -> None:
    red = np.full((16, 16, 4), (230, 20, 30, 255), dtype=np.uint8)
    rgba = images.decode(saved(red, "JPEG", "CMYK", quality=95)).rgba
    assert np.abs(rgba.astype(int) - red).max() <= 4


# The first picture, and what is said about it


def frames(count: int = 3) -> list[Bytes]:
    return [painting(seed=seed) for seed in range(count)]


def several(name: str) -> bytes:
    first, *rest = [PIL.Image.fromarray(frame) for frame in frames()]
    options = {"lossless": True, "exact": True} if name == "WEBP" else {}
    file = io.BytesIO()
    first.save(file, name, save_all=True, append_images=rest, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "first"),
    [
        (apng(frames()), frames()[0]),
        (several("TIFF"), frames()[0]),
        (tiff(painting(), extra=(2,), pages=3), painting()),
    ],
    ids=["APNG", "TIFF", "TIFF of equal pages"],
)
def test_first_of_several_pictures_is_used_and_said_so(data: bytes, first: Bytes) -> None:
    assert_decodes_to(data, first)
    parts = {
        "PNG": "frames; only its still picture, as a rule the first of them,",
        "TIFF": "pages; only the first one",
    }[images.sniff(data).format]
    assert images.decode(data, name="dance").notes == (f"dance has several {parts} is used.",)
    assert images.sniff(data).is_animated


def test_first_frame_of_animated_webp_is_used() -> None:
    image = images.decode(several("WEBP"))
    np.testing.assert_array_equal(image.rgba[..., 3], frames()[0][..., 3])
    assert len(image.notes) == 1


def test_first_frame_of_animated_gif_is_used() -> None:
    still = gif(np.eye(4, dtype=int), COLOURS, transparent=0)
    moving = gif(np.eye(4, dtype=int), COLOURS, transparent=0, frames=2)
    assert_decodes_to(moving, images.decode(still).rgba)
    assert images.decode(moving, name="a.gif").notes == (
        "a.gif has several frames; only the first one is used.",
    )


def test_still_picture_of_an_apng_counts_even_if_the_animation_hides_it() -> None:
    assert_decodes_to(apng(frames(), hidden_default=True), frames()[0])


@pytest.mark.parametrize(
    "data",
    [
        saved(painting(), "JPEG", "RGB"),
        saved(painting(), "JPEG", "L"),
        png(painting()[..., :3], RGB),
        png(np.full((3, 3, 4), 255)),
    ],
    ids=["JPEG", "grey JPEG", "RGB PNG", "opaque RGBA PNG"],
)
def test_opaque_image_is_said_to_become_a_rectangle(data: bytes) -> None:
    alpha, notes = images.decode_alpha(data, name="photo")
    assert (alpha == 255).all()
    assert notes == ("photo has no transparent pixels, so its mesh is the whole rectangle.",)


def test_wrong_extension_is_read_by_its_bytes_and_said_so() -> None:
    image = images.decode(saved(painting(), "WEBP", lossless=True, exact=True), name="hair.PNG")
    np.testing.assert_array_equal(image.rgba, painting())
    assert image.notes == ("hair.PNG is in fact a WebP file, and was read as one.",)


@pytest.mark.parametrize("name", ["hair.png", "hair", "hair.v2", "髪 の 毛.png"])
def test_right_or_unknown_extension_is_no_note(name: str) -> None:
    assert images.decode(png(painting()), name=name).notes == ()


# Damaged files

COMPLETE = {
    "PNG": png(painting(), idat_length=300),
    "interlaced PNG": png(painting(), interlaced=True),
    "palette PNG": png(painting()[..., :1] & 15, PALETTE, 4, palette=COLOURS * 4),
    "APNG": apng(frames()),
    "WebP": saved(painting(), "WEBP", lossless=True),
    "lossy WebP": saved(painting(), "WEBP"),
    "animated WebP": several("WEBP"),
    "TIFF": tiff(painting(), extra=(2,), rows_per_strip=3),
    "Deflate TIFF": tiff(painting(), extra=(2,), deflated=True),
    "LZW TIFF": saved(painting(), "TIFF", compression="tiff_lzw"),
    "GIF": gif(painting()[..., 0] & 3, COLOURS, transparent=1, frames=2),
    "JPEG": saved(painting(), "JPEG", "RGB"),
    "progressive JPEG": saved(painting(), "JPEG", "RGB", progressive=True),
    "BMP": bmp(painting()),
    "palette BMP": saved(painting(), "BMP", "P"),
}
SMALL = ImageLimits(max_pixels=100_000, max_side=2_000, max_bytes=100_000)


@pytest.mark.parametrize("data", COMPLETE.values(), ids=COMPLETE.keys())
def test_truncated_file_is_never_half_an_image(data: bytes) -> None:
    whole = images.decode(data).rgba
    refused = 0
    for length in {*range(0, len(data), 7), *range(len(data) - 20, len(data))}:
        try:
            rgba = images.decode(data[:length]).rgba
        except ImageUnreadable:
            refused += 1
        else:  # only what comes after the first picture is missing
            np.testing.assert_array_equal(rgba, whole)
    assert refused >= len(data) // 7 // 4


@pytest.mark.parametrize("length", range(12, len(COMPLETE["PNG"]), 13))
@pytest.mark.parametrize("kind", ["PNG", "APNG", "WebP"])
def test_truncated_file_is_said_to_be_cut_short(kind: str, length: int) -> None:
    with pytest.raises(ImageUnreadable, match="cut short"):
        images.decode_alpha(COMPLETE[kind][:length])


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Overwrite, remove or insert a few bytes, most often in the header."""
    body = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(min(len(body), chance.choice((64, len(body)))))
        change = chance.random()
        if change < 0.6:
            body[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        elif change < 0.8:
            del body[place : min(place + chance.randint(1, 20), len(body) - 1)]
        else:
            body[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(body)


@settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(kind=st.sampled_from(sorted(COMPLETE)), seed=st.integers(0, 2**32))
def test_mutated_file_is_an_image_within_limits_or_one_sentence(kind: str, seed: int) -> None:
    data = mutated(COMPLETE[kind], random.Random(seed))
    try:
        rgba = images.decode(data, SMALL).rgba
    except ImageError as error:
        assert_one_sentence(str(error))
        with pytest.raises(type(error)):
            images.decode_alpha(data, SMALL)
    else:
        height, width = rgba.shape[:2]
        assert 0 < height * width <= SMALL.max_pixels
        np.testing.assert_array_equal(images.decode_alpha(data, SMALL)[0], rgba[..., 3])


def assert_one_sentence(message: str) -> None:
    assert message.isprintable()
    assert message.endswith(".")
    assert ": " in message


def packed_png(body: bytes) -> bytes:
    """A 12 x 12 RGBA PNG with right checksums around any compressed body."""
    return png_header(12, 12) + chunk(b"IDAT", body) + chunk(b"IEND")


def tiff_of_entries(*entries: tuple[int, int, int, int]) -> bytes:
    """A TIFF that is one directory: tag, type, count, and value or place of the values."""
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4)


ROWS = scanlines(painting(12, 12), 8)
DAMAGED = {
    "rows missing": packed_png(zlib.compress(ROWS[:-60])),
    "stream cut": packed_png(zlib.compress(ROWS)[:-40]),
    "no filter of that number": packed_png(zlib.compress(b"\x09" + ROWS[1:])),
    "no stream": packed_png(b""),
    "no pixels": png_header(12, 12) + chunk(b"IEND"),
    "no end": packed_png(zlib.compress(ROWS)).replace(b"IEND", b"eNDS"),
    "zero width": png_header(0, 5) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND"),
    "no such bit depth": png_header(12, 12, 3) + chunk(b"IDAT", b"") + chunk(b"IEND"),
    "no such colour type": png_header(12, 12, 8, 5) + chunk(b"IDAT", b"") + chunk(b"IEND"),
    "no IHDR": PNG_SIGNATURE + chunk(b"tEXt", b"\0\0\0\5" * 9) + chunk(b"IEND"),
    "endless chunk": png_header(12, 12) + struct.pack(">I4s", 2**31 - 1, b"IDAT") + bytes(99),
    "two headers": png_header(9, 9) + packed_png(zlib.compress(ROWS))[8:],
    "more header than data": png_header(9999, 99) + packed_png(zlib.compress(ROWS))[33:],
    "zero-size GIF": gif(np.zeros((0, 0), dtype=int), COLOURS),
    "GIF without a picture": b"GIF89a" + struct.pack("<HHBBB", 5, 5, 0, 0, 0) + b";",
    "TIFF directory beyond the end": b"II*\0" + struct.pack("<I", 10_000),
    "TIFF without tags": b"MM\0*" + struct.pack(">IHI", 8, 0, 0),
    "TIFF with values beyond the end": tiff_of_entries(
        (256, 3, 1, 9), (257, 3, 1, 9), (339, 3, 4, 9999)
    ),
    "TIFF with a broken width": tiff_of_entries((256, 5, 1, 8), (257, 3, 1, 9)),
    "TIFF with a broken sample format": tiff_of_entries(
        (256, 3, 1, 9), (257, 3, 1, 9), (339, 5, 1, 8)
    ),
    "TIFF with no width": tiff_of_entries((256, 3, 0, 8), (257, 3, 1, 9)),
    "JPEG without a frame": b"\xff\xd8\xff\xda\0\x02\xff\xd9",
    "JPEG of markers": b"\xff\xd8" + b"\xff\xe0\0\x02" * 50,
    "WebP without a picture": b"RIFF" + struct.pack("<I4s4sI", 12, b"WEBP", b"JUNK", 0),
    "BMP header alone": bmp(painting())[:80],
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_file_is_unreadable(data: bytes) -> None:
    for decode in (images.decode, images.decode_alpha):
        with pytest.raises(ImageUnreadable, match=r"^hair\.png is .*: export .*\.$"):
            decode(data, name="hair.png")


@pytest.mark.parametrize("place", [23, 60, -30, -5])
def test_flipped_bit_in_a_png_is_noticed_before_libpng_complains_on_the_terminal(
    place: int, capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(png(painting()))
    data[place] ^= 4
    with pytest.raises(ImageUnreadable, match=r"damaged|cut short"):
        images.decode(bytes(data))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "data",
    [
        b"Dear Val,\nthe hair is attached.\n",
        b"BMX bikes are for Bob",
        b"<svg/>",
        b"%!PS-Adobe EPSF",
    ],
    ids=["letter", "begins like a BMP", "SVG", "EPS"],
)
def test_other_file_is_not_an_image(data: bytes) -> None:
    with pytest.raises(ImageUnreadable, match=r"^hair\.png is not an image that can be read"):
        images.decode(data.ljust(200), name="hair.png")


def test_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(ImageUnreadable, match=r"^hair\.png is an empty file: "):
        images.decode(b"", name="hair.png")


@pytest.mark.parametrize(
    "data",
    [
        tiff(painting(), extra=(2,), planar=True),
        tiff(painting()[..., :2], 16, extra=(2,)),
        tiff(painting()[..., :1], 16, inverted=True),
        tiff(painting()[..., :1], 16, tags={339: 2}),
        tiff(painting(), extra=(2,), tags={322: 40_000, 323: 40_000}),
    ],
    ids=["channels apart", "16-bit grey and alpha", "16-bit negative", "signed", "gigapixel tiles"],
)
def test_unsupported_tiff_is_refused(data: bytes) -> None:
    with pytest.raises(ImageUnreadable, match="TIFF"):
        images.decode(data)


@pytest.mark.parametrize(
    "kind",
    [
        "zero width",
        "no IHDR",
        "zero-size GIF",
        "GIF without a picture",
        "TIFF without tags",
        "TIFF with no width",
    ],
)
def test_damaged_header_is_refused_without_decoding(kind: str) -> None:
    with pytest.raises(ImageUnreadable):
        images.sniff(DAMAGED[kind])


def test_tiff_that_lacks_its_size_is_not_called_cut_short() -> None:
    with pytest.raises(ImageUnreadable, match="damaged and cannot be read as TIFF"):
        images.sniff(DAMAGED["TIFF without tags"])


# Limits and bombs

HUGE = {
    "PNG": png_header(60_000, 60_000) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND"),
    "GIF": gif(np.zeros((1, 1), dtype=int), COLOURS, screen=(65_535, 65_535)),
    "TIFF": b"II*\0" + struct.pack("<IHHHIIHHIII", 8, 2, 256, 4, 1, 2**31, 257, 4, 1, 2**31, 0),
    "JPEG": b"\xff\xd8\xff\xc0\0\x11\x08"
    + struct.pack(">HHB", 65_500, 65_500, 3)
    + bytes(9)
    + b"\xff\xda\0\x02",
    "WebP": b"RIFF" + struct.pack("<I4s4sIB3x", 22, b"WEBP", b"VP8X", 10, 0) + b"\xff\xff\xff" * 2,
    "BMP": bmp(painting())[:18] + struct.pack("<ii", 2**31 - 1, -(2**31)) + bytes(200),
}


@pytest.mark.parametrize("data", HUGE.values(), ids=HUGE.keys())
def test_gigapixel_header_is_refused_before_decoding(data: bytes) -> None:
    for decode in (images.decode, images.decode_alpha):
        with pytest.raises(ImageTooLarge, match=r"^bomb is \d+ x \d+ px; the limit is 16384 px a"):
            decode(data, name="bomb")


def test_what_opencv_finds_too_large_is_unreadable_under_any_limits() -> None:
    no_limits = ImageLimits(max_pixels=2**62, max_side=2**31)
    with pytest.raises(ImageUnreadable):
        images.decode(HUGE["PNG"], no_limits)


@pytest.mark.parametrize("marker", [0x00, 0x01, 0xD0, 0xD7])
def test_jpeg_cannot_show_one_size_to_us_and_another_to_libjpeg(marker: int) -> None:
    # given a marker without a length; taken as one with a length, it hides the frame of 300 px
    shown = saved(painting(300, 300), "JPEG", "RGB")
    hidden = saved(painting(), "JPEG", "RGB")
    gap = struct.unpack(">H", shown[2:4])[0] + 2
    data = shown[:2] + bytes((0xFF, marker)) + shown[2:]
    data = data[: 4 + gap - 2].ljust(4 + gap - 2, b"\0") + hidden[2:]
    for decode in (images.decode, images.sniff):
        with pytest.raises(ImageUnreadable):
            decode(data)


def test_each_limit_is_reached_and_not_exceeded() -> None:
    data = png(painting(10, 20))
    exact = ImageLimits(max_pixels=200, max_side=20, max_bytes=len(data))
    assert images.decode(data, exact).rgba.shape == (10, 20, 4)

    for limits, said in [
        (ImageLimits(max_pixels=199), "10 px, in all 200 px; the limit is 199 px: scale it"),
        (ImageLimits(max_side=19), "20 x 10 px; the limit is 19 px a side: scale it down or raise"),
        (
            ImageLimits(max_bytes=len(data) - 1),
            f"file of {len(data)} bytes; the limit is .* bytes: scale",
        ),
    ]:
        with pytest.raises(ImageTooLarge, match=said):
            images.decode_alpha(data, limits)


UNITS = {
    **dict.fromkeys(("byte", "bytes", "px"), 1),
    **dict.fromkeys(("megapixel", "megapixels"), 10**6),
    **{"KB": 2**10, "MB": 2**20, "GB": 2**30},
}

amounts_over_a_limit = st.integers(0, 38).flatmap(
    lambda bits: st.tuples(st.integers(1, 2**bits), st.integers(1, 2**bits) | st.integers(1, 9))
)


def read_back(words: str) -> tuple[float, float]:
    """The amount that a sentence names, and how far rounding may have moved it."""
    number, unit = words.split(" ")
    is_exact = "." not in number and UNITS[unit] == 1
    return float(number) * UNITS[unit], 0 if is_exact else 0.0501 * UNITS[unit]


@given(amounts_over_a_limit)
def test_limit_on_bytes_is_said_in_units_that_fit(limit_and_excess: tuple[int, int]) -> None:
    limit, excess = limit_and_excess
    with pytest.raises(ImageTooLarge) as caught:
        ImageLimits(max_bytes=limit).check_bytes(limit + excess, "hair")

    said = re.fullmatch(r"hair is a file of (.+); the limit is (.+): scale .*", str(caught.value))
    assert said is not None
    assert_said_truly(said, limit, excess)


@given(amounts_over_a_limit)
def test_limit_on_pixels_is_said_in_units_that_fit(limit_and_excess: tuple[int, int]) -> None:
    limit, excess = limit_and_excess
    with pytest.raises(ImageTooLarge) as caught:
        ImageLimits(max_pixels=limit, max_side=2**60).check_size(1, limit + excess, "hair")

    said = re.fullmatch(
        r"hair is 1 x \d+ px, in all (.+); the limit is (.+): scale .*", str(caught.value)
    )
    assert said is not None
    assert_said_truly(said, limit, excess)


def assert_said_truly(said: re.Match[str], limit: int, excess: int) -> None:
    (given, given_error), (allowed, allowed_error) = map(read_back, said.groups())
    assert abs(given - (limit + excess)) <= given_error
    assert abs(allowed - limit) <= allowed_error
    assert given > allowed
    is_short = all(float(words.split(" ")[0]) < 10**6 for words in said.groups())
    assert is_short or excess < 0.1 * limit


@pytest.mark.parametrize("data", [COMPLETE["TIFF"], COMPLETE["GIF"]], ids=["TIFF", "GIF"])
def test_pillows_own_limit_neither_interferes_nor_is_lost(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 10)
    assert images.decode(data).rgba.shape == painting().shape
    assert PIL.Image.MAX_IMAGE_PIXELS == 10


INFLATED = zlib.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"Comment\0\0" + INFLATED),
        chunk(b"iCCP", b"profile\0\0" + INFLATED),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + INFLATED),
        chunk(b"tEXt", b"Comment\0" + b"a" * 20_000_000),
        chunk(b"prVt", bytes(20_000_000)),
        chunk(b"eXIf", b"MM\0*" + b"\xff" * 40),
    ],
    ids=["zTXt", "iCCP", "iTXt", "tEXt", "private", "eXIf"],
)
def test_what_a_png_carries_beside_its_pixels_does_not_matter(
    extra: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert_decodes_to(png(painting(), before_idat=extra), painting())
    assert capfd.readouterr() == ("", "")


def test_jpeg_of_endless_scans_is_refused() -> None:
    # given a progressive JPEG whose last scan is repeated: a few bytes that cost a pass each
    data = saved(painting(), "JPEG", "RGB", progressive=True)
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 200 + b"\xff\xd9"
    with pytest.raises(ImageUnreadable):
        images.decode(bomb)


@pytest.mark.parametrize(
    "data",
    [
        png_header(9, 9) + chunk(b"prVt") * 1_000_001,
        COMPLETE["JPEG"][:2] + b"\xff\xe5\0\x02" * 1_000_001 + COMPLETE["JPEG"][2:],
        COMPLETE["GIF"][:25] + b"\x21\xfe\0" * 1_000_001 + COMPLETE["GIF"][25:],
    ],
    ids=["PNG", "JPEG", "GIF"],
)
def test_file_of_a_million_empty_blocks_is_refused(data: bytes) -> None:
    with pytest.raises(ImageUnreadable, match="damaged"):
        images.sniff(data)


# Headers


@pytest.mark.parametrize(("kind", "data"), COMPLETE.items(), ids=COMPLETE.keys())
def test_header_says_format_and_size(kind: str, data: bytes) -> None:
    header = images.sniff(data)
    assert header.format in kind.replace("APNG", "PNG")
    assert (header.height, header.width) == painting().shape[:2]


def test_header_of_a_small_picture_in_a_large_frame_is_checked_too() -> None:
    # given a GIF whose first frame is larger than the screen that it announces
    data = gif(np.zeros((30, 40), dtype=int), COLOURS, screen=(1, 1))
    with pytest.raises(ImageTooLarge):
        images.decode(data, ImageLimits(max_side=39))


def test_name_is_shown_without_control_characters() -> None:
    with pytest.raises(ImageUnreadable) as caught:
        images.decode(b"", name="ha\x1b[31mir\n\u202e.png" + "x" * 500)
    assert_one_sentence(str(caught.value))
    assert len(str(caught.value)) < 200


# Writing


@given(rgba=rgba_pictures)
@settings(max_examples=25, deadline=None)
def test_written_png_is_read_alike_by_pillow(rgba: Bytes) -> None:
    with PIL.Image.open(io.BytesIO(images.encode_png(rgba))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), rgba)


# Files


def test_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "髪 の 毛.png"
    path.write_bytes(png(painting()))
    assert images.read_file(path) == png(painting())


def test_file_over_the_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "hair.png"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(ImageTooLarge, match=r"^hair\.png is a file of 1024 GB; .* 256 MB:"):
        images.read_file(path)


def missing(folder: Path) -> Path:
    return folder / "hair.png"


def a_folder(folder: Path) -> Path:
    return folder


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "hair.png")
    return folder / "hair.png"


def a_device(_: Path) -> Path:
    return Path("/dev/zero")


def a_link_to_itself(folder: Path) -> Path:
    path = folder / "hair.png"
    path.symlink_to(path)
    return path


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "hair.png"


def an_endless_name(folder: Path) -> Path:
    return folder / ("hair" * 1000)


def an_impossible_name(folder: Path) -> Path:
    return folder / "ha\0ir.png"


@pytest.mark.parametrize(
    "place",
    [
        missing,
        a_folder,
        a_pipe,
        a_device,
        a_link_to_itself,
        below_a_file,
        an_endless_name,
        an_impossible_name,
    ],
)
def test_what_is_no_readable_file_is_not_found(
    place: Callable[[Path], Path], tmp_path: Path
) -> None:
    with pytest.raises(ImageNotFound) as caught:
        images.read_file(place(tmp_path))
    assert_one_sentence(str(caught.value))


def test_folder_is_called_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound, match=r" is a folder: choose the image files in it\.$"):
        images.read_file(tmp_path)


def test_name_in_errors_can_be_given(tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound, match=r"^There is no file Val's hair: "):
        images.read_file(tmp_path / "8f3a.bin", name="Val's hair")
