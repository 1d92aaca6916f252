"""What comes out of the cache is what went in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.engine.packing import pack_meshes, unpack_meshes
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha

from ..drawing import alphas, mesh_parameters


@given(alpha=alphas(40), data=st.data())
@settings(max_examples=40)
def test_unpacked_meshes_equal_the_packed_ones(alpha: Alpha, data: st.DataObject) -> None:
    meshes = generate(alpha, data.draw(mesh_parameters(alpha_threshold=st.just(10))))

    unpacked, warnings = unpack_meshes(pack_meshes(meshes, ["mind the gap"]))

    assert warnings == ("mind the gap",)
    assert len(unpacked) == len(meshes)
    for before, after in zip(meshes, unpacked, strict=True):
        assert np.array_equal(before.vertices, after.vertices)
        assert np.array_equal(before.triangles, after.triangles)
        assert np.array_equal(before.required, after.required)
        assert before.required_origin == after.required_origin
        assert (before.hull, before.width, before.height) == (after.hull, after.width, after.height)
        assert (before.islands, before.warnings) == (after.islands, after.warnings)
        assert before.quality == after.quality


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"meshes": [{}]}', b"[" * 100000]
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (json says it in many ways)
        unpack_meshes(content)
