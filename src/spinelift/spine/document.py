"""Meshes in, a Spine skeleton document out, as plain data; and that document's bytes.

Spine's world is y up, a mesh's image y down: this is the module that turns one into the other.
What each key means, and what proves it, stands in docs/spine-format.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from types import MappingProxyType
from typing import Any

import numpy as np

from spinelift.mesh.types import Mesh
from spinelift.spine.errors import NothingToWrite, PositionUnusable, UnknownSpineVersion
from spinelift.spine.names import check_name

DEFAULT_VERSION = "4.2"
LONGEST_SHOWN_VERSION = 20

SPINE_VERSIONS = MappingProxyType(
    {
        "3.8": "3.8.99",
        "4.0": "4.0.64",
        "4.1": "4.1.24",
        "4.2": "4.2.43",
        "4.3": "4.3.23",
    }
)
"""Version to the exact `skeleton.spine`; engine runtimes refuse another minor version."""

DECIMALS = 6
"""Of uvs and vertices. Half a unit of it is 0.0082 px of a 16384 px image; 1/64 px is exact."""

FARTHEST = 1_000_000.0
"""Largest coordinate of a position: beyond it, a runtime's 32-bit floats lose 1/16 px."""


def check_version(version: str) -> None:
    """Raise `UnknownSpineVersion` for one that is not in `SPINE_VERSIONS`."""
    if version not in SPINE_VERSIONS:
        raise UnknownSpineVersion(
            f"Spine version {version[:LONGEST_SHOWN_VERSION]!r} is not supported. "
            f"Use one of {', '.join(SPINE_VERSIONS)}."
        )


def skeleton_document(
    meshes: Mapping[str, Mesh],
    version: str = DEFAULT_VERSION,
    *,
    positions: Mapping[str, tuple[float, float]] | None = None,
    paths: Mapping[str, str] | None = None,
    images: str = "./images/",
) -> dict[str, Any]:
    """Make a Spine skeleton document: one root bone, one slot and one attachment for each mesh.

    Parameters
    ----------
    meshes
        Name to mesh, in draw order: the first is drawn at the back. The name is that of the slot
        and of the attachment; "/" separates folders.
    version
        One of `SPINE_VERSIONS`.
    positions
        Name to where the centre of that image lies in Spine's world, y up, in pixels. Images
        without a position are centred on the origin; positions without a mesh are ignored.
    paths
        Name to the image's path below `images`, without extension, where it is not the name
        itself: several meshes may share an image.
    images
        Where the editor finds the images, from the document's own folder.

    Raises
    ------
    UnknownSpineVersion, NothingToWrite, NameUnusable, PositionUnusable
    """
    check_version(version)
    if not meshes:
        raise NothingToWrite("There is no mesh to write. Mesh at least one image first.")
    positions, paths = positions or {}, paths or {}
    attachments = {}
    for name, mesh in meshes.items():
        check_name(name)
        path = paths.get(name, name)
        check_name(path)
        attachments[name] = mesh_attachment(
            mesh, position=positions.get(name, (0.0, 0.0)), path=path if path != name else None
        )
    skeleton = {
        "hash": "",
        "spine": SPINE_VERSIONS[version],
        **_bounding_box(attachments.values()),
        "images": images,
    }
    document = {
        "skeleton": skeleton,
        "bones": [{"name": "root"}],
        "slots": [{"name": name, "bone": "root", "attachment": name} for name in meshes],
        "skins": [
            {"name": "default", "attachments": {name: {name: attachments[name]} for name in meshes}}
        ],
    }
    skeleton["hash"] = _content_hash(document)
    return document


def mesh_attachment(
    mesh: Mesh, *, position: tuple[float, float] = (0.0, 0.0), path: str | None = None
) -> dict[str, Any]:
    """Make one unweighted mesh attachment.

    `position` is where the image's centre lies in the bone's space, y up, in pixels. `path` is
    written where the image is not named like the attachment. Raises `PositionUnusable`.
    """
    _check_position(position)
    right, up = position
    world = mesh.vertices * [1.0, -1.0] + [right - mesh.width / 2, up + mesh.height / 2]
    attachment: dict[str, Any] = {"type": "mesh"}
    if path is not None:
        attachment["path"] = path
    attachment |= {
        "uvs": _numbers(mesh.uvs),
        "triangles": mesh.triangles.ravel().tolist(),
        "vertices": _numbers(world),
        "hull": mesh.hull,
        # Spine counts an edge's ends in coordinates, two to a vertex. The interior edges are
        # there so that the editor keeps this triangulation when the mesh is edited.
        "edges": (mesh.edges * 2).ravel().tolist(),
        "width": mesh.width,
        "height": mesh.height,
    }
    return attachment


def serialize(document: Mapping[str, Any]) -> bytes:
    """Give the document as compact UTF-8 JSON with a newline; the same bytes for the same data."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _check_position(position: tuple[float, float]) -> None:
    if not (
        isinstance(position, Sequence)
        and len(position) == 2
        and all(isinstance(number, Real) and abs(number) <= FARTHEST for number in position)
    ):
        raise PositionUnusable(
            f"The position {position!r} cannot be used: it must be two numbers from "
            f"-{FARTHEST:.0f} to {FARTHEST:.0f}."
        )


def _bounding_box(attachments: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Of the setup pose: its lower left corner and its size."""
    corners = np.concatenate([np.reshape(mesh["vertices"], (-1, 2)) for mesh in attachments])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return dict(zip(("x", "y", "width", "height"), _numbers([low, high - low]), strict=True))


def _numbers(values: Any) -> list[float | int]:
    """Flatten to numbers whose text is the shortest: rounded, and whole ones as integers."""
    rounded = np.round(np.asarray(values, dtype=np.float64).ravel(), DECIMALS).tolist()
    return [int(value) if value.is_integer() else value for value in rounded]


def _content_hash(document: Mapping[str, Any]) -> str:
    """Spine's own form, 64 bits in base 64; it changes exactly when the document does."""
    digest = hashlib.blake2b(serialize(document), digest_size=8).digest()
    return base64.b64encode(digest).decode().rstrip("=")
