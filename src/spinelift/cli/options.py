"""The flags that several commands share; those of the mesh parameters come from PARAMETERS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Group, Parameter

from spinelift.cli.configuration import NO_LIMIT, Configuration, Layer, combine, given
from spinelift.cli.exits import UsageError
from spinelift.engine.batch import TIMEOUT_SECONDS
from spinelift.engine.cache import Cache, default_folder
from spinelift.images.limits import ImageLimits
from spinelift.mesh.errors import ParameterProblem
from spinelift.mesh.parameters import PARAMETERS, MeshParameters, ParameterSpec
from spinelift.mesh.presets import PRESETS, TARGETS
from spinelift.mesh.validation import MeshParameterValidator

PARAMETER_GROUP = Group("Mesh parameters", sort_key=1)
RUN_GROUP = Group("Running", sort_key=2)
LIMIT_GROUP = Group("Limits on images", sort_key=3)


def described_range(spec: ParameterSpec) -> str:
    """What a parameter may be, and what it is by default."""
    allowed = f"One of {spec.allowed}" if spec.kind == "choice" else spec.allowed.capitalize()
    unit = f" {spec.unit}" if spec.unit else ""
    return f"{allowed}{unit}; default {described(spec.default)}."


def described(value: float | int | str | None) -> str:
    """A parameter's value in words."""
    if value is None:
        return NO_LIMIT
    return value if isinstance(value, str) else f"{value:g}"


def _flag(spec: ParameterSpec) -> tuple[str, Any, Any]:
    """One parameter as a dataclass field. Texts, so that every wrong one is reported at once."""
    parameter = Parameter(
        help=f"{spec.help} {described_range(spec)}",
        group=PARAMETER_GROUP,
        metavar={"integer": "INTEGER", "number": "NUMBER", "choice": "WORD"}[spec.kind],
        allow_leading_hyphen=True,
    )
    return spec.name, Annotated[str | None, parameter], field(default=None)


if TYPE_CHECKING:
    ParameterFlags: TypeAlias = Any
else:
    ParameterFlags = make_dataclass(
        "ParameterFlags", map(_flag, PARAMETERS.values()), kw_only=True, frozen=True
    )
    # The parser of arguments does not look into classes of the standard library, which is where
    # Python 3.11 says that this one was made.
    ParameterFlags.__module__ = __name__
    ParameterFlags = Parameter(name="*")(ParameterFlags)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RecipeFlags:
    """Where the parameters start, and the ceiling of a target device."""

    preset: Annotated[
        str | None,
        Parameter(group=PARAMETER_GROUP, help=f"Parameters to start from: {', '.join(PRESETS)}."),
    ] = None
    target: Annotated[
        str | None,
        Parameter(
            group=PARAMETER_GROUP,
            help="Ceiling of vertices for a mesh: "
            + ", ".join(f"{name} {most or 'none'}" for name, most in TARGETS.items())
            + ".",
        ),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RunFlags:
    """How the work is done."""

    jobs: Annotated[
        int | None,
        Parameter(
            name=("--jobs", "-j"), group=RUN_GROUP, help="Processes; default: the usable cores."
        ),
    ] = None
    no_cache: Annotated[
        bool, Parameter(group=RUN_GROUP, help="Neither read nor write the cache.")
    ] = False
    cache_dir: Annotated[Path | None, Parameter(group=RUN_GROUP, help="Where the cache is.")] = None
    quiet: Annotated[
        bool, Parameter(name=("--quiet", "-q"), group=RUN_GROUP, help="Only say what failed.")
    ] = False
    verbose: Annotated[
        bool,
        Parameter(name=("--verbose", "-v"), group=RUN_GROUP, help="Say what is done, and why."),
    ] = False

    def cache(self) -> Cache | None:
        """The cache to use; none where there is no home to keep it in."""
        if self.no_cache:
            return None
        try:
            return Cache(self.cache_dir or default_folder())
        except RuntimeError:
            return None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class LimitFlags:
    """What is refused before it is decoded, and how long an image may take."""

    max_pixels: Annotated[
        int | None,
        Parameter(group=LIMIT_GROUP, help="Width times height; default 64000000."),
    ] = None
    max_side: Annotated[
        int | None, Parameter(group=LIMIT_GROUP, help="Width, and height; default 16384.")
    ] = None
    max_bytes: Annotated[
        int | None,
        Parameter(group=LIMIT_GROUP, help="Size of the file; default 268435456."),
    ] = None
    max_seconds: Annotated[
        int | None,
        Parameter(
            group=LIMIT_GROUP,
            help=f"For one image, with more than one job; default {TIMEOUT_SECONDS:g}.",
        ),
    ] = None

    def combined(self, configuration: Configuration) -> tuple[ImageLimits, float]:
        """Limits of images, and seconds for each: flags before the file before the defaults."""
        flags = {name: value for name, value in asdict(self).items() if value is not None}
        wrong = [name for name, value in flags.items() if value < 1]
        if wrong:
            raise UsageError(f"--{wrong[0].replace('_', '-')} must be above 0.")
        limits: dict[str, int] = {**configuration.limits, **flags}
        seconds = limits.pop("max_seconds", TIMEOUT_SECONDS)
        return ImageLimits(**limits), seconds


class Recipe:
    """The parameters of every image: the file's, its rules', and over them the command line's."""

    def __init__(
        self, configuration: Configuration, recipe: RecipeFlags, parameters: ParameterFlags
    ) -> None:
        self._configuration = configuration
        self._idle = {rule.place: rule for rule in configuration.rules}
        self._warnings: dict[str, None] = {}
        texts = {name: text for name, text in asdict(parameters).items() if text is not None}
        values = {name: given(name, _value(PARAMETERS[name], text)) for name, text in texts.items()}
        errors = MeshParameterValidator().validate(values).errors
        if errors:
            raise UsageError(_with_flags(errors))
        _check_choice("preset", recipe.preset, PRESETS)
        _check_choice("target", recipe.target, TARGETS)
        self._command_line = Layer(recipe.preset, recipe.target, values)

    def parameters_for(self, image: str) -> tuple[MeshParameters, int | None]:
        """The parameters of an image, and the ceiling of its target."""
        rules = self._configuration.rules_for(image)
        for rule in rules:
            self._idle.pop(rule.place, None)
        layers = (self._configuration.base, *(rule.layer for rule in rules), self._command_line)
        values, ceiling = combine(layers)
        validation = MeshParameterValidator().validate(values)
        if validation.parameters is None:
            raise UsageError(" ".join(map(str, validation.errors)))
        self._warnings |= dict.fromkeys(validation.warnings)
        return validation.parameters, ceiling

    def warnings(self) -> list[str]:
        """What there is to say once every image has its parameters, each sentence once."""
        if not self._idle:
            return [*self._warnings]
        idle = " or ".join(
            f"{rule.place} ({', '.join(map(repr, rule.files))})" for rule in self._idle.values()
        )
        return [
            *self._warnings,
            f"{self._configuration.path}: no image matches {idle}: check the globs, which start "
            "at the folder of that file.",
        ]


def _value(spec: ParameterSpec, text: str) -> object:
    """A number where it is one; anything else stays a text, which the parameter then refuses."""
    if spec.kind == "choice":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _with_flags(problems: Iterable[ParameterProblem]) -> str:
    return " ".join(
        f"--{problem.parameter.replace('_', '-')} is {problem.given!r}; allowed: {problem.allowed}."
        for problem in problems
    )


def _check_choice(flag: str, value: str | None, choices: Iterable[str]) -> None:
    if value is not None and value not in choices:
        raise UsageError(f"--{flag} is {value!r}; allowed: {', '.join(choices)}.")


def check_jobs(jobs: int | None) -> None:
    """Refuse a number of processes that means nothing."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs is {jobs}; allowed: a whole number above 0.")


def check_paths(paths: Sequence[str]) -> None:
    """Refuse a command without input, and the standard input twice."""
    if not paths:
        raise UsageError("Name at least one image, folder or glob, or - for the standard input.")
