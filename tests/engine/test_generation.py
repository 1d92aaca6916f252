"""An image to the answer that clients get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import spinelift
from spinelift.contract.stages import BEGINNINGS, JobStage
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.work import Failure
from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters


@pytest.fixture
def two_discs(tmp_path: Path) -> Path:
    rgba = np.zeros((60, 100, 4), dtype=np.uint8)
    cv2.circle(rgba, (25, 30), 20, (255, 255, 255, 255), -1)
    cv2.circle(rgba, (75, 30), 15, (255, 255, 255, 255), -1)
    path = tmp_path / "two.png"
    path.write_bytes(encode_png(rgba))
    return path


def answer(
    image: Path, spine_version: str | None = "4.2", **values: Any
) -> tuple[Answer, list[JobStage]]:
    stages: list[JobStage] = []
    task = GenerationTask(image, "arms/two", MeshParameters(**values), spine_version)
    given = generate_answer(task, stages.append)
    assert isinstance(given, Answer)
    return given, stages


def contents(given: Answer) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its result and its document."""
    assert given.document is not None
    return json.loads(given.result), json.loads(given.document)


def test_answer_is_what_the_library_makes(two_discs: Path) -> None:
    given, _ = answer(two_discs)

    result, document = contents(given)
    mesh = spinelift.generate_mesh(two_discs)
    assert result["name"] == "arms/two"
    assert (result["width"], result["height"], result["hull"]) == (100, 60, mesh.hull)
    assert np.array_equal(result["vertices"], mesh.vertices)
    assert np.array_equal(result["triangles"], mesh.triangles)
    assert np.array_equal(result["edges"], mesh.edges)
    assert np.allclose(result["uvs"], mesh.uvs)
    assert result["quality"]["uncovered_pixels"] == 0
    assert result["parameters"] == MeshParameters().to_mapping()
    assert result["others"] == []
    assert document == spinelift.skeleton_document({"arms/two": mesh}, version="4.2")
    assert result["attachment"] == document["skins"][0]["attachments"]["arms/two"]["arms/two"]


def test_document_is_made_where_a_version_is_given(two_discs: Path) -> None:
    with_document, _ = answer(two_discs, islands="split")

    without, _ = answer(two_discs, None, islands="split")

    assert without.document is None
    assert without.result == with_document.result


@pytest.mark.parametrize("version", ["4.2", None])
def test_every_stage_is_told_in_order(two_discs: Path, version: str | None) -> None:
    _, stages = answer(two_discs, version)

    assert stages == list(BEGINNINGS)


def test_split_islands_are_numbered_and_share_their_image(two_discs: Path) -> None:
    given, _ = answer(two_discs, islands="split")

    result, document = contents(given)
    names = [result["name"], *(other["name"] for other in result["others"])]
    assert names == ["arms/two-1", "arms/two-2"]
    assert {result["attachment"]["path"], result["others"][0]["attachment"]["path"]} == {"arms/two"}
    assert [slot["name"] for slot in document["slots"]] == names


def test_answer_is_one_line_each(two_discs: Path) -> None:
    given, _ = answer(two_discs)

    assert given.document is not None
    assert [part.count(b"\n") for part in (given.result, given.document)] == [1, 1]


def test_what_is_no_image_is_a_failure_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing to see")

    failure = generate_answer(GenerationTask(path, "notes", MeshParameters()), lambda _: None)

    assert isinstance(failure, Failure)
    assert failure.code == "IMAGE_UNREADABLE"
    assert "notes" in failure.message


def test_shares_of_the_stages_only_grow() -> None:
    assert list(BEGINNINGS.values()) == sorted(set(BEGINNINGS.values()))
    assert all(0 <= percent < 100 for percent in BEGINNINGS.values())
