"""Why something could not be done, in one sentence for the artist, with a code for programs.

SpineLiftError
├── InvalidParameters        INVALID_PARAMETERS      a parameter is out of range; lists every one
├── ImageError                                       (raised by spinelift.images)
│   ├── ImageNotFound        IMAGE_NOT_FOUND
│   ├── ImageUnreadable      IMAGE_UNREADABLE
│   ├── ImageTooLarge        IMAGE_TOO_LARGE
│   └── ImageChanged         IMAGE_CHANGED           not the image that its mesh was made of
├── ImageEmpty               IMAGE_EMPTY             no pixel above the alpha threshold
├── EditRefused              EDIT_REFUSED            no mesh can have these vertices
└── TriangulationFailed      TRIANGULATION_FAILED
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class SpineLiftError(Exception):
    """Base of everything that SpineLift refuses; `str(error)` is fit to be shown to an artist."""

    code: ClassVar[str] = "REFUSED"


LONGEST_SAID = 80
"""Letters of a name or a value that somebody has given, in a message."""


@dataclass(frozen=True)
class ParameterProblem:
    """One thing wrong with one parameter."""

    parameter: str
    given: object
    allowed: str

    def __str__(self) -> str:
        parameter, given = _short(str(self.parameter)), _short(repr(self.given))
        return f"{parameter} is {given}; allowed: {self.allowed}."


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[: LONGEST_SAID - 1]}…"


class InvalidParameters(SpineLiftError):
    """At least one parameter is wrong; `problems` holds every one of them."""

    code = "INVALID_PARAMETERS"

    def __init__(self, problems: Sequence[ParameterProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InvalidParameters], tuple[tuple[ParameterProblem, ...]]]:
        return type(self), (self.problems,)


class ImageError(SpineLiftError):
    """The image itself cannot be used."""


class ImageNotFound(ImageError):
    """There is no such file, or it may not be read."""

    code = "IMAGE_NOT_FOUND"


class ImageUnreadable(ImageError):
    """The bytes are not an image that we read, or are damaged."""

    code = "IMAGE_UNREADABLE"


class ImageTooLarge(ImageError):
    """The image is over a limit on bytes, side or pixels; found before decoding."""

    code = "IMAGE_TOO_LARGE"


class ImageChanged(ImageError):
    """The image is not the one that its mesh was made of."""

    code = "IMAGE_CHANGED"


class ImageEmpty(SpineLiftError):
    """No pixel is above the alpha threshold, so there is nothing to mesh."""

    code = "IMAGE_EMPTY"


class EditRefused(SpineLiftError):
    """A person put vertices where no mesh can have them."""

    code = "EDIT_REFUSED"


class TriangulationFailed(SpineLiftError):
    """The chosen triangulator gave back something that is not a triangulation of the polygon."""

    code = "TRIANGULATION_FAILED"
