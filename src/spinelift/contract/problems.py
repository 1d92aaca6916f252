"""An error as it travels: a code for programs, a sentence for people, details; and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from spinelift.mesh.errors import (
    EditRefused,
    ImageChanged,
    ImageEmpty,
    ImageNotFound,
    ImageTooLarge,
    ImageUnreadable,
    InvalidParameters,
    ParameterProblem,
    SpineLiftError,
    TriangulationFailed,
)
from spinelift.spine.errors import NameTaken, NameUnusable, UnknownSpineVersion

Problem = dict[str, Any]
"""`code`, `message` and `details`."""


class Overloaded(SpineLiftError):
    """As many jobs are waiting as may wait."""

    code: ClassVar[str] = "OVERLOADED"


_PLAIN = {
    error.code: error
    for error in (
        EditRefused,
        ImageChanged,
        ImageEmpty,
        ImageNotFound,
        ImageTooLarge,
        ImageUnreadable,
        NameTaken,
        NameUnusable,
        Overloaded,
        TriangulationFailed,
        UnknownSpineVersion,
    )
}


class GenerationFailed(SpineLiftError):
    """There is no mesh for a reason that the core itself does not know, such as a lost process."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]  # of this one

    def __reduce__(self) -> tuple[type[SpineLiftError], tuple[str, ...]]:
        return GenerationFailed, (self.code, str(self))


class MeshServiceUnavailable(GenerationFailed):
    """The mesh service does not answer, or has not for so long that it is not asked now."""

    def __init__(self, message: str) -> None:
        super().__init__("SERVICE_UNAVAILABLE", message)

    def __reduce__(self) -> tuple[type[SpineLiftError], tuple[str, ...]]:
        return MeshServiceUnavailable, (str(self),)


class AnswerUnreadable(GenerationFailed):
    """What answers where the mesh service should be is no mesh service."""

    def __init__(self, message: str) -> None:
        super().__init__("ANSWER_UNREADABLE", message)

    def __reduce__(self) -> tuple[type[SpineLiftError], tuple[str, ...]]:
        return AnswerUnreadable, (str(self),)


def problem(error: SpineLiftError) -> Problem:
    """Write an error down."""
    return {"code": error.code, "message": str(error), "details": _details(error)}


def error_of(problem: Mapping[str, Any]) -> SpineLiftError:
    """Make the core's own error of what was written down."""
    code, message = str(problem["code"]), str(problem["message"])
    if code == InvalidParameters.code:
        found = problem["details"]["parameters"]
        return InvalidParameters([ParameterProblem(**one) for one in found])
    return _PLAIN[code](message) if code in _PLAIN else GenerationFailed(code, message)


def _details(error: SpineLiftError) -> dict[str, Any]:
    if not isinstance(error, InvalidParameters):
        return {}
    return {
        "parameters": [
            {"parameter": one.parameter, "given": one.given, "allowed": one.allowed}
            for one in error.problems
        ]
    }
