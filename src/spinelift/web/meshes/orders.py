"""What somebody wants of a mesh in, parameters that can be used out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from spinelift.mesh.errors import InvalidParameters, ParameterProblem
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.presets import TARGETS
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.web.accounts.models import User
from spinelift.web.presets.services import preset_parameters


@dataclass(frozen=True)
class MeshOrder:
    """How a mesh is to be made.

    Attributes
    ----------
    preset, target
        The names by which that was said.
    """

    parameters: MeshParameters
    preset: str | None = None
    target: str | None = None

    def narrowed(self, fields: Mapping[str, Any]) -> MeshOrder | None:
        """What to order instead where that came of it, because the target allows fewer vertices.

        None where it is good as it is: a budget is used whole, and would add vertices to it.
        """
        ceiling = None if self.target is None else TARGETS[self.target]
        largest = max(len(part["vertices"]) for part in (fields, *fields["others"]))
        if ceiling is None or largest <= ceiling:
            return None
        return replace(self, parameters=replace(self.parameters, max_vertices=ceiling))


def order_of(
    user: User, preset: str | None, parameters: Mapping[str, Any], target: str | None
) -> MeshOrder:
    """The preset's parameters, with those that are given in their place.

    Raises InvalidParameters, with every fault, and NotFound for a preset that is not there.
    """
    base = {} if preset is None else preset_parameters(user, preset).to_mapping()
    found = MeshParameterValidator().validate({**base, **parameters})
    errors = list(found.errors)
    if target is not None and target not in TARGETS:
        errors.append(ParameterProblem("target", target, " | ".join(TARGETS)))
    if errors or found.parameters is None:
        raise InvalidParameters(errors)
    return MeshOrder(found.parameters, preset, target)
