"""Image to meshes: the stages in order, and what may stop them."""

from __future__ import annotations

import numpy as np
import pytest

from spinelift.mesh.errors import ImageEmpty, ImageTooLarge
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import Stage, generate, hull_budget
from spinelift.samples.families import comb, islands, limb


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
    ("parameters", "wanted", "budget"),
    [
        ({}, 0, None),
        ({}, 50, None),
        ({"max_hull_vertices": 30}, 0, 30),
        ({"max_hull_vertices": 30}, 5, 25),
        ({"max_hull_vertices": 30}, 50, 22),
        ({"max_vertices": 30}, 0, 30),
        ({"max_vertices": 30}, 5, 25),
        ({"max_vertices": 30}, 50, 18),
        ({"max_vertices": 30, "max_hull_vertices": 12}, 0, 12),
        ({"max_vertices": 4}, 50, 4),
    ],
)
def test_corners_of_the_outline_get_their_share_of_the_budgets(
    parameters: dict[str, int], wanted: int, budget: int | None
) -> None:
    assert hull_budget(MeshParameters(**parameters), wanted) == budget  # type: ignore[arg-type]


SPIKY = [
    "............",
    "......#.....",
    "......#.....",
    ".....##.....",
    ".....##.....",
    "....###.....",
    "....####....",
    "....####....",
    "...#####....",
    "...#####....",
    "..######....",
    "..###.......",
]


def test_outline_does_not_fold_back_round_nothing() -> None:
    alpha = np.array([[255 * (pixel == "#") for pixel in row] for row in SPIKY], dtype=np.uint8)

    [mesh] = generate(alpha, MeshParameters(max_hull_vertices=7))

    hull = mesh.vertices[: mesh.hull]
    back, forth = np.roll(hull, 1, axis=0) - hull, np.roll(hull, -1, axis=0) - hull
    turned = forth[:, 0] * back[:, 1] - forth[:, 1] * back[:, 0]
    angles = np.degrees(np.arctan2(turned, (back * forth).sum(axis=1)))
    assert angles[turned > 0].min() > 1


@pytest.mark.parametrize("budget", [8, 9, 16, 24])
def test_small_budget_is_spent_where_vertices_are_wanted_inside(budget: int) -> None:
    alpha = comb(120, 90, teeth=6)

    [mesh] = generate(alpha, MeshParameters(max_vertices=budget, internal_vertex_density=6))

    assert budget - 2 <= len(mesh.vertices) <= budget


def test_image_that_is_too_wide_for_the_kernel_is_refused() -> None:
    with pytest.raises(ImageTooLarge, match="20000 x 1 px"):
        generate(np.full((1, 20_000), 255, dtype=np.uint8), MeshParameters())
