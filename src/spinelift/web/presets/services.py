"""What changes presets, and finds the parameters that somebody means."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.presets import PRESETS
from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.errors import NotFound, WebError
from spinelift.web.events import PresetChanged, PresetCreated, PresetDeleted
from spinelift.web.names import checked_name
from spinelift.web.operations import operation
from spinelift.web.presets.models import Preset
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import locked_project


class PresetNameTaken(WebError):
    """Two presets of a list would look the same."""

    code: ClassVar[str] = "NAME_TAKEN"


def create_preset(
    *, actor: Actor, owner: User | Project, name: str, parameters: MeshParameters
) -> Preset:
    """Keep parameters for a user, or for all of a project.

    Raises NameRefused, PresetNameTaken and NotFound.
    """
    preset = Preset(name=_free_name(name), parameters=parameters.to_mapping())
    with operation(actor) as publish:
        if isinstance(owner, Project):
            preset.project = locked_project(owner)
        else:
            preset.owner = owner
        _save(preset)
        publish(PresetCreated(**_of(preset), after=_values(preset)))
    return preset


def change_preset(
    *,
    actor: Actor,
    preset: Preset,
    name: str | None = None,
    parameters: MeshParameters | None = None,
) -> Preset:
    """Give it another name, or other parameters.

    Raises NameRefused, PresetNameTaken and NotFound.
    """
    with operation(actor) as publish:
        stored = _locked(preset)
        before = _values(stored)
        if name is not None:
            stored.name = _free_name(name)
        if parameters is not None:
            stored.parameters = parameters.to_mapping()
        if _values(stored) != before:
            _save(stored)
            publish(PresetChanged(**_of(stored), before=before, after=_values(stored)))
    return stored


def delete_preset(*, actor: Actor, preset: Preset) -> None:
    """Raises NotFound. Meshes that were made with it stay."""
    with operation(actor) as publish:
        stored = _locked(preset)
        publish(PresetDeleted(**_of(stored), before=_values(stored)))
        stored.delete()


def preset_parameters(user: User, preset: str) -> MeshParameters:
    """The parameters of one of SpineLift's presets, by name, or of another, by id.

    Raises NotFound for one that is not there or that the user cannot see.
    """
    if preset in PRESETS:
        return PRESETS[preset]
    found = None
    with contextlib.suppress(ValueError):
        found = Preset.objects.visible_to(user).filter(id=UUID(preset)).first()
    if found is None:
        named = ", ".join(PRESETS)
        raise NotFound(f"There is no such preset, or not for you: use {named}, or an id.")
    return MeshParameters.from_mapping(found.parameters)


def _free_name(name: str) -> str:
    name = checked_name(name)
    if name in PRESETS:
        raise PresetNameTaken(f"{name} is one of SpineLift's own presets: choose another name.")
    return name


def _save(preset: Preset) -> None:
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError:
        raise PresetNameTaken(
            f"There is a preset {preset.name} already: choose another name."
        ) from None


def _locked(preset: Preset) -> Preset:
    stored = Preset.objects.select_for_update().filter(id=preset.id).first()
    if stored is None:
        raise NotFound("The preset is not there any more.")
    return stored


def _of(preset: Preset) -> dict[str, Any]:
    return {
        "preset_id": preset.id,
        "project_id": preset.project_id,
    }


def _values(preset: Preset) -> dict[str, Any]:
    return {"name": preset.name, "parameters": dict(preset.parameters)}
