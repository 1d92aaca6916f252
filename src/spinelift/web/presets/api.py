"""`/presets`, `/parameters` and `/validate`: how a mesh can be made."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from ninja import Schema, Status
from ninja.pagination import paginate

from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.presets import PRESETS, TARGETS
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.spine.document import DEFAULT_VERSION, SPINE_VERSIONS
from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.errors import NotAllowed, NotFound
from spinelift.web.http.heads import Router
from spinelift.web.http.requests import actor_of
from spinelift.web.http.values import Asked
from spinelift.web.presets.models import Preset
from spinelift.web.presets.schemas import Parameters, PresetChange, PresetIn, PresetOut, shown
from spinelift.web.presets.services import change_preset, create_preset, delete_preset
from spinelift.web.projects.access import project_of
from spinelift.web.projects.models import Role

router = Router(tags=["presets"])


class ParametersOut(Schema):
    """All that a slider or a form needs to know."""

    parameters: list[dict[str, Any]]
    targets: dict[str, int | None]
    spine_versions: list[str]
    default_spine_version: str


class ValidationIn(Asked):
    """Parameters that are thought of."""

    parameters: Parameters


class FaultOut(Schema):
    """What is wrong with one of them."""

    parameter: str
    given: Any
    allowed: str


class ValidationOut(Schema):
    """What came of it; `parameters` has every value, where there is no fault."""

    errors: list[FaultOut]
    warnings: list[str]
    parameters: Parameters | None


@router.get("/parameters", response=ParametersOut)
def read_parameters(request: ApiRequest) -> Any:  # noqa: ARG001  # ninja's
    """Every parameter with its range, default, unit and help; the targets; the Spine versions."""
    return {
        "parameters": [asdict(spec) for spec in PARAMETERS.values()],
        "targets": dict(TARGETS),
        "spine_versions": list(SPINE_VERSIONS),
        "default_spine_version": DEFAULT_VERSION,
    }


@router.post("/validate", response=ValidationOut)
def validate(request: ApiRequest, wanted: ValidationIn) -> Any:  # noqa: ARG001  # ninja's
    """Say what is wrong with parameters, all at once, and what contradicts itself."""
    found = MeshParameterValidator().validate(wanted.parameters)
    return {
        "errors": [
            {"parameter": one.parameter, "given": one.given, "allowed": one.allowed}
            for one in found.errors
        ],
        "warnings": list(found.warnings),
        "parameters": None if found.parameters is None else found.parameters.to_mapping(),
    }


@router.get("/presets", response=list[PresetOut])
@paginate
def list_presets(request: ApiRequest) -> Any:
    """SpineLift's presets, then the user's own and those of the user's projects."""
    return [*map(_system, PRESETS), *map(shown, Preset.objects.visible_to(request.user))]


@router.post("/presets", response={201: PresetOut})
def make_preset(request: ApiRequest, wanted: PresetIn) -> Any:
    """Keep a preset: one's own, or for all of a project (for its editors)."""
    owner = (
        request.user
        if wanted.project_id is None
        else project_of(request.user, wanted.project_id, Role.EDITOR)
    )
    preset = create_preset(
        actor=actor_of(request),
        owner=owner,
        name=wanted.name,
        parameters=MeshParameters.from_mapping(wanted.parameters),
    )
    return Status(201, shown(preset))


@router.get("/presets/{preset_id}", response=PresetOut)
def read_preset(request: ApiRequest, preset_id: str) -> Any:
    """One preset, SpineLift's own too."""
    return _system(preset_id) if preset_id in PRESETS else shown(_seen(request, preset_id))


@router.patch("/presets/{preset_id}", response=PresetOut)
def edit_preset(request: ApiRequest, preset_id: str, wanted: PresetChange) -> Any:
    """Rename a preset, or give it other parameters."""
    given = wanted.parameters
    preset = change_preset(
        actor=actor_of(request),
        preset=_own(request, preset_id),
        name=wanted.name,
        parameters=None if given is None else MeshParameters.from_mapping(given),
    )
    return shown(preset)


@router.delete("/presets/{preset_id}", response={204: None})
def end_preset(request: ApiRequest, preset_id: str) -> Any:
    """Delete a preset; meshes that were made with it stay."""
    delete_preset(actor=actor_of(request), preset=_own(request, preset_id))
    return Status(204, None)


def _system(name: str) -> PresetOut:
    """One of SpineLift's."""
    parameters = PRESETS[name].to_mapping()
    return PresetOut(id=name, name=name, kind="system", parameters=parameters)


def _seen(request: ApiRequest, preset_id: str) -> Preset:
    """One that somebody has made, and the user sees."""
    try:
        found = Preset.objects.visible_to(request.user).filter(id=UUID(preset_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such preset, or not for you.")
    return found


def _own(request: ApiRequest, preset_id: str) -> Preset:
    """One that the user may change."""
    if preset_id in PRESETS:
        raise NotAllowed(f"{preset_id} is SpineLift's own: save it under another name.")
    found = _seen(request, preset_id)
    if found.project_id is not None:
        project_of(request.user, found.project_id, Role.EDITOR)
    return found
