"""Results as they are stored: what is read is what was written."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.contract.results import read_results, result_fields
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha
from spinelift.spine.document import SPINE_VERSIONS, skeleton_document
from spinelift.spine.names import attachment_names

from ..drawing import alphas, mesh_parameters


@given(alphas(40), mesh_parameters(), st.sampled_from([*SPINE_VERSIONS]), st.booleans())
@settings(max_examples=60)
def test_document_of_what_was_read_is_that_of_the_meshes(
    alpha: Alpha, parameters: MeshParameters, version: str, is_through_json: bool
) -> None:
    found = generate(alpha, parameters)
    meshes = dict(zip(attachment_names("arms/左手", len(found)), found, strict=True))
    paths = dict.fromkeys(meshes, "arms/左手")
    fields = result_fields("arms/左手", meshes, parameters, ["mind the gap"])

    read = read_results(json.loads(json.dumps(fields)) if is_through_json else fields)

    assert skeleton_document(read, version) == skeleton_document(meshes, version)
    assert skeleton_document(read, version, paths=paths) == skeleton_document(
        meshes, version, paths=paths
    )


@given(alphas(40), mesh_parameters())
@settings(max_examples=40)
def test_results_of_what_was_read_are_those_that_were_written(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    found = generate(alpha, parameters)
    meshes = dict(zip(attachment_names("arm", len(found)), found, strict=True))
    fields = result_fields("arm", meshes, parameters, [])

    read = read_results(fields)

    assert result_fields("arm", read, parameters, []) == fields
    for before, after in zip(meshes.values(), read.values(), strict=True):
        assert before.islands == after.islands
        assert before.vertices.dtype == after.vertices.dtype
        assert before.triangles.dtype == after.triangles.dtype
        assert np.array_equal(before.edges, after.edges)


def test_read_mesh_has_no_pixels_to_cover() -> None:
    (mesh,) = generate(np.full((8, 8), 255, dtype=np.uint8), MeshParameters())
    fields = result_fields("arm", {"arm": mesh}, MeshParameters(), [])

    (read,) = read_results(fields).values()

    assert read.required.size == 0
    assert read.quality == mesh.quality


def test_result_that_lacks_something_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        read_results({"name": "arm", "others": []})
