"""`spinelift.toml`: settings for a folder, and for the images that globs pick out of it."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from spinelift.cli.exits import UsageError
from spinelift.mesh.errors import InvalidParameters
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.presets import BALANCED, PRESETS, TARGETS
from spinelift.spine.document import SPINE_VERSIONS

FILE_NAME = "spinelift.toml"

OUTPUT_KEYS = ("directory", "spine_version", "atlas", "layout")
LIMIT_KEYS = ("max_pixels", "max_side", "max_bytes", "max_seconds")
LAYER_KEYS = ("preset", "target", "parameters")

NO_LIMIT = "none"
"""TOML and the command line have no null: this word stands for it where one is allowed."""


@dataclass(frozen=True)
class Layer:
    """Settings of one place: the file, one of its rules, or the command line.

    A preset sets every parameter, so it replaces whatever the layers below have said.
    """

    preset: str | None = None
    target: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Settings for the images that one of the globs matches; `place` is where the file has it."""

    place: str
    files: tuple[str, ...]
    layer: Layer


@dataclass(frozen=True)
class Configuration:
    """What a `spinelift.toml` says; empty where there is none."""

    path: Path | None
    base: Layer
    rules: tuple[Rule, ...]
    output: Mapping[str, Any]
    limits: Mapping[str, int]

    @property
    def folder(self) -> Path:
        """Where its globs and paths start."""
        return self.path.parent if self.path is not None else Path.cwd()

    def rules_for(self, image: str) -> list[Rule]:
        """The rules that hold for an image, the strongest last."""
        return [rule for rule in self.rules if self._matches(image, rule.files)]

    def _matches(self, image: str, globs: Iterable[str]) -> bool:
        # Not resolved: a link is called what it is called here.
        place = os.path.relpath(os.path.abspath(image), self.folder)  # noqa: PTH100
        parts = tuple(place.replace(os.sep, "/").split("/"))
        return any(_glob_matches(parts, tuple(glob.split("/"))) for glob in globs)


def combine(layers: Iterable[Layer]) -> tuple[dict[str, object], int | None]:
    """Lay the settings over each other; gives parameters, unchecked, and the target's ceiling."""
    values: dict[str, object] = {**PRESETS[BALANCED].to_mapping()}
    ceiling = None
    for layer in layers:
        if layer.preset is not None:
            values = {**PRESETS[layer.preset].to_mapping()}
        if layer.target is not None:
            ceiling = TARGETS[layer.target]
        values |= layer.parameters
    return values, ceiling


def nearest_configuration() -> Configuration:
    """Read the `spinelift.toml` of the current folder or of the nearest folder above it.

    Raises `UsageError`, which names the file and the key.
    """
    try:
        start = Path.cwd()
    except FileNotFoundError:
        raise UsageError("The current folder was removed: go to one that is there.") from None
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if os.path.isfile(path):  # noqa: PTH113 (a folder above may forbid to look)
            return read_configuration(path)
    return Configuration(None, Layer(), (), {}, {})


def read_configuration(path: Path) -> Configuration:
    """Read one file. Raises `UsageError`."""
    try:
        # Editors of Windows put a mark in front of UTF-8.
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or '').lower()}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}.") from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply: write plain tables.") from None
    try:
        return _configuration(path, table)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _configuration(path: Path, table: dict[str, Any]) -> Configuration:
    _check_keys(table, (*LAYER_KEYS, "rules", "output", "limits"), "")
    rules = table.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise UsageError("rules must be tables; write each as [[rules]].")
    return Configuration(
        path=path,
        base=_layer(table, ""),
        rules=tuple(_rule(rule, f"rules[{number}]") for number, rule in enumerate(rules, 1)),
        output=_output(_table(table, "output", ""), path.parent),
        limits=_limits(_table(table, "limits", "")),
    )


def _rule(table: dict[str, Any], place: str) -> Rule:
    _check_keys(table, ("files", *LAYER_KEYS), f"{place}.")
    files = table.get("files")
    globs = [files] if isinstance(files, str) else files
    if not isinstance(globs, list) or not globs or not all(isinstance(g, str) for g in globs):
        raise UsageError(f'{place}.files must be a glob or a list of them, like "hair/**/*.png".')
    return Rule(place, tuple(globs), _layer(table, f"{place}."))


def _layer(table: dict[str, Any], place: str) -> Layer:
    parameters = _table(table, "parameters", place)
    _check_keys(parameters, PARAMETERS, f"{place}parameters.")
    parameters = {name: given(name, value) for name, value in parameters.items()}
    try:
        MeshParameters.from_mapping(parameters)
    except InvalidParameters as error:
        raise UsageError(str(error)) from None
    return Layer(
        preset=_choice(table, "preset", PRESETS, place),
        target=_choice(table, "target", TARGETS, place),
        parameters=parameters,
    )


def given(name: str, value: object) -> object:
    """What a parameter was set to, with the word for "no limit" understood."""
    is_none = PARAMETERS[name].optional and value == NO_LIMIT
    return None if is_none else value


def _output(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    _check_keys(table, OUTPUT_KEYS, "output.")
    output = dict(table)
    for key in ("directory", "spine_version", "layout"):
        if not isinstance(output.get(key, ""), str):
            raise UsageError(f"output.{key} must be a text in quotes.")
    _choice(output, "spine_version", SPINE_VERSIONS, "output.")
    if not isinstance(output.get("atlas", False), bool):
        raise UsageError("output.atlas must be true or false.")
    for key in ("directory", "layout"):
        if key in output:
            output[key] = folder / output[key]
    return output


def _limits(table: dict[str, Any]) -> dict[str, int]:
    _check_keys(table, LIMIT_KEYS, "limits.")
    for key, value in table.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UsageError(f"limits.{key} must be a whole number above 0.")
    return table


def _table(table: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    inner = table.get(key, {})
    if not isinstance(inner, dict):
        raise UsageError(f"{place}{key} must be a table.")
    return inner


def _choice(table: dict[str, Any], key: str, choices: Iterable[str], place: str) -> str | None:
    value = table.get(key)
    if value is not None and value not in tuple(choices):
        raise UsageError(f"{place}{key} is {value!r}; allowed: {', '.join(choices)}.")
    return value


def _check_keys(table: Mapping[str, object], known: Iterable[str], place: str) -> None:
    names = tuple(known)
    for key in table:
        if key not in names:
            close = difflib.get_close_matches(key.replace("-", "_"), names, n=1)
            hint = f"did you mean {close[0]}" if close else f"known here: {', '.join(names)}"
            raise UsageError(f"there is no key {place}{key}; {hint}.")


def _glob_matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path matches; `**` is any number of folders, a lone name matches in every folder.

    The standard library has this from Python 3.13 on.
    """
    if len(pattern) == 1 and pattern[0] != "**":
        return fnmatchcase(parts[-1], pattern[0])
    return _parts_match(parts, pattern)


def _parts_match(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_parts_match(parts[skip:], pattern[1:]) for skip in range(len(parts) + 1))
    return (
        bool(parts) and fnmatchcase(parts[0], pattern[0]) and _parts_match(parts[1:], pattern[1:])
    )
