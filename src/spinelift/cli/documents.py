"""Skeleton files in, their meshes out; what cannot be read is a failure of that file."""

from __future__ import annotations

from pathlib import Path

from spinelift import images
from spinelift.images.limits import ImageLimits
from spinelift.spine.reading import AttachmentMesh, MeshKey, parse, read_meshes

DEFAULT_IMAGES = "./images/"


def read_skeleton(path: Path, limits: ImageLimits) -> dict[MeshKey, AttachmentMesh]:
    """The mesh attachments of a file. Raises `SpineLiftError`."""
    return read_meshes(parse(images.read_file(path, limits)))


def images_folder(path: Path, limits: ImageLimits) -> Path:
    """Where a skeleton says that its images are. Raises `SpineLiftError`."""
    head = parse(images.read_file(path, limits)).get("skeleton")
    given = head.get("images") if isinstance(head, dict) else None
    return path.parent / (given if isinstance(given, str) and given else DEFAULT_IMAGES)


def short_name(key: MeshKey) -> str:
    """What tells an attachment from the others: often its name is enough."""
    if key.skin == "default" and key.slot == key.name:
        return key.name
    return str(key)
