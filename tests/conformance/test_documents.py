"""Every document that the tests make, checked by the rules and drawn by every official runtime."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from spinelift.spine.atlas import pack
from spinelift.spine.document import SPINE_VERSIONS, serialize, skeleton_document

from .checker import check_document, check_drawing
from .conftest import Load
from .runtimes import VERSIONS, Request
from .scenes import SCENES, Scene


class Case(NamedTuple):
    """A scene, written for a version, loaded by a runtime from a kind of texture."""

    scene: str
    version: str
    runtime: str
    textures: str

    def __str__(self) -> str:
        return f"{self.scene}-{self.version}-in-{self.runtime}-{self.textures}"


# There is no 3.8 runtime on npm; that of 4.0 reads its static documents, and its atlases.
RUNTIME_OF = {"3.8": "4.0"} | {version: version for version in VERSIONS}
CASES = [
    Case(scene, version, RUNTIME_OF[version], textures)
    for scene in SCENES
    for version in SPINE_VERSIONS
    for textures in ("loose", "legacy atlas" if version == "3.8" else "atlas")
] + [Case("limb", version, version, "legacy atlas") for version in VERSIONS]


def document_text(scene: Scene, version: str) -> str:
    document = skeleton_document(
        scene.meshes, version, positions=scene.positions, paths=scene.paths
    )
    return serialize(document).decode()


def request(case: Case) -> Request:
    scene = SCENES[case.scene]
    document = document_text(scene, case.version)
    if case.textures == "loose":
        return Request(case.runtime, document, dict(scene.images))
    # So small that some scenes need several pages, and some images one of their own.
    atlas = pack(scene.images, scene.meshes, paths=scene.paths, page_size=64)
    return Request.packed(case.runtime, document, atlas, legacy=case.textures == "legacy atlas")


@pytest.fixture(scope="session")
def loaded(load: Load) -> dict[Case, tuple[Request, dict[str, Any]]]:
    requests = [request(case) for case in CASES]
    return dict(zip(CASES, zip(requests, load(requests), strict=True), strict=True))


@pytest.mark.parametrize("version", SPINE_VERSIONS)
@pytest.mark.parametrize("scene", SCENES)
def test_document_obeys_every_rule_of_the_format(scene: str, version: str) -> None:
    text = document_text(SCENES[scene], version)

    violations = check_document(text, version, SCENES[scene])

    assert violations == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_official_runtime_draws_the_art(
    case: Case, loaded: dict[Case, tuple[Request, dict[str, Any]]]
) -> None:
    asked, answer = loaded[case]

    violations = check_drawing(asked.document, SCENES[case.scene], answer, asked.textures)

    assert violations == []
