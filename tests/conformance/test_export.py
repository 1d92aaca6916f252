"""What a person downloads, loaded and drawn by the official runtimes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from zipfile import ZipFile

import pytest

from spinelift import MeshParameters
from spinelift.contract.results import read_results
from spinelift.engine.export import ExportItem, write_export
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.images import decode, encode_png
from spinelift.mesh.types import Rgba
from spinelift.spine.document import SPINE_VERSIONS

from .checker import check_document, check_drawing
from .conftest import Load
from .runtimes import Request
from .scenes import Scene, bridged_islands, interior_vertices, limb

ART: Mapping[str, Rgba] = {
    "脚/limb": limb().images["limb"],
    "disc": interior_vertices().images["disc"],
    "eyes": bridged_islands().images["islands"],
}
PARAMETERS = MeshParameters(islands="split", internal_vertex_density=20)


def downloaded(version: str, *, atlas: bool) -> tuple[ZipFile, Scene]:
    """The zip, and what it is to show."""
    items = []
    for name, rgba in ART.items():
        content = encode_png(rgba)
        answer = generate_answer(GenerationTask(content, name, PARAMETERS), lambda _: None)
        assert isinstance(answer, Answer)
        items.append(ExportItem(name, content, json.loads(answer.result)))
    file = io.BytesIO()
    write_export(file, items, version, atlas=atlas)
    of_items = [(one.name, read_results(one.fields)) for one in items]
    meshes = {name: mesh for _, found in of_items for name, mesh in found.items()}
    paths = {name: image for image, found in of_items for name in found if name != image}
    return ZipFile(file), Scene(ART, meshes, paths=paths)


def pixels(archive: ZipFile, folder: str) -> dict[str, Rgba]:
    """Name to picture, of the pictures right in or somewhere below a folder."""
    return {
        name.removeprefix(folder): decode(archive.read(name)).rgba
        for name in archive.namelist()
        if name.startswith(folder) and name.endswith(".png")
    }


@pytest.mark.parametrize("has_atlas", [False, True])
@pytest.mark.parametrize("version", SPINE_VERSIONS)
def test_official_runtime_draws_what_was_downloaded(
    version: str, has_atlas: bool, load: Load
) -> None:
    archive, scene = downloaded(version, atlas=has_atlas)
    document = archive.read("skeleton.json").decode()
    textures = {
        name.removesuffix(".png"): rgba for name, rgba in pixels(archive, "images/").items()
    }
    atlas = None
    if has_atlas:
        atlas = archive.read("skeleton.atlas").decode()
        textures = {name: rgba for name, rgba in pixels(archive, "").items() if "/" not in name}

    # There is no 3.8 runtime on npm; that of 4.0 reads its static documents, and its atlases.
    asked = Request("4.0" if version == "3.8" else version, document, textures, atlas)
    (answer,) = load([asked])

    assert len(scene.meshes) == 4
    assert check_document(document, version, scene) == []
    assert check_drawing(document, scene, answer, textures) == []
