"""A Spine skeleton's JSON in, its mesh attachments in image pixels out.

Documents come from anywhere, so every claim they make is checked before it is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from spinelift.mesh.parameters import MAXIMUM_VERTICES
from spinelift.mesh.types import Triangles
from spinelift.spine.errors import DocumentUnreadable

LARGEST_SIDE = 1_000_000
"""Of an image, in pixels; far beyond any, so that arithmetic on it stays exact."""


class MeshKey(NamedTuple):
    """Where an attachment stands in a document."""

    skin: str
    slot: str
    name: str

    def __str__(self) -> str:
        return f"{self.skin}/{self.slot}/{self.name}"


@dataclass(frozen=True, eq=False)
class AttachmentMesh:
    """One mesh attachment as it was read.

    Attributes
    ----------
    vertices
        (N, 2) float64 in pixels of the whole image, origin at its top left corner, y down; from
        the uvs, so they do not depend on bones.
    triangles
        (M, 3) int32.
    hull
        How many of the first vertices form the outline, as the document claims.
    width, height
        Size of the image in pixels, as the document claims.
    path
        The image, below the document's images folder, without extension.
    is_weighted
        Whether bones move the vertices.
    """

    vertices: NDArray[np.float64]
    triangles: Triangles
    hull: int
    width: float
    height: float
    path: str
    is_weighted: bool


def parse(text: bytes) -> dict[str, Any]:
    """Read a skeleton's JSON. Raises `DocumentUnreadable`."""
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # ValueError is broken UTF-8, broken JSON or a number of thousands of digits.
        raise DocumentUnreadable(
            "The file is not JSON. Export the skeleton from Spine as JSON, not as binary."
        ) from None
    if not isinstance(document, dict) or "skins" not in document:
        raise DocumentUnreadable("The file is JSON, but not a Spine skeleton: it has no skins.")
    return document


def read_meshes(document: object) -> dict[MeshKey, AttachmentMesh]:
    """Find every mesh attachment of every skin, in the document's order.

    Skins may be a list (3.8 and later) or a mapping (earlier). Linked meshes have no geometry of
    their own and are left out. Raises `DocumentUnreadable`, which names the attachment.
    """
    return {
        key: _read_mesh(key, attachment)
        for key, attachment in _attachments(document)
        if attachment.get("type") == "mesh" and not {"parent", "source"} & attachment.keys()
    }


def _attachments(document: object) -> Iterator[tuple[MeshKey, dict[str, Any]]]:
    skins = _mapping(document, "the document").get("skins")
    for skin, slots in _skins(skins):
        for slot, attachments in _mapping(slots, f"skin {skin!r}").items():
            for name, attachment in _mapping(attachments, f"slot {slot!r}").items():
                yield MeshKey(skin, slot, name), _mapping(attachment, f"attachment {name!r}")


def _skins(skins: object) -> Iterator[tuple[str, object]]:
    if isinstance(skins, dict):
        yield from skins.items()
        return
    if not isinstance(skins, list):
        raise DocumentUnreadable("The skeleton's skins are neither a list nor a mapping.")
    for skin in skins:
        name = _mapping(skin, "a skin").get("name")
        if not isinstance(name, str):
            raise DocumentUnreadable("A skin of the skeleton has no name.")
        yield name, skin.get("attachments", {})


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DocumentUnreadable(f"The skeleton is damaged: {what} is not a mapping.")
    return value


def _read_mesh(key: MeshKey, attachment: dict[str, Any]) -> AttachmentMesh:
    try:
        return _checked_mesh(key, attachment)
    except ValueError as error:
        raise DocumentUnreadable(f"The mesh {str(key)!r} cannot be used: {error}.") from None


def _checked_mesh(key: MeshKey, attachment: dict[str, Any]) -> AttachmentMesh:
    width, height = (_side(attachment, name) for name in ("width", "height"))
    uvs = _number_list(attachment, "uvs")
    count = len(uvs) // 2
    if len(uvs) % 2 or not 3 <= count <= MAXIMUM_VERTICES:
        raise ValueError(f"its uvs must be pairs, from 3 to {MAXIMUM_VERTICES} of them")
    triangles = _indices(attachment, "triangles", count)
    if not triangles or len(triangles) % 3:
        raise ValueError("its triangles must come in threes")
    hull = attachment.get("hull")
    if not _is_integer(hull) or not 3 <= hull <= count:
        raise ValueError(f"its hull must be a whole number from 3 to {count}")
    path = attachment.get("path", attachment.get("name", key.name))
    if not isinstance(path, str):
        raise ValueError("its path is not a text")  # noqa: TRY004 (the document's fault)
    return AttachmentMesh(
        vertices=np.array(uvs, dtype=np.float64).reshape(-1, 2) * [width, height],
        triangles=np.array(triangles, dtype=np.int32).reshape(-1, 3),
        hull=hull,
        width=width,
        height=height,
        path=path,
        is_weighted=_is_weighted(_number_list(attachment, "vertices"), count),
    )


def _is_weighted(vertices: list[float], count: int) -> bool:
    """Tell by the length, as runtimes do, and walk the weights, as they do not."""
    if len(vertices) == 2 * count:
        return False
    start = 0
    for _ in range(count):
        bones = vertices[start] if start < len(vertices) else 0
        if bones < 1 or bones != int(bones):
            raise ValueError("its weighted vertices are damaged")
        start += 1 + 4 * int(bones)
    if start != len(vertices):
        raise ValueError("its vertices match neither its uvs nor a list of weights")
    return True


def _side(attachment: dict[str, Any], name: str) -> float:
    value = attachment.get(name)
    if value is None:
        raise ValueError(f"it has no {name}; export with nonessential data")
    if not _is_finite(value) or not 0 < value <= LARGEST_SIDE:
        raise ValueError(f"its {name} must be a number of pixels above 0")
    return float(value)


def _number_list(attachment: dict[str, Any], name: str) -> list[float]:
    values = attachment.get(name)
    if not isinstance(values, list) or not all(map(_is_finite, values)):
        raise ValueError(f"its {name} must be a list of finite numbers")
    return values


def _indices(attachment: dict[str, Any], name: str, count: int) -> list[int]:
    values = attachment.get(name)
    if not isinstance(values, list) or not all(
        _is_integer(value) and 0 <= value < count for value in values
    ):
        raise ValueError(f"its {name} must be a list of whole numbers from 0 to {count - 1}")
    return values


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: object) -> TypeGuard[float]:
    """Also false for integers too long for a float, which JSON allows."""
    try:
        return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)
    except OverflowError:
        return False
