"""An image and its meshes in, a picture for people out: the art under its wireframe.

Lines are light on dark, so they show on art of any colour. Hull vertices are gold, interior ones
small and pale, and required pixels that no triangle covers are red.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from spinelift.images import encode_png
from spinelift.mesh.quality import uncovered_pixels
from spinelift.mesh.types import Edges, Mask, Mesh, Rgba

GOLD = (255, 200, 40)
RED = (255, 32, 48)
DARK = (24, 18, 38)
LIGHT = (240, 250, 255)
PALE = (170, 225, 255)

MARGIN = 12
"""Pixels around the art of a picture, so that points on the image's border show whole."""

_READABLE = 480
"""Smaller art is enlarged until its longer side has this many pixels, or nearly."""

_LARGEST_ZOOM = 32

_CELL = 320
"""Longer side of one picture in a contact sheet."""

_SQUARE = 8
"""Side of the checkerboard's squares."""

_FRACTION_BITS = 4
"""Of the coordinates that OpenCV draws with."""

_FAINT = 0.55
"""Opacity of the dark side of interior wires: in a dense mesh they would hide the art."""

_CAPTION_LINE = 17
_PAPER = (30, 27, 40)

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Pen:
    """Sizes of lines and points, in pixels of the picture."""

    line: float
    point: float


def preview_pixels(image: Rgba, mesh: Mesh, *others: Mesh, scale: int | None = None) -> Rgba:
    """Draw the art and its mesh, or its meshes where its islands are split.

    Parameters
    ----------
    image
        (H, W, 4) uint8, of the mesh's size.
    scale
        Pixels of the picture to a pixel of the image; by default 1 for large art, and for small
        art as many as make it readable.

    Returns
    -------
    (H * scale + 2 * MARGIN, W * scale + 2 * MARGIN, 4) uint8, opaque.
    """
    scale = _readable_scale(mesh, _READABLE) if scale is None else scale
    if scale < 1:
        raise ValueError(f"scale is {scale}, but a preview only enlarges: give 1 or more.")
    return _opaque(_picture(image, (mesh, *others), scale))


def preview_svg(
    image: Rgba, mesh: Mesh, *others: Mesh, name: str = "", scale: int | None = None
) -> str:
    """Return the preview as an SVG document with the art inside it; `name` becomes its title.

    The document's units are the image's pixels, so the mesh can be read off its paths.
    """
    scale = _readable_scale(mesh, _READABLE) if scale is None else scale
    meshes = (mesh, *others)
    pen = _pen(meshes, scale)
    margin, line, point = MARGIN / scale, pen.line / scale, pen.point / scale
    art = base64.b64encode(encode_png(image)).decode("ascii")
    wires = "".join(_path(one.vertices, one.internal_edges) for one in meshes)
    hulls = "".join(_path(one.vertices, one.boundary_edges) for one in meshes)
    width, height = mesh.width + 2 * margin, mesh.height + 2 * margin
    square = _SQUARE / scale
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:g}"'
        f' height="{height * scale:g}" viewBox="{-margin:g} {-margin:g} {width:g} {height:g}">',
        f"<title>{escape(_NOT_IN_XML.sub(chr(0xFFFD), name))}</title>",
        f'<pattern id="checkerboard" width="{2 * square:g}" height="{2 * square:g}"'
        f' patternUnits="userSpaceOnUse"><path fill="#fff" d="M0 0h{2 * square:g}v{2 * square:g}'
        f'h-{2 * square:g}z"/><path fill="#ccc" d="M0 0h{square:g}v{2 * square:g}h{square:g}'
        f'v-{square:g}h-{2 * square:g}z"/></pattern>',
        f'<rect width="{mesh.width}" height="{mesh.height}" fill="url(#checkerboard)"/>',
        f'<image width="{mesh.width}" height="{mesh.height}" style="image-rendering:pixelated"'
        f' href="data:image/png;base64,{art}"/>',
        f'<path class="uncovered" fill="{_hex(RED)}" d="{_runs(_uncovered(meshes))}"/>',
        '<g fill="none" stroke-linejoin="round" stroke-linecap="round">'
        f'<path stroke="{_hex(DARK)}" stroke-width="{3 * line:g}" stroke-opacity="{_FAINT}"'
        f' d="{wires}"/><path stroke="{_hex(DARK)}" stroke-width="{3.5 * line:g}" d="{hulls}"/>'
        f'<path stroke="{_hex(PALE)}" stroke-width="{line:g}" d="{wires}"/>'
        f'<path stroke="{_hex(LIGHT)}" stroke-width="{1.5 * line:g}" d="{hulls}"/></g>',
        f'<g stroke="{_hex(DARK)}" stroke-width="{line:g}">',
        *(
            f'<circle class="{kind}" cx="{x:.11g}" cy="{y:.11g}" r="{radius:g}"'
            f' fill="{_hex(colour)}"/>'
            for one in meshes
            for kind, radius, colour, points in (
                ("interior", 0.6 * point, PALE, one.vertices[one.hull :]),
                ("hull", point, GOLD, one.vertices[: one.hull]),
            )
            for x, y in points
        ),
        "</g></svg>\n",
    ]
    return "\n".join(parts)


def contact_sheet(items: Mapping[str, tuple[Rgba, Mesh]]) -> Rgba:
    """Draw many previews, each with its name, counts, overdraw and uncovered pixels.

    Characters that Pillow's own font lacks (it has ASCII) are written as their code points, as in
    `\\u767a\\u5149`: fonts of the machine would make the sheet differ from machine to machine.
    """
    columns = max(1, math.ceil(math.sqrt(len(items))))
    rows = max(1, math.ceil(len(items) / columns))
    side = _CELL + 2 * MARGIN
    tall = side + 3 * _CAPTION_LINE + MARGIN
    sheet = np.full((rows * tall, columns * side, 3), _PAPER, dtype=np.uint8)
    for k, (image, mesh) in enumerate(items.values()):
        top, left = k // columns * tall, k % columns * side
        picture = _picture(image, (mesh,), _cell_zoom(mesh))
        height, width = picture.shape[:2]
        y, x = top + (side - height) // 2, left + (side - width) // 2
        sheet[y : y + height, x : x + width] = picture
    page = Image.fromarray(sheet)
    draw = ImageDraw.Draw(page)
    for k, (name, (_, mesh)) in enumerate(items.items()):
        top, left = k // columns * tall + side, k % columns * side + MARGIN
        _write_caption(draw, left, top, name, mesh)
    return _opaque(np.asarray(page, dtype=np.uint8))


def _readable_scale(mesh: Mesh, length: int) -> int:
    return min(max(1, length // max(mesh.width, mesh.height)), _LARGEST_ZOOM)


def _cell_zoom(mesh: Mesh) -> float:
    longer = max(mesh.width, mesh.height)
    return _CELL / longer if longer > _CELL else _readable_scale(mesh, _CELL)


def _pen(meshes: Sequence[Mesh], zoom: float) -> _Pen:
    """Thicker on large pictures, finer on dense meshes, so that the art stays to be seen."""
    line = min(max(max(meshes[0].width, meshes[0].height) * zoom / 640, 1.0), 4.0)
    edges = np.concatenate([mesh.vertices[mesh.edges] for mesh in meshes])
    start, end = edges.transpose(1, 0, 2) * zoom
    spacing = float(np.median(np.hypot(*(end - start).T)))
    return _Pen(line=line, point=min(max(spacing / 7, 1.5), 3.6 * line))


def _picture(image: Rgba, meshes: Sequence[Mesh], zoom: float) -> NDArray[np.uint8]:
    """(H, W, 3): the art at `zoom`, a whole number or below 1, with margins and its meshes."""
    for mesh in meshes:
        size = mesh.height, mesh.width
        if image.shape[:2] != size:
            raise ValueError(f"The image is {image.shape[:2]}, its mesh {size}.")
    art = _mark_red(_enlarge(image, zoom), _uncovered(meshes), zoom)
    height, width = art.shape[:2]
    picture = np.full((height + 2 * MARGIN, width + 2 * MARGIN, 3), _PAPER, dtype=np.uint8)
    picture[MARGIN:-MARGIN, MARGIN:-MARGIN] = art
    pen = _pen(meshes, zoom)
    for mesh in meshes:
        _draw_wires(picture, mesh, pen, zoom)
    return picture


def _uncovered(meshes: Sequence[Mesh]) -> Mask:
    """What each mesh should cover and does not."""
    missed: Mask = np.bitwise_or.reduce([uncovered_pixels(mesh) for mesh in meshes])
    return missed


def _enlarge(image: Rgba, zoom: float) -> NDArray[np.uint8]:
    """(H * zoom, W * zoom, 3): the art over a checkerboard; square pixels where it is enlarged."""
    if zoom >= 1:
        image = image.repeat(int(zoom), axis=0).repeat(int(zoom), axis=1)
        return _over_checkerboard(image)
    size = [max(1, round(side * zoom)) for side in (image.shape[1], image.shape[0])]
    # Transparent pixels must not lend their colour to their neighbours' average.
    colour = (image[..., :3] * (image[..., 3:] / np.float32(255))).astype(np.uint8)
    alpha = cv2.resize(image[..., 3], size, interpolation=cv2.INTER_AREA)[..., None]
    colour = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    board = _checkerboard(size[1], size[0]) * ((255 - alpha) / np.float32(255))
    return np.minimum(colour + board, 255).astype(np.uint8)


def _over_checkerboard(image: Rgba) -> NDArray[np.uint8]:
    board = _checkerboard(*image.shape[:2])
    opacity = image[..., 3:] / np.float32(255)
    return (image[..., :3] * opacity + board * (1 - opacity) + np.float32(0.5)).astype(np.uint8)


def _checkerboard(height: int, width: int) -> NDArray[np.uint8]:
    rows, columns = np.arange(height)[:, None] // _SQUARE, np.arange(width)[None] // _SQUARE
    return np.where((rows + columns) % 2 == 1, 204, 255).astype(np.uint8)[..., None]


def _mark_red(art: NDArray[np.uint8], uncovered: Mask, zoom: float) -> NDArray[np.uint8]:
    """Colour the uncovered pixels; none is lost where the picture is smaller than the image."""
    if zoom >= 1:
        art[uncovered.repeat(int(zoom), axis=0).repeat(int(zoom), axis=1) > 0] = RED
        return art
    rows, columns = (
        np.minimum((places * zoom).astype(np.intp), side - 1)
        for places, side in zip(np.nonzero(uncovered), art.shape, strict=False)
    )
    art[rows, columns] = RED
    return art


def _draw_wires(picture: NDArray[np.uint8], mesh: Mesh, pen: _Pen, zoom: float) -> None:
    # OpenCV counts from the centre of a pixel, a mesh from its corner.
    places = (mesh.vertices * zoom + MARGIN - 0.5) * (1 << _FRACTION_BITS)
    fixed = np.rint(places).astype(np.int32)
    strokes = (
        (mesh.internal_edges, DARK, 3 * pen.line, _FAINT),
        (mesh.boundary_edges, DARK, 3.5 * pen.line, 1.0),
        (mesh.internal_edges, PALE, pen.line, 1.0),
        (mesh.boundary_edges, LIGHT, 1.5 * pen.line, 1.0),
    )
    for edges, colour, width, opacity in strokes:
        ink = np.zeros(picture.shape[:2], dtype=np.uint8)
        thickness = max(1, round(width))
        cv2.polylines(ink, list(fixed[edges]), False, 255, thickness, cv2.LINE_AA, _FRACTION_BITS)
        rows, columns = np.nonzero(ink)
        share = ink[rows, columns, None] * np.float32(opacity / 255)
        below = picture[rows, columns]
        picture[rows, columns] = below + (np.array(colour) - below) * share + 0.5
    for k, point in enumerate(fixed.tolist()):
        radius, colour = (pen.point, GOLD) if k < mesh.hull else (0.6 * pen.point, PALE)
        for reach, shade in ((radius + pen.line, DARK), (radius, colour)):
            size = round(reach * (1 << _FRACTION_BITS))
            cv2.circle(picture, point, size, shade, -1, cv2.LINE_AA, _FRACTION_BITS)


def _write_caption(draw: ImageDraw.ImageDraw, left: int, top: int, name: str, mesh: Mesh) -> None:
    font = ImageFont.load_default(size=13)
    quality = mesh.quality
    missed = quality.uncovered_pixels
    lines = (
        (_shortened(name.encode("unicode_escape").decode("ascii")), LIGHT),
        (f"{len(mesh.vertices)} vertices, hull {mesh.hull}", PALE),
        (f"overdraw {quality.overdraw:.3f}, {missed} px uncovered", RED if missed else PALE),
    )
    for k, (text, colour) in enumerate(lines):
        draw.text((left, top + k * _CAPTION_LINE), text, font=font, fill=colour)


def _shortened(text: str, longest: int = 42) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _opaque(picture: NDArray[np.uint8]) -> Rgba:
    return np.pad(picture, ((0, 0), (0, 0), (0, 1)), constant_values=255)


def _path(vertices: NDArray[np.float64], edges: Edges) -> str:
    # Eleven digits write every multiple of 1/64 px in an image of 16384 px without loss.
    return "".join(
        f"M{x0:.11g} {y0:.11g}L{x1:.11g} {y1:.11g}" for (x0, y0), (x1, y1) in vertices[edges]
    )


def _runs(mask: Mask) -> str:
    """An SVG path of the mask's pixels, one rectangle to a run."""
    steps = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    lengths = ends - starts
    return "".join(
        f"M{x} {y}h{length}v1h-{length}z"
        for x, y, length in zip(starts, rows, lengths, strict=True)
    )


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
