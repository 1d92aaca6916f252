"""Random art with random parameters, for a bounded time: every mesh holds all that is promised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import violations
from spinelift.mesh.types import Alpha
from tests.drawing import FAMILY_NAMES, drawn, mesh_parameters, noise, strokes


def holds_its_promises(alpha: Alpha, parameters: MeshParameters) -> None:
    for mesh in generate(alpha, parameters):
        assert violations(mesh) == []
        assert mesh.quality.uncovered_pixels == 0
        assert mesh.quality.area_coverage == pytest.approx(1, abs=1e-9)
        assert len(mesh.vertices) <= (parameters.max_vertices or len(mesh.vertices))


@settings(max_examples=300)
@given(noise(80) | strokes(200), mesh_parameters())
def test_random_masks_get_meshes_that_hold_their_promises(
    alpha: Alpha, parameters: MeshParameters
) -> None:
    holds_its_promises(alpha, parameters)


@pytest.mark.parametrize("name", FAMILY_NAMES)
@settings(max_examples=12)
@given(data=st.data())
def test_families_get_meshes_that_hold_their_promises(name: str, data: st.DataObject) -> None:
    holds_its_promises(data.draw(drawn(name, 128)), data.draw(mesh_parameters()))
