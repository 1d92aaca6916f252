"""Advice before any work is done: errors, warnings, and recommended parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.errors import ImageEmpty
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.presets import TARGETS
from spinelift.mesh.types import Alpha
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.samples.families import comb, limb
from tests.drawing import alphas, mesh_parameters

validator = MeshParameterValidator()


@given(mesh_parameters())
def test_valid_values_become_parameters(parameters: MeshParameters) -> None:
    validation = validator.validate(parameters.to_mapping())

    assert validation.errors == ()
    assert validation.parameters == parameters


def test_every_error_is_collected_at_once() -> None:
    values: dict[str, object] = {**dict.fromkeys(PARAMETERS, "wrong"), "unknown": 1}

    validation = validator.validate(values)

    assert [error.parameter for error in validation.errors] == [*PARAMETERS, "unknown"]
    assert validation.parameters is None


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"blur_kernel_size": 4}, "Blur kernel size 4 is even: 5 is used."),
        (
            {"max_vertices": 10, "max_hull_vertices": 12},
            "The hull budget 12 is above the budget for all vertices, 10.",
        ),
        (
            {"binary_threshold": 100},
            "Binary threshold has no effect without smoothing: raise blur kernel size.",
        ),
    ],
)
def test_values_that_contradict_each_other_are_warned_of(
    values: dict[str, object], warning: str
) -> None:
    assert validator.validate(values).warnings == (warning,)


def test_ordinary_parameters_raise_no_warning() -> None:
    assert validator.validate({}).warnings == ()
    assert validator.examine(limb(60, 120), MeshParameters()) == ()


def test_large_image_with_fine_detail_is_warned_of() -> None:
    alpha = np.zeros((2000, 2000), dtype=np.uint8)
    alpha[:8, :8] = 255

    (warning,) = validator.examine(alpha, MeshParameters(detail_factor=0.002))

    assert warning == (
        "The image has 4 megapixels and the detail factor 0.002 is fine: "
        "this takes long and gives many vertices."
    )
    assert validator.examine(alpha, MeshParameters()) == ()


def test_threshold_that_drops_visible_art_is_warned_of() -> None:
    alpha = np.full((10, 10), 255, dtype=np.uint8)
    alpha[:4] = 50

    (warning,) = validator.examine(alpha, MeshParameters(alpha_threshold=50))

    assert warning == "Alpha threshold 50 leaves out 40% of the visible pixels."
    assert validator.examine(alpha, MeshParameters(alpha_threshold=49)) == ()


def test_budget_that_forces_overdraw_is_warned_of() -> None:
    alpha = comb(60, 60)

    (warning,) = validator.examine(alpha, MeshParameters(max_hull_vertices=4))

    assert warning.startswith("The vertex budget forces ")
    assert validator.examine(alpha, MeshParameters(max_hull_vertices=60)) == ()


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=20)
@given(alphas())
def test_recommended_parameters_mesh_the_image_within_its_target(target: str, alpha: Alpha) -> None:
    parameters = validator.recommend(alpha, target)

    ceiling = TARGETS[target]
    for mesh in generate(alpha, parameters):
        assert ceiling is None or len(mesh.vertices) <= ceiling


@pytest.mark.parametrize("target", TARGETS)
@given(highest=st.integers(1, 255))
@settings(max_examples=20)
def test_recommended_threshold_keeps_faint_art(target: str, highest: int) -> None:
    alpha = np.array([[0, highest, highest]], dtype=np.uint8)

    parameters = validator.recommend(alpha, target)

    assert parameters.alpha_threshold < highest


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_recommended_for_a_transparent_image(target: str) -> None:
    with pytest.raises(ImageEmpty):
        validator.recommend(np.zeros((4, 4), dtype=np.uint8), target)


def test_target_that_the_mesh_meets_sets_no_budget() -> None:
    assert validator.recommend(limb(60, 120), "mobile").max_vertices is None
