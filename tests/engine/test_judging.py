"""Meshes of documents, judged as they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinelift.engine.judging import DocumentTask, JudgedImage, judge_document, judge_image
from spinelift.engine.work import Failure, MeshTask
from spinelift.library import generate_mesh, generate_meshes
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.quality import triangle_areas
from spinelift.spine.document import skeleton_document
from spinelift.spine.reading import AttachmentMesh, read_meshes

from ..art import disc, two_discs, write_png

DEFAULTS = MeshParameters()
SPLIT = MeshParameters(islands="split")


def attachment(**changes: Any) -> AttachmentMesh:
    """Our own mesh of the disc, read back from its document."""
    document = skeleton_document({"arm": generate_mesh(disc(), DEFAULTS)})
    return replace(next(iter(read_meshes(document).values())), **changes)


def judge(image: Path, *meshes: AttachmentMesh) -> JudgedImage:
    result = judge_document(DocumentTask(image, meshes, DEFAULTS, image.name))
    assert isinstance(result, JudgedImage), result
    return result


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_png(tmp_path / "arm.png", disc())


def test_our_own_mesh_has_nothing_against_it(image: Path) -> None:
    (verdict,) = judge(image, attachment()).verdicts

    assert verdict.violations == ()
    assert verdict.mesh.quality.uncovered_pixels == 0
    assert verdict.mesh.quality.overdraw == pytest.approx(
        generate_mesh(disc(), DEFAULTS).quality.overdraw, abs=1e-5
    )


def test_mesh_that_walks_the_other_way_is_as_good(image: Path) -> None:
    mesh = attachment()
    order = np.arange(len(mesh.vertices), dtype=np.int32)[::-1]
    turned = replace(mesh, vertices=mesh.vertices[order], triangles=order[mesh.triangles])

    (verdict,) = judge(image, turned).verdicts

    assert verdict.violations == ()
    assert verdict.mesh.quality.uncovered_pixels == 0


def test_mesh_that_lost_a_triangle_leaves_pixels_uncovered(image: Path) -> None:
    mesh = attachment()
    largest = np.argmax(abs(triangle_areas(mesh.vertices, mesh.triangles)))
    others = np.delete(mesh.triangles, largest, axis=0)

    (verdict,) = judge(image, replace(mesh, triangles=others)).verdicts

    assert verdict.mesh.quality.uncovered_pixels > 0
    assert verdict.violations != ()


def test_vertex_outside_the_image_is_found(image: Path) -> None:
    mesh = attachment()
    vertices = mesh.vertices.copy()
    vertices[0] = -1e300, 1e300

    (verdict,) = judge(image, replace(mesh, vertices=vertices)).verdicts

    assert "A vertex lies outside the image." in verdict.violations


def test_wrong_size_is_found(image: Path) -> None:
    (verdict,) = judge(image, attachment(width=47.0)).verdicts

    assert any("47 x 48 px" in violation for violation in verdict.violations)


def test_islands_of_one_image_answer_for_it_together(tmp_path: Path) -> None:
    image = write_png(tmp_path / "arm.png", two_discs())
    meshes = {f"arm-{n}": mesh for n, mesh in enumerate(generate_meshes(two_discs(), SPLIT))}
    attachments = tuple(read_meshes(skeleton_document(meshes)).values())

    together, alone = judge(image, *attachments), judge(image, attachments[0])

    assert [one.mesh.quality.uncovered_pixels for one in together.verdicts] == [0, 0]
    assert alone.verdicts[0].mesh.quality.uncovered_pixels > 0


def test_missing_image_is_a_failure(tmp_path: Path) -> None:
    result = judge_document(
        DocumentTask(tmp_path / "arm.png", (attachment(),), DEFAULTS, "arm.png")
    )

    assert isinstance(result, Failure)
    assert result.code == "IMAGE_NOT_FOUND"


def test_image_is_meshed_and_judged(image: Path) -> None:
    result = judge_image(MeshTask(image, DEFAULTS, "arm.png"))

    assert isinstance(result, JudgedImage)
    assert result.verdicts[0].violations == ()
