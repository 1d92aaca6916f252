"""Draws a scene twice: from its art, and from what a runtime would send to a graphics card.

Pictures are (H, W, 4) float64, premultiplied, 0 to 255, one pixel for a unit of Spine's world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from spinelift.mesh.types import Rgba

from .scenes import Scene

Picture: TypeAlias = NDArray[np.float64]


def expected_picture(scene: Scene) -> Picture:
    """Lay the images over one another, pixel by pixel."""
    left, top, width, height = _canvas(scene)
    picture = np.zeros((height, width, 4))
    for name in scene.meshes:
        image = scene.images[scene.path(name)]
        if name in scene.paths:
            # Of a shared image each mesh shows its part.
            image = image * _part(scene, name)[..., None]
        image_left, image_top = _corner(scene, name)
        row, column = int(top - image_top), int(image_left - left)
        under = picture[row : row + image.shape[0], column : column + image.shape[1]]
        under[...] = _over(_premultiplied(image), under)
    return picture


def runtime_picture(
    scene: Scene, slots: Iterable[dict[str, Any]], textures: Mapping[str, Rgba]
) -> Picture:
    """Draw the loaded slots' triangles, sampling their textures with bilinear filtering."""
    left, top, width, height = _canvas(scene)
    picture = np.zeros((height, width, 4))
    for slot in slots:
        corners = (np.reshape(slot["world"], (-1, 2)) - [left, top]) * [1, -1]
        uvs = np.reshape(slot["uvs"], (-1, 2))
        # One layer for the whole mesh: a pixel on a shared edge must not be blended twice.
        layer = np.zeros_like(picture)
        texture = _premultiplied(textures[slot["texture"]])
        for triangle in np.reshape(slot["triangles"], (-1, 3)):
            _draw_triangle(layer, corners[triangle], uvs[triangle], texture)
        picture = _over(layer, picture)
    return picture


def difference(one: Picture, other: Picture) -> float:
    """Mean difference over the pixels that either picture shows."""
    shown = (one[..., 3] > 0) | (other[..., 3] > 0)
    return float(np.abs(one - other)[shown].mean())


def _canvas(scene: Scene) -> tuple[float, float, int, int]:
    """Left and top in the world, width and height, of all images together."""
    boxes = []
    for name in scene.meshes:
        left, top = _corner(scene, name)
        height, width = scene.images[scene.path(name)].shape[:2]
        boxes.append((left, top, left + width, top - height))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    left, top = min(lefts), max(tops)
    assert all((x - left).is_integer() for x in lefts), "pixels must share one grid"
    assert all((top - y).is_integer() for y in tops), "pixels must share one grid"
    return left, top, int(max(rights) - left), int(top - min(bottoms))


def _corner(scene: Scene, name: str) -> tuple[float, float]:
    """Left and top of an image in the world."""
    height, width = scene.images[scene.path(name)].shape[:2]
    right, up = scene.position(name)
    return right - width / 2, up + height / 2


def _part(scene: Scene, name: str) -> NDArray[np.uint8]:
    """1 for the pixels inside the box of a mesh's vertices; islands of a test lie apart."""
    image = scene.images[scene.path(name)]
    vertices = scene.meshes[name].vertices
    (left, top), (right, bottom) = (
        vertices.min(axis=0).astype(int),
        vertices.max(axis=0).astype(int),
    )
    part = np.zeros(image.shape[:2], dtype=np.uint8)
    part[top:bottom, left:right] = 1
    return part


def _premultiplied(image: Rgba) -> Picture:
    pixels = image.astype(np.float64)
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels


def _over(front: Picture, back: Picture) -> Picture:
    return front + back * (1 - front[..., 3:] / 255)


def _draw_triangle(
    layer: Picture, corners: NDArray[np.float64], uvs: NDArray[np.float64], texture: Picture
) -> None:
    """Write the pixels whose centre lies inside, its border included."""
    height, width = layer.shape[:2]
    first = np.clip(np.floor(corners.min(axis=0)), 0, [width, height]).astype(int)
    last = np.clip(np.ceil(corners.max(axis=0)), 0, [width, height]).astype(int)
    columns, rows = (axis.ravel() for axis in np.mgrid[first[0] : last[0], first[1] : last[1]])
    sides = np.array([corners[1] - corners[0], corners[2] - corners[0]]).T
    if abs(np.linalg.det(sides)) < 1e-12:
        return
    centres = np.stack([columns + 0.5, rows + 0.5]) - corners[0][:, None]
    along = np.linalg.solve(sides, centres)
    inside = (along >= -1e-6).all(axis=0) & (along.sum(axis=0) <= 1 + 1e-6)
    spread = np.array([uvs[1] - uvs[0], uvs[2] - uvs[0]]).T
    places = (spread @ along[:, inside] + uvs[0][:, None]).T
    layer[rows[inside], columns[inside]] = _sample(texture, places)


def _sample(texture: Picture, uvs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bilinear, clamped to the texture's border."""
    height, width = texture.shape[:2]
    places = uvs * [width, height] - 0.5
    start = np.floor(places).astype(int)
    right, down = (places - start).T[..., None]
    columns = np.clip([start[:, 0], start[:, 0] + 1], 0, width - 1)
    rows = np.clip([start[:, 1], start[:, 1] + 1], 0, height - 1)
    upper = texture[rows[0], columns[0]] * (1 - right) + texture[rows[0], columns[1]] * right
    lower = texture[rows[1], columns[0]] * (1 - right) + texture[rows[1], columns[1]] * right
    blended: NDArray[np.float64] = upper * (1 - down) + lower * down
    return blended
