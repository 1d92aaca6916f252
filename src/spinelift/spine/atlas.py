"""Images and meshes in, atlas pages and their text out.

An image is trimmed to what its meshes reach, never further, and is not rotated. Around each region
the page repeats what surrounds it in the image (at the image's border: the outermost pixels), so
that a filtering sampler sees in the page what it would see in the image alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rectpack

from spinelift.mesh.types import Mesh, Rgba
from spinelift.spine.errors import AtlasPageTooLarge, NothingToWrite
from spinelift.spine.names import check_name

LARGEST_PAGE = 16_384
"""Side of the largest texture that current graphics cards hold."""


@dataclass(frozen=True)
class Region:
    """One image's place in a page; pixels, y down in page and image.

    `x`, `y`, `width` and `height` are the trimmed rectangle in the page, `left` and `top` where it
    starts in the image, `image_width` and `image_height` the whole image.
    """

    name: str
    x: int
    y: int
    width: int
    height: int
    left: int
    top: int
    image_width: int
    image_height: int

    @property
    def bottom(self) -> int:
        """Rows trimmed below: an atlas counts its offsets from the lower left corner."""
        return self.image_height - self.top - self.height


@dataclass(frozen=True, eq=False)
class Page:
    """One texture: its file name, (H, W, 4) uint8 pixels with straight alpha, and its regions."""

    file_name: str
    pixels: Rgba
    regions: tuple[Region, ...]


@dataclass(frozen=True, eq=False)
class Atlas:
    """All pages of one skeleton."""

    pages: tuple[Page, ...]


@dataclass(frozen=True)
class _Trim:
    """The part of an image that goes into the atlas."""

    name: str
    left: int
    top: int
    width: int
    height: int


def pack(
    images: Mapping[str, Rgba],
    meshes: Mapping[str, Mesh],
    *,
    paths: Mapping[str, str] | None = None,
    name: str = "skeleton",
    page_size: int = 2048,
    padding: int = 2,
) -> Atlas:
    """Lay out every image that a mesh shows; the same input gives the same pages.

    Parameters
    ----------
    images
        Path (the mesh's name, unless `paths` says otherwise) to its pixels.
    meshes, paths
        As for `skeleton_document`: several meshes may share an image, which is packed once.
    name
        File name of the pages, without number and extension.
    page_size
        Largest side of a page. An image that does not fit has a page of its own.
    padding
        How many pixels around a region repeat its surroundings.

    Raises
    ------
    NothingToWrite, NameUnusable, AtlasPageTooLarge
    """
    if not meshes:
        raise NothingToWrite("There is no mesh to pack. Mesh at least one image first.")
    check_name(name)
    trims = {trim.name: trim for trim in _trims(images, meshes, paths or {})}
    pages = []
    for number, places in enumerate(_places(trims.values(), page_size, padding), start=1):
        regions = tuple(
            Region(
                name=path,
                x=x,
                y=y,
                width=trims[path].width,
                height=trims[path].height,
                left=trims[path].left,
                top=trims[path].top,
                image_width=images[path].shape[1],
                image_height=images[path].shape[0],
            )
            for path, x, y in places
        )
        file_name = f"{name}.png" if number == 1 else f"{name}_{number}.png"
        pages.append(Page(file_name, _paint(regions, images, padding), regions))
    return Atlas(tuple(pages))


def atlas_text(atlas: Atlas, *, legacy: bool) -> str:
    """Write the `.atlas` file: the legacy form for Spine 3.8, else that of 4.0 and later."""
    if legacy:
        return "".join("\n" + _legacy_page(page) for page in atlas.pages)
    return "\n".join(_page(page) for page in atlas.pages)


def _trims(
    images: Mapping[str, Rgba], meshes: Mapping[str, Mesh], paths: Mapping[str, str]
) -> Iterable[_Trim]:
    users: dict[str, list[Mesh]] = {}
    for name, mesh in meshes.items():
        users.setdefault(paths.get(name, name), []).append(mesh)
    for path, sharing in users.items():
        check_name(path)
        height, width = images[path].shape[:2]
        if any((mesh.width, mesh.height) != (width, height) for mesh in sharing):
            raise ValueError(f"the mesh of {path!r} was made from an image of another size")
        corners = np.concatenate([mesh.vertices for mesh in sharing])
        left, top = np.floor(corners.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(corners.max(axis=0)).astype(int).tolist()
        if max(right - left, bottom - top) > LARGEST_PAGE:
            raise AtlasPageTooLarge(
                f"The image {path!r} needs {right - left} x {bottom - top} pixels in the atlas, "
                f"and a page holds at most {LARGEST_PAGE} x {LARGEST_PAGE}. Make it smaller, or "
                "export without an atlas."
            )
        yield _Trim(path, left, top, right - left, bottom - top)


def _places(
    trims: Iterable[_Trim], page_size: int, padding: int
) -> Iterable[list[tuple[str, int, int]]]:
    """Give each page's regions as (name, x, y).

    Longest side first packs best; names break ties, so the order of the images does not matter.
    The packer sees a page that is larger by the padding, which may hang over a page's border.
    """
    ordered = sorted(trims, key=lambda trim: (-max(trim.width, trim.height), trim.name))
    packer = rectpack.newPacker(
        bin_algo=rectpack.PackingBin.BFF,
        pack_algo=rectpack.MaxRectsBl,
        sort_algo=rectpack.SORT_NONE,
        rotation=False,
    )
    packer.add_bin(page_size + 2 * padding, page_size + 2 * padding, count=float("inf"))
    for trim in ordered:
        if max(trim.width, trim.height) > page_size:
            yield [(trim.name, 0, 0)]
        else:
            packer.add_rect(trim.width + 2 * padding, trim.height + 2 * padding, trim.name)
    packer.pack()
    for page in packer:
        yield [(place.rid, place.x, place.y) for place in page]


def _paint(regions: Sequence[Region], images: Mapping[str, Rgba], padding: int) -> Rgba:
    """Paint the smallest page that holds the regions."""
    width = max(region.x + region.width for region in regions)
    height = max(region.y + region.height for region in regions)
    page = np.zeros((height, width, 4), dtype=np.uint8)
    for region in regions:
        rows = np.arange(
            max(region.y - padding, 0), min(region.y + region.height + padding, height)
        )
        columns = np.arange(
            max(region.x - padding, 0), min(region.x + region.width + padding, width)
        )
        image_rows = np.clip(rows - region.y + region.top, 0, region.image_height - 1)
        image_columns = np.clip(columns - region.x + region.left, 0, region.image_width - 1)
        painted = images[region.name][np.ix_(image_rows, image_columns)]
        page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = painted
    return page


def _page(page: Page) -> str:
    height, width = page.pixels.shape[:2]
    lines = [page.file_name, f"size:{width},{height}", "filter:Linear,Linear", "pma:false"]
    for region in page.regions:
        lines += [
            region.name,
            f"bounds:{region.x},{region.y},{region.width},{region.height}",
            f"offsets:{region.left},{region.bottom},{region.image_width},{region.image_height}",
        ]
    return "\n".join(lines) + "\n"


def _legacy_page(page: Page) -> str:
    height, width = page.pixels.shape[:2]
    lines = [
        page.file_name,
        f"size: {width},{height}",
        "format: RGBA8888",
        "filter: Linear,Linear",
        "repeat: none",
    ]
    for region in page.regions:
        lines += [
            region.name,
            "  rotate: false",
            f"  xy: {region.x}, {region.y}",
            f"  size: {region.width}, {region.height}",
            f"  orig: {region.image_width}, {region.image_height}",
            f"  offset: {region.left}, {region.bottom}",
            "  index: -1",
        ]
    return "\n".join(lines) + "\n"
