"""Previews: art, two-tone wires, gold hull vertices, and red exactly where art is uncovered."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.images import decode
from spinelift.mesh.types import Mesh, Rgba
from spinelift.preview import (
    DARK,
    GOLD,
    LIGHT,
    MARGIN,
    PALE,
    RED,
    contact_sheet,
    preview_pixels,
    preview_svg,
)

SVG = "{http://www.w3.org/2000/svg}"


def green_square(width: int = 40, height: int = 40) -> Rgba:
    """Opaque green in the middle, two transparent pixels around it."""
    image = np.zeros((height, width, 4), dtype=np.uint8)
    image[2:-2, 2:-2] = (30, 160, 60, 255)
    return image


def quad(image: Rgba, *, left: float = 0.0, centre: bool = False) -> Mesh:
    """The image's rectangle from `left` on, as two triangles, or as four around its centre."""
    height, width = image.shape[:2]
    corners = [(left, 0), (width, 0), (width, height), (left, height)]
    triangles = [(0, 1, 2), (0, 2, 3)]
    if centre:
        corners.append(((width + left) / 2, height / 2))
        triangles = [(k, (k + 1) % 4, 4) for k in range(4)]
    return Mesh(
        vertices=np.array(corners, dtype=np.float64),
        triangles=np.array(triangles, dtype=np.int32),
        hull=4,
        width=width,
        height=height,
        required=(image[..., 3] > 10).astype(np.uint8),
    )


def has_colour(picture: Rgba, colour: tuple[int, int, int]) -> bool:
    return bool((picture[..., :3] == colour).all(axis=2).any())


def at(picture: Rgba, x: float, y: float, scale: int) -> tuple[int, ...]:
    """The colour at a place of the image."""
    pixel = picture[MARGIN + int(y * scale), MARGIN + int(x * scale), :3]
    return tuple(int(channel) for channel in pixel)


def parsed(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314  our own document


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 70), height=st.integers(1, 70), scale=st.one_of(st.none(), st.just(3)))
def test_preview_is_the_image_enlarged_in_a_margin(
    width: int, height: int, scale: int | None
) -> None:
    image = np.full((height, width, 4), 255, dtype=np.uint8)

    picture = preview_pixels(image, quad(image), scale=scale)

    rows, columns, channels = picture.shape
    zoom = (columns - 2 * MARGIN) // width
    assert (rows, columns) == (height * zoom + 2 * MARGIN, width * zoom + 2 * MARGIN)
    assert channels == 4
    assert (picture[..., 3] == 255).all()
    assert zoom == (scale or min(32, 480 // max(width, height)))


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(6, 34))
def test_red_is_exactly_where_the_mesh_cuts_the_art(cut: int) -> None:
    image = green_square()

    picture = preview_pixels(image, quad(image, left=cut), scale=8)

    for x in (2.5, cut - 2.5):
        assert at(picture, x, 20.5, 8) == RED
    assert at(picture, 1.0, 20.5, 8) != RED
    inside = picture[MARGIN:-MARGIN, MARGIN + (cut + 1) * 8 : -MARGIN]
    assert not has_colour(inside, RED)
    left = picture[MARGIN : MARGIN + 8 * 2, : MARGIN + (cut - 1) * 8]
    assert not has_colour(left, RED)


def test_uncovered_pixel_is_a_whole_square_of_red() -> None:
    image = green_square()
    image[20, 6] = 0

    picture = preview_pixels(image, quad(image, left=12), scale=8)

    square = picture[MARGIN + 160 : MARGIN + 168, MARGIN + 24 : MARGIN + 80, :3]
    red = (square == RED).all(axis=2)
    assert (red.sum(axis=1) == 8 * 6).all()


def test_covered_art_shows_no_red() -> None:
    image = green_square()

    assert not has_colour(preview_pixels(image, quad(image, centre=True)), RED)


def test_hull_vertices_are_gold_and_interior_ones_small_and_pale() -> None:
    image = green_square(60, 60)

    picture = preview_pixels(image, quad(image, centre=True), scale=8)

    for x, y in ((0, 0), (60, 0), (60, 60), (0, 60)):
        assert at(picture, x, y, 8) == GOLD
    assert at(picture, 30, 30, 8) == PALE
    gold = (picture[: 2 * MARGIN, : 2 * MARGIN, :3] == GOLD).all(axis=2).sum()
    middle = MARGIN + 240
    around = picture[middle - MARGIN : middle + MARGIN, middle - 4 : middle + 5, :3]
    assert 0 < (around == PALE).all(axis=2).sum() < gold


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_wires_are_light_between_dark_on_any_art(shade: int) -> None:
    image = np.full((60, 60, 4), shade, dtype=np.uint8)
    image[..., 3] = 255

    picture = preview_pixels(image, quad(image), scale=8)

    row = picture[MARGIN + 120, : 4 * MARGIN, :3].astype(int)
    brightness = row[: 8 * MARGIN].sum(axis=1)
    edge = brightness[MARGIN - 3 : MARGIN + 4]
    assert edge.max() > sum(LIGHT) - 30
    assert edge.min() < sum(DARK) + 120


def test_transparent_art_shows_the_checkerboard() -> None:
    image = green_square(80, 80)
    image[20:60, 20:60] = 0

    inside = preview_pixels(image, quad(image), scale=4)[MARGIN + 90 : MARGIN + 140, 220:250, :3]

    greys = {tuple(int(c) for c in colour) for colour in inside.reshape(-1, 3)}
    assert {(204, 204, 204), (255, 255, 255)} <= greys


def test_art_keeps_its_colour_beside_the_wires() -> None:
    image = green_square()

    assert at(preview_pixels(image, quad(image), scale=8), 30.5, 10.5, 8) == (30, 160, 60)


def test_preview_refuses_a_scale_that_shrinks() -> None:
    image = green_square()

    with pytest.raises(ValueError, match="scale is 0"):
        preview_pixels(image, quad(image), scale=0)


def test_preview_refuses_a_mesh_of_another_image() -> None:
    with pytest.raises(ValueError, match="mesh"):
        preview_pixels(green_square(40, 30), quad(green_square(30, 40)))


@settings(max_examples=40, deadline=None)
@given(name=st.text(max_size=30))
def test_svg_is_valid_xml_whatever_the_name(name: str) -> None:
    image = green_square(6, 6)

    title = parsed(preview_svg(image, quad(image), name=name)).find(f"{SVG}title")

    assert title is not None


@pytest.mark.parametrize("name", ["<script>alert('Val')</script>&\"", "発光 テスト", "]]>", "a\tb"])
def test_svg_title_is_the_name(name: str) -> None:
    image = green_square()

    document = preview_svg(image, quad(image), name=name)

    root = parsed(document)
    assert root.findtext(f"{SVG}title") == name
    assert "<script" not in document


@pytest.mark.parametrize("name", ["Alice\x00Bob", "\ud800", "\x1b[0m", "\uffff"])
def test_svg_replaces_what_xml_cannot_hold(name: str) -> None:
    image = green_square()

    document = preview_svg(image, quad(image), name=name)

    title = parsed(document).findtext(f"{SVG}title")
    assert title is not None
    assert "\ufffd" in title
    assert document.encode("utf-8")


def test_svg_carries_the_art_as_a_png() -> None:
    image = green_square()
    picture = parsed(preview_svg(image, quad(image))).find(f"{SVG}image")
    assert picture is not None

    scheme, _, payload = picture.attrib["href"].partition(",")

    assert scheme == "data:image/png;base64"
    assert np.array_equal(decode(base64.b64decode(payload)).rgba, image)


def test_svg_has_a_gold_circle_for_every_hull_vertex_at_its_place() -> None:
    image = green_square()
    mesh = quad(image, left=1 / 64, centre=True)

    circles = parsed(preview_svg(image, mesh)).findall(f".//{SVG}circle")

    places = {
        kind: [
            (float(circle.attrib["cx"]), float(circle.attrib["cy"]))
            for circle in circles
            if circle.attrib["class"] == kind
        ]
        for kind in ("hull", "interior")
    }
    assert places["hull"] == [tuple(vertex) for vertex in mesh.vertices[:4].tolist()]
    assert places["interior"] == [tuple(mesh.vertices[4].tolist())]


def halves(image: Rgba) -> tuple[Mesh, Mesh]:
    """Two meshes of one image, each of which answers for its half and leaves out four columns."""
    width = image.shape[1]
    left, right = quad(image), quad(image, left=width / 2 + 4)
    left.vertices[[1, 2], 0] = width / 2 - 4
    left.required[:, width // 2 :] = 0
    right.required[:, : width // 2] = 0
    return left, right


def test_meshes_of_one_image_are_drawn_in_one_picture() -> None:
    image = green_square()
    left, right = halves(image)

    picture = preview_pixels(image, left, right, scale=8)

    for x, y in ((0, 0), (16, 0), (24, 40), (40, 40)):
        assert at(picture, x, y, 8) == GOLD
    for row in range(4, 36):
        assert [at(picture, x + 0.5, row + 0.5, 8) == RED for x in range(14, 26)] == [
            16 <= x < 24 for x in range(14, 26)
        ]


def test_svg_has_the_vertices_of_every_mesh_and_what_each_does_not_cover() -> None:
    image = green_square()

    document = parsed(preview_svg(image, *halves(image)))

    assert len(document.findall(f".//{SVG}circle[@class='hull']")) == 8
    path = document.find(f".//{SVG}path[@class='uncovered']")
    assert path is not None
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"])
    assert [tuple(map(int, run)) for run in runs] == [(16, row, 8) for row in range(2, 38)]


def test_svg_marks_the_uncovered_pixels_and_only_those() -> None:
    image = green_square()
    document = parsed(preview_svg(image, quad(image, left=5)))

    path = document.find(f".//{SVG}path[@class='uncovered']")

    assert path is not None
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"])
    assert [tuple(map(int, run)) for run in runs] == [(2, row, 3) for row in range(2, 38)]


def test_svg_of_covered_art_marks_nothing() -> None:
    image = green_square()

    path = parsed(preview_svg(image, quad(image))).find(f".//{SVG}path[@class='uncovered']")

    assert path is not None
    assert path.attrib["d"] == ""


def test_contact_sheet_captions_are_red_only_where_art_is_cut() -> None:
    image = green_square(400, 400)
    whole, cutting = quad(image), quad(image, left=200)

    good = contact_sheet({"Alice": (image, whole)})
    bad = contact_sheet({"Alice": (image, cutting)})

    captions = slice(320 + 2 * MARGIN, None)
    assert not has_colour(good, RED)
    assert has_colour(bad[captions], RED)
    assert has_colour(bad[: captions.start], RED)


def test_contact_sheet_keeps_a_single_uncovered_pixel_of_a_large_image() -> None:
    image = np.zeros((2000, 2000, 4), dtype=np.uint8)
    image[1000:1500, 1000:1500] = 255
    image[700, 101] = 255

    sheet = contact_sheet({"Bob": (image, quad(image, left=500))})

    assert has_colour(sheet[: 320 + 2 * MARGIN], RED)


def test_contact_sheet_has_a_cell_for_every_mesh() -> None:
    image = green_square()

    one = contact_sheet({"Alice": (image, quad(image))})
    six = contact_sheet({f"{k}": (image, quad(image)) for k in range(6)})

    assert six.size == 6 * one.size
    assert contact_sheet({}).shape == one.shape


@pytest.mark.parametrize("name", ["発光", "😀", "a\nb", "\ud800", "x" * 5000])
def test_contact_sheet_writes_names_that_its_font_lacks(name: str) -> None:
    image = green_square()

    sheet = contact_sheet({name: (image, quad(image))})

    plain = contact_sheet({"": (image, quad(image))})
    caption = slice(320 + 2 * MARGIN, 320 + 2 * MARGIN + 17)
    assert sheet.shape == plain.shape
    assert not np.array_equal(sheet[caption], plain[caption])


def test_different_cjk_names_are_told_apart() -> None:
    image = green_square()

    first, second = (contact_sheet({name: (image, quad(image))}) for name in ("発光", "剣"))

    assert not np.array_equal(first, second)


def test_preview_is_the_same_bytes_twice() -> None:
    image = green_square()
    items = {"Alice": (image, quad(image, centre=True))}

    assert np.array_equal(contact_sheet(items), contact_sheet(items))
    assert preview_svg(*items["Alice"]) == preview_svg(*items["Alice"])
