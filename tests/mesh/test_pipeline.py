"""Image to meshes: the stages in order, and what may stop them."""

from __future__ import annotations

import numpy as np
import pytest

from spinelift.mesh.errors import ImageEmpty
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import Stage, generate, hull_budget
from spinelift.samples.families import islands, limb


def test_stages_are_announced_in_order() -> None:
    stages: list[Stage] = []

    generate(limb(40, 80), MeshParameters(), on_stage=stages.append)

    assert stages == ["mask", "outline", "polygon", "interior", "triangles"]


def test_stages_of_every_split_island_are_announced() -> None:
    stages: list[Stage] = []

    generate(islands(60, 60, count=3), MeshParameters(islands="split"), on_stage=stages.append)

    assert stages == ["mask", "outline"] + 3 * ["polygon", "interior", "triangles"]


@pytest.mark.parametrize("last", ["mask", "outline", "polygon", "interior", "triangles"])
def test_raising_from_a_stage_cancels(last: Stage) -> None:
    class Cancelled(Exception):
        pass

    def cancel(stage: Stage) -> None:
        if stage == last:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(limb(40, 80), MeshParameters(), on_stage=cancel)


def test_transparent_image_has_no_mesh() -> None:
    with pytest.raises(ImageEmpty):
        generate(np.zeros((5, 5), dtype=np.uint8), MeshParameters())


def test_image_is_not_changed() -> None:
    alpha = islands(60, 60)
    before = alpha.copy()

    generate(alpha, MeshParameters(padding=2, blur_kernel_size=5))

    np.testing.assert_array_equal(alpha, before)


@pytest.mark.parametrize(
    ("parameters", "budget"),
    [
        (MeshParameters(), None),
        (MeshParameters(internal_vertex_density=50), None),
        (MeshParameters(max_hull_vertices=30), 30),
        (MeshParameters(max_vertices=30), 30),
        (MeshParameters(max_vertices=30, max_hull_vertices=12), 12),
        (MeshParameters(max_vertices=30, internal_vertex_density=1), 19),
        (MeshParameters(max_vertices=4, internal_vertex_density=1), 4),
    ],
)
def test_hull_gets_its_share_of_the_budgets(parameters: MeshParameters, budget: int | None) -> None:
    assert hull_budget(parameters) == budget
