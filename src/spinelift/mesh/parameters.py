"""Every parameter of a mesh, declared once: default, range, step, unit, help.

Command-line flags, configuration files, the validator and every other interface derive theirs
from `PARAMETERS`. A `MeshParameters` that exists is valid.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from spinelift.mesh.errors import InvalidParameters, ParameterProblem

Kind = Literal["integer", "number", "choice"]


@dataclass(frozen=True)
class ParameterSpec:
    """What one parameter may be. `optional` ones may be None, which means "no limit"."""

    name: str
    kind: Kind
    default: float | int | str | None
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def allowed(self) -> str:
        """The range in words, for error messages and help."""
        if self.kind == "choice":
            return " | ".join(self.choices)
        noun = "a whole number" if self.kind == "integer" else "a number"
        words = f"{noun} from {self.minimum:g} to {self.maximum:g}"
        return f"{words}, or none" if self.optional else words

    def _contains(self, number: float) -> bool:
        assert self.minimum is not None
        assert self.maximum is not None
        return self.minimum <= number <= self.maximum

    def clean(self, value: object) -> float | int | str | None:
        """Return `value` in this parameter's own type, or raise ValueError.

        Whole floats pass as integers (JSON has one number type); booleans never pass as numbers.
        """
        if value is None and self.optional:
            return None
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return value
            raise ValueError
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise ValueError  # noqa: TRY004  # one error for whatever is not allowed
        try:
            number = float(value)
        except OverflowError:
            raise ValueError from None
        if not math.isfinite(number) or (self.kind == "integer" and number != int(number)):
            raise ValueError
        if not self._contains(number):
            raise ValueError
        return int(number) if self.kind == "integer" else number


def _parameter(kind: Kind, default: Any, help: str, **rest: Any) -> Any:
    spec = {"kind": kind, "default": default, "help": help, **rest}
    return field(default=default, metadata={"spec": spec})


MAXIMUM_VERTICES = 65_535
"""Spine's binary format counts vertices in 16 bits."""


@dataclass(frozen=True, kw_only=True)
class MeshParameters:
    """How a mesh is to be made. Raises `InvalidParameters`, naming every wrong value at once."""

    detail_factor: float = _parameter(
        "number",
        0.010,
        "How much area one saved vertex may add; lower keeps more detail.",
        minimum=0.001,
        maximum=0.050,
        step=0.001,
    )
    alpha_threshold: int = _parameter(
        "integer",
        10,
        "Every pixel whose alpha is above this is inside the mesh.",
        minimum=0,
        maximum=255,
        step=1,
    )
    concave_factor: float = _parameter(
        "number",
        0.0,
        "0 follows the detail factor alone; higher follows concave parts more tightly.",
        minimum=0.0,
        maximum=100.0,
        step=1.0,
        unit="%",
    )
    internal_vertex_density: float = _parameter(
        "number",
        0.0,
        "How densely vertices fill the inside, for bending; 0 means none. Scales with the image.",
        minimum=0.0,
        maximum=100.0,
        step=1.0,
        unit="%",
    )
    blur_kernel_size: int = _parameter(
        "integer",
        1,
        "Smooths the outline of the visible pixels, outward only; odd, 1 means no smoothing.",
        minimum=1,
        maximum=21,
        step=2,
        unit="px",
    )
    binary_threshold: int = _parameter(
        "integer",
        128,
        "With smoothing: how full (of 255) a neighbourhood must be to be filled; lower fills more.",
        minimum=0,
        maximum=255,
        step=1,
    )
    min_contour_area: float = _parameter(
        "number",
        10.0,
        "Islands smaller than this are dropped, and reported as dropped.",
        minimum=1.0,
        maximum=1000.0,
        step=1.0,
        unit="px2",
    )
    density_scaling_factor: float = _parameter(
        "number",
        1000.0,
        "How many vertices a density of 100 adds to art that fills its image.",
        minimum=100.0,
        maximum=10000.0,
        step=100.0,
    )
    min_triangle_area: float = _parameter(
        "number",
        1.0,
        "No vertex is kept for a triangle smaller than this.",
        minimum=0.1,
        maximum=100.0,
        step=0.1,
        unit="px2",
    )
    max_hull_vertices: int | None = _parameter(
        "integer",
        None,
        "Budget of outline vertices: it is used, and never exceeded.",
        minimum=4,
        maximum=MAXIMUM_VERTICES,
        step=1,
        optional=True,
    )
    max_vertices: int | None = _parameter(
        "integer",
        None,
        "Budget of all vertices, divided between outline and inside where the density is above 0.",
        minimum=4,
        maximum=MAXIMUM_VERTICES,
        step=1,
        optional=True,
    )
    refinement: int = _parameter(
        "integer",
        0,
        "Passes that tear out a part of the outline and lay it better; slower, never larger.",
        minimum=0,
        maximum=3,
        step=1,
    )
    padding: int = _parameter(
        "integer",
        0,
        "Distance kept between visible pixels and the outline, inside the image.",
        minimum=0,
        maximum=256,
        step=1,
        unit="px",
    )
    islands: Literal["bridge", "split", "largest"] = _parameter(
        "choice",
        "bridge",
        "Separate pieces: joined by thin bridges, one attachment each, or only the largest.",
        choices=("bridge", "split", "largest"),
    )
    triangulator: Literal["exact", "triangle"] = _parameter(
        "choice",
        "exact",
        "Our own exact constrained Delaunay triangulation, or Shewchuk's Triangle.",
        choices=("exact", "triangle"),
    )

    def __post_init__(self) -> None:
        problems = []
        for name, spec in PARAMETERS.items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, spec.clean(value))
            except ValueError:
                problems.append(ParameterProblem(name, value, spec.allowed))
        if problems:
            raise InvalidParameters(problems)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> MeshParameters:
        """Make parameters from plain data; an unknown name is a problem like any other."""
        known = {name: value for name, value in values.items() if name in PARAMETERS}
        problems = [
            ParameterProblem(name, values[name], _closest(name))
            for name in values
            if name not in PARAMETERS
        ]
        try:
            parameters = cls(**known)  # type: ignore[arg-type]  # checked by __post_init__
        except InvalidParameters as error:
            raise InvalidParameters([*error.problems, *problems]) from None
        if problems:
            raise InvalidParameters(problems)
        return parameters

    def to_mapping(self) -> dict[str, float | int | str | None]:
        """Plain data, in the declared order."""
        return {name: getattr(self, name) for name in PARAMETERS}


def _closest(name: str) -> str:
    close = difflib.get_close_matches(str(name), PARAMETERS, n=1)
    return f"no such parameter, did you mean {close[0]}" if close else "no such parameter"


PARAMETERS: dict[str, ParameterSpec] = {
    declared.name: ParameterSpec(name=declared.name, **declared.metadata["spec"])
    for declared in fields(MeshParameters)
}
"""Name to declaration, in the order in which they are shown."""
