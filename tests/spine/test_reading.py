"""Documents back to meshes, honest and hostile ones."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.types import Mesh
from spinelift.spine.document import SPINE_VERSIONS, serialize, skeleton_document
from spinelift.spine.errors import DocumentUnreadable
from spinelift.spine.reading import AttachmentMesh, MeshKey, parse, read_meshes

from .meshes import full, rectangles

KEY = MeshKey("default", "arm", "arm")
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 70_000)
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


def attachment_of(document: dict[str, Any]) -> dict[str, Any]:
    attachment = document["skins"][0]["attachments"]["arm"]["arm"]
    assert isinstance(attachment, dict)
    return attachment


def read_or_refuse(document: object) -> dict[MeshKey, AttachmentMesh]:
    try:
        return read_meshes(document)
    except DocumentUnreadable:
        return {}


def document_with(**changes: Any) -> dict[str, Any]:
    """A good document, with some of its attachment's values replaced (or, by None, removed)."""
    document = skeleton_document({"arm": full(8, 6)})
    attachment = attachment_of(document) | changes
    document["skins"][0]["attachments"]["arm"]["arm"] = {
        key: value for key, value in attachment.items() if value is not None
    }
    return document


@settings(max_examples=60)
@given(rectangles(), st.sampled_from([*SPINE_VERSIONS]))
def test_mesh_written_and_read_is_the_same_mesh(mesh: Mesh, version: str) -> None:
    document = parse(serialize(skeleton_document({"arm": mesh}, version)))

    read = read_meshes(document)[KEY]

    assert np.abs(read.vertices - mesh.vertices).max() < 0.01
    assert (read.triangles == mesh.triangles).all()
    assert (read.hull, read.width, read.height) == (mesh.hull, mesh.width, mesh.height)
    assert (read.path, read.is_weighted) == ("arm", False)


@settings(max_examples=300)
@given(st.data())
def test_damaged_document_is_read_or_refused_and_never_crashes(data: st.DataObject) -> None:
    document: Any = skeleton_document({"arm": full(8, 6)})
    place: Any = document
    while True:
        steps = list(place.keys() if isinstance(place, dict) else range(len(place)))
        step = data.draw(st.sampled_from(steps))
        if not isinstance(place[step], dict | list) or not place[step] or data.draw(st.booleans()):
            break
        place = place[step]
    place[step] = data.draw(JUNK)

    meshes = read_or_refuse(document)

    assert all(np.isfinite(mesh.vertices).all() for mesh in meshes.values())


@settings(max_examples=100)
@given(JUNK)
def test_junk_is_read_or_refused_and_never_crashes(junk: object) -> None:
    assert read_or_refuse({"skins": junk}) == {}


@settings(max_examples=100)
@given(
    st.binary(max_size=20) | st.sampled_from([b"[" * 200_000, b"1" * 5000, b"[]", b"{}", b"\xff"])
)
def test_bytes_that_are_no_skeleton_are_refused(text: bytes) -> None:
    with pytest.raises(DocumentUnreadable):
        parse(text)


def test_byte_order_mark_is_ignored() -> None:
    document = document_with()

    assert parse(b"\xef\xbb\xbf" + serialize(document)) == document


def test_skins_by_name_are_read() -> None:
    document = document_with()
    document["skins"] = {"default": document["skins"][0]["attachments"]}

    assert [*read_meshes(document)] == [KEY]


def test_meshes_of_every_skin_are_read() -> None:
    document = document_with()
    winter = copy.deepcopy(document["skins"][0]) | {"name": "winter"}
    document["skins"].append(winter)

    assert [key.skin for key in read_meshes(document)] == ["default", "winter"]


def test_weighted_mesh_is_read_by_its_uvs() -> None:
    vertices = attachment_of(document_with())["vertices"]
    pairs = zip(vertices[::2], vertices[1::2], strict=True)
    weighted = [number for x, y in pairs for number in (2, 0, x, y, 0.5, 1, x, y, 0.5)]

    plain, read = (
        read_meshes(document)[KEY]
        for document in (document_with(), document_with(vertices=weighted))
    )

    assert read.is_weighted
    assert (read.vertices == plain.vertices).all()


def test_attachment_without_geometry_is_left_out() -> None:
    document = document_with(type="region")
    entries = document["skins"][0]["attachments"]["arm"]
    entries["linked"] = {"type": "linkedmesh", "parent": "arm"}
    entries["linked too"] = {"type": "mesh", "source": "arm"}

    assert read_meshes(document) == {}


def test_path_goes_before_name_and_name_before_key() -> None:
    documents = [
        document_with(path="shared/arm", name="upper"),
        document_with(name="upper"),
        document_with(),
    ]

    paths = [read_meshes(document)[KEY].path for document in documents]

    assert paths == ["shared/arm", "upper", "arm"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"uvs": [0, 0, 1]}, "uvs must be pairs"),
        ({"uvs": [0, 0, 1, 1]}, "uvs must be pairs, from 3"),
        ({"uvs": [0, 0] * 65_536}, "to 65535 of them"),
        ({"uvs": [0, 0, 1, 0, 1, float("nan")]}, "uvs must be a list of finite numbers"),
        ({"uvs": [0, 0, 1, 0, 1, True]}, "uvs must be a list of finite numbers"),
        ({"uvs": [0, 0, 1, 0, 1, 10**400]}, "uvs must be a list of finite numbers"),
        ({"triangles": [0, 1]}, "triangles must come in threes"),
        ({"triangles": []}, "triangles must come in threes"),
        ({"triangles": [0, 1, 5]}, "whole numbers from 0 to 4"),
        ({"triangles": [0, 1, -1]}, "whole numbers from 0 to 4"),
        ({"triangles": [0, 1, 2.0]}, "whole numbers from 0 to 4"),
        ({"hull": 6}, "hull must be a whole number from 3 to 5"),
        ({"hull": 2}, "hull must be a whole number from 3 to 5"),
        ({"hull": None}, "hull must be a whole number"),
        ({"width": None}, "no width; export with nonessential data"),
        ({"height": 0}, "height must be a number of pixels above 0"),
        ({"width": 1e9}, "width must be a number of pixels"),
        ({"vertices": [1, 0, 5]}, "weighted vertices are damaged"),
        ({"vertices": [0] * 11}, "weighted vertices are damaged"),
        ({"vertices": [1e300] * 11}, "match neither|damaged"),
        ({"vertices": [1, 0, 0, 0, 1] * 6}, "match neither its uvs nor a list of weights"),
        ({"path": 7}, "path is not a text"),
    ],
)
def test_refusal_names_the_mesh_and_the_fault(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DocumentUnreadable, match=f"'default/arm/arm'.*({complaint})"):
        read_meshes(document_with(**changes))


def test_refusal_of_a_binary_export_says_what_to_do() -> None:
    with pytest.raises(DocumentUnreadable, match="as JSON, not as binary"):
        parse(b"\x1c8V2WUa28mvRM")


def test_infinity_in_json_is_refused() -> None:
    text = json.dumps(document_with()).replace('"uvs": [0,', '"uvs": [Infinity,')

    with pytest.raises(DocumentUnreadable, match="finite"):
        read_meshes(parse(text.encode()))
