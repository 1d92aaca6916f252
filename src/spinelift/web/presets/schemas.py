"""Presets as the API shows and takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from spinelift.web.http.values import Asked
from spinelift.web.presets.models import Preset

Parameters = Annotated[dict[str, Any], Field(max_length=100)]
"""Names to values, as `/parameters` declares them; what is left out has its default."""


class PresetIn(Asked):
    """A preset to keep: one's own, or shared in a project."""

    name: str
    parameters: Parameters
    project_id: UUID | None = None


class PresetChange(Asked):
    """What is to be another; the rest stays."""

    name: str | None = None
    parameters: Parameters | None = None


class PresetOut(Schema):
    """A preset; the id of one of SpineLift's own is its name."""

    id: str
    name: str
    kind: Literal["system", "own", "project"]
    project_id: UUID | None = None
    parameters: Parameters


def shown(preset: Preset) -> PresetOut:
    """The preset as its user sees it."""
    return PresetOut(
        id=str(preset.id),
        name=preset.name,
        kind="own" if preset.project_id is None else "project",
        project_id=preset.project_id,
        parameters=preset.parameters,
    )
