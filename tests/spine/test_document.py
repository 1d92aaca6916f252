"""Meshes to a document, and a document to bytes."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.types import Mesh
from spinelift.spine.document import (
    SPINE_VERSIONS,
    mesh_attachment,
    serialize,
    skeleton_document,
)
from spinelift.spine.errors import NothingToWrite, PositionUnusable, UnknownSpineVersion
from spinelift.spine.reading import parse

from .meshes import full, rectangle, rectangles

ARM = full(8, 6)
COORDINATES = st.floats(-1e6, 1e6)


def only_attachment(document: dict[str, Any]) -> dict[str, Any]:
    (entries,) = document["skins"][0]["attachments"].values()
    (attachment,) = entries.values()
    assert isinstance(attachment, dict)
    return attachment


@settings(max_examples=60)
@given(rectangles())
def test_uvs_stay_in_range_and_within_a_hundredth_of_a_pixel(mesh: Mesh) -> None:
    uvs = np.reshape(mesh_attachment(mesh)["uvs"], (-1, 2))

    assert uvs.min() >= 0
    assert uvs.max() <= 1
    assert np.abs(uvs * [mesh.width, mesh.height] - mesh.vertices).max() < 0.01


@settings(max_examples=60)
@given(rectangles())
def test_corners_on_the_grid_are_written_exactly(mesh: Mesh) -> None:
    vertices = np.reshape(mesh_attachment(mesh)["vertices"], (-1, 2))

    expected = mesh.vertices * [1, -1] + [-mesh.width / 2, mesh.height / 2]
    assert (vertices[: mesh.hull] == expected[: mesh.hull]).all()


@settings(max_examples=60)
@given(rectangles(), COORDINATES, COORDINATES)
def test_bounding_box_is_that_of_the_vertices(mesh: Mesh, right: float, up: float) -> None:
    document = skeleton_document({"arm": mesh}, positions={"arm": (right, up)})

    vertices = np.reshape(only_attachment(document)["vertices"], (-1, 2))
    box = document["skeleton"]
    assert (box["x"], box["y"]) == tuple(vertices.min(axis=0))
    assert box["x"] + box["width"] == pytest.approx(vertices[:, 0].max(), abs=2e-6)
    assert box["y"] + box["height"] == pytest.approx(vertices[:, 1].max(), abs=2e-6)


@settings(max_examples=60)
@given(rectangles(), COORDINATES, COORDINATES)
def test_numbers_are_written_in_their_shortest_form(mesh: Mesh, right: float, up: float) -> None:
    text = serialize(mesh_attachment(mesh, position=(right, up))).decode()

    numbers: list[str] = []
    json.loads(text, parse_float=numbers.append, parse_int=numbers.append)
    assert not [number for number in numbers if number.endswith(".0") or number == "-0"]
    assert all(len(number.partition(".")[2]) <= 6 for number in numbers if "e" not in number)


@settings(max_examples=30)
@given(rectangles(), st.sampled_from([*SPINE_VERSIONS]))
def test_bytes_read_back_are_the_document(mesh: Mesh, version: str) -> None:
    document = skeleton_document({"arm": mesh}, version)

    assert parse(serialize(document)) == document


def test_small_document_looks_like_this() -> None:
    document = skeleton_document({"arms/左手": ARM}, positions={"arms/左手": (10.5, 0)})

    assert document == {
        "skeleton": {
            "hash": document["skeleton"]["hash"],
            "spine": "4.2.43",
            "x": 6.5,
            "y": -3,
            "width": 8,
            "height": 6,
            "images": "./images/",
        },
        "bones": [{"name": "root"}],
        "slots": [{"name": "arms/左手", "bone": "root", "attachment": "arms/左手"}],
        "skins": [
            {
                "name": "default",
                "attachments": {
                    "arms/左手": {
                        "arms/左手": {
                            "type": "mesh",
                            "uvs": [0, 0, 1, 0, 1, 1, 0, 1, 0.5, 0.5],
                            "triangles": [0, 1, 4, 1, 2, 4, 2, 3, 4, 3, 0, 4],
                            "vertices": [6.5, 3, 14.5, 3, 14.5, -3, 6.5, -3, 10.5, 0],
                            "hull": 4,
                            "edges": [0, 2, 2, 4, 4, 6, 6, 0, 0, 8, 2, 8, 4, 8, 6, 8],
                            "width": 8,
                            "height": 6,
                        }
                    }
                },
            }
        ],
    }


def test_slots_keep_the_order_of_the_meshes() -> None:
    document = skeleton_document({"z": ARM, "a": ARM, "m": ARM})

    assert [slot["name"] for slot in document["slots"]] == ["z", "a", "m"]


def test_path_is_written_only_where_it_differs() -> None:
    document = skeleton_document(
        {"eyes/1": ARM, "eyes": ARM}, paths={"eyes/1": "eyes", "eyes": "eyes"}
    )

    attachments = document["skins"][0]["attachments"]
    assert attachments["eyes/1"]["eyes/1"]["path"] == "eyes"
    assert "path" not in attachments["eyes"]["eyes"]


def test_versions_differ_only_in_their_name_and_hash() -> None:
    documents = [skeleton_document({"arm": ARM}, version) for version in SPINE_VERSIONS]

    named = [document["skeleton"].pop("spine") for document in documents]
    hashes = {document["skeleton"].pop("hash") for document in documents}
    assert named == ["3.8.99", "4.0.64", "4.1.24", "4.2.43", "4.3.23"]
    assert len(hashes) == len(documents)
    assert all(document == documents[0] for document in documents)


def test_same_meshes_have_the_same_hash() -> None:
    one, other = (skeleton_document({"arm": full(8, 6)}) for _ in range(2))

    assert one["skeleton"]["hash"] == other["skeleton"]["hash"]
    assert len(one["skeleton"]["hash"]) == 11


def test_moved_vertex_changes_the_hash() -> None:
    moved = rectangle(8, 6, 1 / 64, 0, 8, 6)

    one, other = (skeleton_document({"arm": mesh}) for mesh in (ARM, moved))

    assert one["skeleton"]["hash"] != other["skeleton"]["hash"]


def test_bytes_are_compact_utf8_with_a_newline() -> None:
    text = serialize({"左手": [1, 0.5]})

    assert text == '{"左手":[1,0.5]}\n'.encode()


def test_position_without_a_mesh_is_ignored() -> None:
    document = skeleton_document({"arm": ARM}, positions={"hat": (1, 2)})

    assert document == skeleton_document({"arm": ARM})


def test_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownSpineVersion, match=r"'4\.4'.*3\.8, 4\.0, 4\.1, 4\.2, 4\.3"):
        skeleton_document({"arm": ARM}, "4.4")


def test_document_without_a_mesh_is_refused() -> None:
    with pytest.raises(NothingToWrite):
        skeleton_document({})


@pytest.mark.parametrize(
    "position",
    [(math.nan, 0), (0, math.inf), (-math.inf, 0), (1e6 + 1, 0), (1,), (1, 2, 3), "12", None, 7],
)
def test_unusable_position_is_refused(position: Any) -> None:
    with pytest.raises(PositionUnusable, match="position"):
        skeleton_document({"arm": ARM}, positions={"arm": position})


@pytest.mark.parametrize("name", ["", "..", "a/../b", "/etc/hat", "a\\b", "C:hat", "a\nb", "a/"])
@pytest.mark.parametrize("place", ["name", "path"])
def test_unusable_name_or_path_is_refused(name: str, place: str) -> None:
    attachment, image = (name, "arm") if place == "name" else ("arm", name)

    with pytest.raises(SpineLiftError) as refusal:
        skeleton_document({attachment: ARM}, paths={attachment: image})

    assert refusal.value.code == "NAME_UNUSABLE"
