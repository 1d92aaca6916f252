"""Images to atlas pages and their text."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.types import Mesh, Rgba
from spinelift.spine.atlas import Atlas, Page, Region, atlas_text, pack
from spinelift.spine.errors import AtlasPageTooLarge, NameUnusable, NothingToWrite

from .meshes import full, rectangle, rectangles

SMALL = rectangles(st.integers(1, 40))
MESHES = st.lists(SMALL, min_size=1, max_size=12).map(
    lambda meshes: {f"image {number}": mesh for number, mesh in enumerate(meshes)}
)


def noise(mesh: Mesh, seed: int = 0) -> Rgba:
    shape = (mesh.height, mesh.width, 4)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def images_of(meshes: dict[str, Mesh]) -> dict[str, Rgba]:
    return {name: noise(mesh, seed) for seed, (name, mesh) in enumerate(meshes.items())}


def regions_of(atlas: Atlas) -> list[tuple[Page, Region]]:
    return [(page, region) for page in atlas.pages for region in page.regions]


@settings(max_examples=60)
@given(MESHES)
def test_region_is_the_hull_s_box_rounded_outward(meshes: dict[str, Mesh]) -> None:
    atlas = pack(images_of(meshes), meshes)

    for _, region in regions_of(atlas):
        low, high = (f(meshes[region.name].vertices, axis=0) for f in (np.min, np.max))
        assert (region.left, region.top) == tuple(np.floor(low))
        assert region.left + region.width == np.ceil(high[0])
        assert region.top + region.height == np.ceil(high[1])
    assert sorted(region.name for _, region in regions_of(atlas)) == sorted(meshes)


@settings(max_examples=60)
@given(MESHES, st.integers(0, 3))
def test_page_shows_each_region_and_its_surroundings(meshes: dict[str, Mesh], padding: int) -> None:
    images = images_of(meshes)

    atlas = pack(images, meshes, page_size=64, padding=padding)

    for page, region in regions_of(atlas):
        page_height, page_width = page.pixels.shape[:2]
        for row in range(region.y - padding, region.y + region.height + padding):
            for column in range(region.x - padding, region.x + region.width + padding):
                if 0 <= row < page_height and 0 <= column < page_width:
                    image_row = min(max(row - region.y + region.top, 0), region.image_height - 1)
                    image_column = min(
                        max(column - region.x + region.left, 0), region.image_width - 1
                    )
                    expected = images[region.name][image_row, image_column]
                    assert (page.pixels[row, column] == expected).all()


@settings(max_examples=60)
@given(MESHES, st.integers(40, 100), st.integers(0, 3))
def test_regions_keep_their_distance_inside_the_page(
    meshes: dict[str, Mesh], page_size: int, padding: int
) -> None:
    atlas = pack(images_of(meshes), meshes, page_size=page_size, padding=padding)

    for page in atlas.pages:
        assert max(page.pixels.shape[:2]) <= page_size
        for region in page.regions:
            assert min(region.x, region.y) >= 0
            assert region.x + region.width <= page.pixels.shape[1]
            assert region.y + region.height <= page.pixels.shape[0]
        for one, other in combinations(page.regions, 2):
            gap = max(
                other.x - one.x - one.width,
                one.x - other.x - other.width,
                other.y - one.y - one.height,
                one.y - other.y - other.height,
            )
            assert gap >= 2 * padding


@settings(max_examples=30)
@given(MESHES, st.randoms())
def test_order_of_the_images_does_not_matter(meshes: dict[str, Mesh], random: Random) -> None:
    images = images_of(meshes)
    names = [*meshes]
    random.shuffle(names)

    one = pack(images, meshes, page_size=64)
    other = pack(images, {name: meshes[name] for name in names}, page_size=64)

    assert atlas_text(one, legacy=False) == atlas_text(other, legacy=False)
    for page, same in zip(one.pages, other.pages, strict=True):
        assert (page.pixels == same.pixels).all()


def test_shared_image_is_packed_once_for_all_its_meshes() -> None:
    meshes = {
        "eyes/1": rectangle(20, 10, 1.5, 2, 4, 5),
        "eyes/2": rectangle(20, 10, 12, 1, 17.5, 8),
    }
    image = noise(full(20, 10))

    atlas = pack({"eyes": image}, meshes, paths=dict.fromkeys(meshes, "eyes"))

    ((_, region),) = regions_of(atlas)
    assert (region.name, region.left, region.top) == ("eyes", 1, 1)
    assert (region.width, region.height) == (17, 7)


def test_image_without_a_mesh_is_left_out() -> None:
    image = noise(full(4, 4))

    atlas = pack({"arm": image, "leg": image}, {"arm": full(4, 4)})

    assert [region.name for _, region in regions_of(atlas)] == ["arm"]


def test_image_larger_than_a_page_has_a_page_of_its_own() -> None:
    meshes = {"small": full(10, 10), "banner": full(65, 20), "tall": full(20, 65)}

    atlas = pack(images_of(meshes), meshes, page_size=64)

    names = [[region.name for region in page.regions] for page in atlas.pages]
    assert names == [["banner"], ["tall"], ["small"]]
    assert [page.pixels.shape[:2] for page in atlas.pages] == [(20, 65), (65, 20), (10, 10)]


def test_pages_are_numbered_from_the_second() -> None:
    meshes = {f"image {number}": full(40, 40) for number in range(3)}

    atlas = pack(images_of(meshes), meshes, page_size=64, name="hero")

    assert [page.file_name for page in atlas.pages] == ["hero.png", "hero_2.png", "hero_3.png"]


def test_image_that_fits_its_page_exactly_shares_the_limit() -> None:
    meshes = {"exact": full(64, 64)}

    atlas = pack(images_of(meshes), meshes, page_size=64)

    assert atlas.pages[0].pixels.shape == (64, 64, 4)


def test_image_larger_than_any_page_is_refused() -> None:
    # Zero strides: 16 385 pixels that take no memory.
    image = np.broadcast_to(np.uint8(255), (1, 16_385, 4))

    with pytest.raises(AtlasPageTooLarge, match=r"'road' needs 16385 x 1.*at most 16384"):
        pack({"road": image}, {"road": full(16_385, 1)})


def test_atlas_without_a_mesh_is_refused() -> None:
    with pytest.raises(NothingToWrite):
        pack({}, {})


@pytest.mark.parametrize("name", ["a:b", "../a", " a"])
def test_name_that_an_atlas_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(NameUnusable):
        pack({name: noise(full(2, 2))}, {name: full(2, 2)})


def test_page_name_outside_its_folder_is_refused() -> None:
    with pytest.raises(NameUnusable):
        pack({"arm": noise(full(2, 2))}, {"arm": full(2, 2)}, name="../skeleton")


def test_image_of_another_size_than_its_mesh_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="another size"):
        pack({"arm": noise(full(4, 4))}, {"arm": full(4, 5)})


def two_pages() -> Atlas:
    meshes = {"arms/左手": rectangle(50, 40, 3, 4.5, 48, 39), "hat": full(50, 45)}
    return pack(images_of(meshes), meshes, page_size=64)


def test_text_of_the_new_format_looks_like_this() -> None:
    assert atlas_text(two_pages(), legacy=False) == (
        "skeleton.png\n"
        "size:50,45\n"
        "filter:Linear,Linear\n"
        "pma:false\n"
        "hat\n"
        "bounds:0,0,50,45\n"
        "offsets:0,0,50,45\n"
        "\n"
        "skeleton_2.png\n"
        "size:45,35\n"
        "filter:Linear,Linear\n"
        "pma:false\n"
        "arms/左手\n"
        "bounds:0,0,45,35\n"
        "offsets:3,1,50,40\n"
    )


def test_text_of_the_legacy_format_looks_like_this() -> None:
    assert atlas_text(two_pages(), legacy=True) == (
        "\n"
        "skeleton.png\n"
        "size: 50,45\n"
        "format: RGBA8888\n"
        "filter: Linear,Linear\n"
        "repeat: none\n"
        "hat\n"
        "  rotate: false\n"
        "  xy: 0, 0\n"
        "  size: 50, 45\n"
        "  orig: 50, 45\n"
        "  offset: 0, 0\n"
        "  index: -1\n"
        "\n"
        "skeleton_2.png\n"
        "size: 45,35\n"
        "format: RGBA8888\n"
        "filter: Linear,Linear\n"
        "repeat: none\n"
        "arms/左手\n"
        "  rotate: false\n"
        "  xy: 0, 0\n"
        "  size: 45, 35\n"
        "  orig: 50, 40\n"
        "  offset: 3, 1\n"
        "  index: -1\n"
    )
