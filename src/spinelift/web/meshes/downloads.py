"""Meshes in, files for Spine, for programs and for eyes out; pictures are read in a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Literal

from spinelift.engine.export import (
    ExportItem,
    ExportTask,
    export_document,
    export_zip,
)
from spinelift.engine.picture import PictureTask, draw_picture
from spinelift.spine.document import serialize
from spinelift.web.images.storage import local_file
from spinelift.web.meshes.models import Mesh, MeshContent
from spinelift.web.meshes.services import MeshUnfinished
from spinelift.web.workers import done

Picture = Literal["png", "svg"]


def mesh_json(mesh: Mesh) -> bytes:
    """The geometry as `contract.results` has it. Raises MeshUnfinished."""
    (item,) = _items([mesh])
    return serialize(item.fields)


def skeleton_json(meshes: Sequence[Mesh], version: str) -> bytes:
    """A Spine skeleton with these meshes, drawn in their order.

    Raises UnknownSpineVersion, NothingToWrite, NameTaken and MeshUnfinished.
    """
    return export_document(_items(meshes), version)


def skeleton_zip(meshes: Sequence[Mesh], version: str, *, atlas: bool) -> IO[bytes]:
    """The skeleton with its images, and its atlas where wanted, in a file that goes when closed.

    Raises what `skeleton_json` does, AtlasPageTooLarge and Overloaded.
    """
    with ExitStack() as opened:
        items = [
            ExportItem(item.name, opened.enter_context(local_file(mesh.blob.key)), item.fields)
            for mesh, item in zip(meshes, _items(meshes), strict=True)
        ]
        file = tempfile.NamedTemporaryFile(suffix=".zip")  # noqa: SIM115  # whoever sends it closes
        try:
            done(export_zip, ExportTask(tuple(items), version, atlas, Path(file.name)))
        except BaseException:
            file.close()
            raise
        return file


def picture(mesh: Mesh, kind: Picture) -> bytes:
    """The art under its wireframe. Raises MeshUnfinished and Overloaded."""
    (item,) = _items([mesh])
    with local_file(mesh.blob.key) as path:
        return done(draw_picture, PictureTask(path, item.name, item.fields, kind))


def _items(meshes: Sequence[Mesh]) -> list[ExportItem]:
    contents = dict(MeshContent.objects.filter(mesh__in=meshes).values_list("mesh", "fields"))
    for mesh in meshes:
        if mesh.id not in contents:
            raise MeshUnfinished(
                f"{mesh.image.name} has no mesh in this version: its status is {mesh.status}."
            )
    return [ExportItem(mesh.image.name, b"", contents[mesh.id]) for mesh in meshes]
