"""Errors as they travel: written down and read again, and from process to process."""

from __future__ import annotations

import pickle

import pytest

from spinelift.contract.problems import (
    GenerationFailed,
    MeshServiceUnavailable,
    Overloaded,
    error_of,
    problem,
)
from spinelift.mesh.errors import (
    EditRefused,
    ImageChanged,
    ImageEmpty,
    InvalidParameters,
    ParameterProblem,
    SpineLiftError,
    TriangulationFailed,
)
from spinelift.spine.errors import NameTaken

ERRORS: list[SpineLiftError] = [
    ImageEmpty("Nothing is visible."),
    ImageChanged("The image is another one."),
    EditRefused("Vertex 3 lies outside the image."),
    NameTaken("Two images have one name."),
    TriangulationFailed("It could not be triangulated."),
    InvalidParameters(
        [ParameterProblem("padding", -1, "0 to 256"), ParameterProblem("a", "b", "c")]
    ),
    Overloaded("There is too much to do."),
    GenerationFailed("WORKER_CRASHED", "The image crashed its process."),
]


@pytest.mark.parametrize("error", ERRORS)
def test_error_is_the_same_after_its_way(error: SpineLiftError) -> None:
    arrived = error_of(problem(error))

    assert type(arrived) is type(error)
    assert (arrived.code, str(arrived)) == (error.code, str(error))


@pytest.mark.parametrize("error", [*ERRORS, MeshServiceUnavailable("It does not answer.")])
def test_error_can_be_sent_to_another_process(error: SpineLiftError) -> None:
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own

    assert type(arrived) is type(error)
    assert (arrived.code, str(arrived)) == (error.code, str(error))
