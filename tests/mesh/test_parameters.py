"""Parameters: declared once, checked all at once, and never half valid."""

from __future__ import annotations

import dataclasses
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinelift.mesh.errors import InvalidParameters, ParameterProblem
from spinelift.mesh.parameters import PARAMETERS, MeshParameters, ParameterSpec
from spinelift.mesh.pipeline import generate
from spinelift.mesh.presets import BALANCED, PRESETS, TARGETS
from spinelift.samples.families import limb
from tests.drawing import mesh_parameters

NO_LIMIT = 65_535

# default, minimum, maximum, step, unit
DOCUMENTED: dict[str, tuple[float | None, float, float, float, str | None]] = {
    "detail_factor": (0.010, 0.001, 0.050, 0.001, None),
    "alpha_threshold": (10, 0, 255, 1, None),
    "concave_factor": (0, 0, 100, 1, "%"),
    "internal_vertex_density": (0, 0, 100, 1, "%"),
    "blur_kernel_size": (1, 1, 21, 2, "px"),
    "binary_threshold": (128, 0, 255, 1, None),
    "min_contour_area": (10, 1, 1000, 1, "px2"),
    "density_scaling_factor": (1000, 100, 10_000, 100, None),
    "min_triangle_area": (1, 0.1, 100, 0.1, "px2"),
    "max_hull_vertices": (None, 4, NO_LIMIT, 1, None),
    "max_vertices": (None, 4, NO_LIMIT, 1, None),
    "refinement": (0, 0, 3, 1, None),
    "padding": (0, 0, 256, 1, "px"),
}
DOCUMENTED_CHOICES = {
    "islands": ("bridge", ("bridge", "split", "largest")),
    "triangulator": ("exact", ("exact", "triangle")),
}
NUMBERS = [name for name in PARAMETERS if name in DOCUMENTED]


def refused(**values: Any) -> tuple[ParameterProblem, ...]:
    with pytest.raises(InvalidParameters) as error:
        MeshParameters(**values)
    return error.value.problems


@pytest.mark.parametrize("name", DOCUMENTED)
def test_number_is_declared_as_documented(name: str) -> None:
    spec = PARAMETERS[name]

    assert (spec.default, spec.minimum, spec.maximum, spec.step, spec.unit) == DOCUMENTED[name]
    assert getattr(MeshParameters(), name) == spec.default


@pytest.mark.parametrize("name", DOCUMENTED_CHOICES)
def test_choice_is_declared_as_documented(name: str) -> None:
    assert (PARAMETERS[name].default, PARAMETERS[name].choices) == DOCUMENTED_CHOICES[name]
    assert getattr(MeshParameters(), name) == PARAMETERS[name].default


def test_every_parameter_is_documented_and_declared_once() -> None:
    declared = [field.name for field in dataclasses.fields(MeshParameters)]

    assert declared == list(PARAMETERS)
    assert set(PARAMETERS) == {*DOCUMENTED, *DOCUMENTED_CHOICES}


@pytest.mark.parametrize("spec", PARAMETERS.values(), ids=lambda spec: spec.name)
def test_help_is_a_sentence(spec: ParameterSpec) -> None:
    assert spec.help[0].isupper() or spec.help[0].isdigit()
    assert spec.help.endswith(".")


@pytest.mark.parametrize("name", NUMBERS)
def test_ends_of_the_range_are_allowed(name: str) -> None:
    _, minimum, maximum, _, _ = DOCUMENTED[name]

    for end in (minimum, maximum):
        assert getattr(MeshParameters.from_mapping({name: end}), name) == end


@pytest.mark.parametrize("name", NUMBERS)
def test_values_just_outside_the_range_are_refused(name: str) -> None:
    spec = PARAMETERS[name]
    assert spec.minimum is not None
    assert spec.maximum is not None
    is_whole = spec.kind == "integer"
    below = spec.minimum - 1 if is_whole else math.nextafter(spec.minimum, -math.inf)
    above = spec.maximum + 1 if is_whole else math.nextafter(spec.maximum, math.inf)

    for value in (below, above):
        assert refused(**{name: value}) == (ParameterProblem(name, value, spec.allowed),)


NOT_NUMBERS = [math.nan, math.inf, -math.inf, True, False, "10", "", b"10", [10], {}, 1j, object()]


@pytest.mark.parametrize("value", [*NOT_NUMBERS, 10**400, -(10**400)], ids=lambda v: repr(v)[:12])
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_finite_number_is_refused(name: str, value: object) -> None:
    (problem,) = refused(**{name: value})

    assert problem.parameter == name
    assert problem.given is value


@pytest.mark.parametrize("name", [name for name in NUMBERS if PARAMETERS[name].kind == "integer"])
def test_fraction_is_refused_where_a_whole_number_is_wanted(name: str) -> None:
    assert refused(**{name: 4.5})[0].parameter == name


@pytest.mark.parametrize("name", [name for name in NUMBERS if not PARAMETERS[name].optional])
def test_none_is_refused_where_there_is_no_limit_to_lift(name: str) -> None:
    assert refused(**{name: None})[0].given is None


@pytest.mark.parametrize("value", ["Bridge", "", "all", None, 0, True, ["bridge"]])
@pytest.mark.parametrize("name", DOCUMENTED_CHOICES)
def test_what_is_no_choice_is_refused(name: str, value: object) -> None:
    (problem,) = refused(**{name: value})

    assert problem == ParameterProblem(name, value, " | ".join(DOCUMENTED_CHOICES[name][1]))


@pytest.mark.parametrize("value", [12, 12.0, np.int64(12), np.float32(12), Fraction(12)])
def test_whole_number_of_any_type_becomes_an_integer(value: Any) -> None:
    threshold = MeshParameters(alpha_threshold=value).alpha_threshold

    assert threshold == 12
    assert type(threshold) is int


def test_number_of_any_type_becomes_a_float() -> None:
    assert type(MeshParameters(concave_factor=np.int64(3)).concave_factor) is float  # type: ignore[arg-type]


def test_every_problem_is_reported_at_once() -> None:
    values = dict.fromkeys(PARAMETERS, "wrong")

    problems = refused(**values)

    assert [problem.parameter for problem in problems] == list(PARAMETERS)


def test_problem_says_which_parameter_what_was_given_and_what_is_allowed() -> None:
    with pytest.raises(InvalidParameters) as error:
        MeshParameters(detail_factor=0.2, max_vertices=3)

    assert str(error.value) == (
        "detail_factor is 0.2; allowed: a number from 0.001 to 0.05. "
        "max_vertices is 3; allowed: a whole number from 4 to 65535, or none."
    )
    assert error.value.code == "INVALID_PARAMETERS"


def test_unknown_name_is_a_problem_beside_the_others_with_the_closest_name() -> None:
    with pytest.raises(InvalidParameters) as error:
        MeshParameters.from_mapping({"padding": -1, "alpha_treshold": 10, "zzz": 1})

    assert [(problem.parameter, problem.allowed) for problem in error.value.problems] == [
        ("padding", "a whole number from 0 to 256"),
        ("alpha_treshold", "no such parameter, did you mean alpha_threshold"),
        ("zzz", "no such parameter"),
    ]


def test_unknown_name_alone_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="did you mean detail_factor"):
        MeshParameters.from_mapping({"detail_facter": 0.01})


@given(mesh_parameters())
def test_parameters_survive_the_way_to_plain_data_and_back(parameters: MeshParameters) -> None:
    assert MeshParameters.from_mapping(parameters.to_mapping()) == parameters
    assert list(parameters.to_mapping()) == list(PARAMETERS)


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        MeshParameters().padding = 3  # type: ignore[misc]


@given(st.text(), st.integers())
def test_refusal_survives_the_way_between_processes(name: str, value: int) -> None:
    error = InvalidParameters([ParameterProblem(name, value, "nothing")])

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes

    assert (copy.problems, str(copy)) == (error.problems, str(error))


def test_even_blur_kernel_becomes_the_next_odd_and_is_reported() -> None:
    alpha = limb(40, 60)

    (even,) = generate(alpha, MeshParameters(blur_kernel_size=4))
    (odd,) = generate(alpha, MeshParameters(blur_kernel_size=5))

    assert even.warnings == ("Blur kernel size 4 is even: 5 was used.",)
    assert odd.warnings == ()
    np.testing.assert_array_equal(even.vertices, odd.vertices)


# ---- presets and targets ----------------------------------------------------------------------


def test_presets_are_the_four_of_the_documentation() -> None:
    assert list(PRESETS) == ["high-detail", "balanced", "performance", "simple-shapes"]


def test_balanced_equals_the_defaults() -> None:
    assert PRESETS[BALANCED] == MeshParameters()


def test_targets_are_those_of_the_documentation() -> None:
    assert dict(TARGETS) == {"quality": None, "balanced": 1000, "performance": 500, "mobile": 300}


def vertices_of_a_limb(preset: str) -> int:
    (mesh,) = generate(limb(120, 280), PRESETS[preset])
    return len(mesh.vertices)


def test_high_detail_has_most_detail_and_simple_shapes_least() -> None:
    high, balanced, performance, simple = map(vertices_of_a_limb, PRESETS)

    assert high > balanced > performance >= simple


@pytest.mark.parametrize("preset", PRESETS)
def test_typical_limb_has_tens_of_vertices_not_thousands(preset: str) -> None:
    assert 4 <= vertices_of_a_limb(preset) < 100


def test_name_that_is_no_text_is_a_problem_like_any_other() -> None:
    with pytest.raises(InvalidParameters) as caught:
        MeshParameters.from_mapping({1: 2})  # type: ignore[dict-item]

    assert str(caught.value.problems[0].parameter) == "1"
