"""Plain values and an image in; what is wrong, what is unwise, and what would be good, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinelift.mesh.errors import InvalidParameters, ParameterProblem
from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.presets import BALANCED, PRESETS, TARGETS
from spinelift.mesh.quality import triangle_areas
from spinelift.mesh.types import Alpha, Mesh

LARGE_IMAGE = 4_000_000
"""Pixels from which fine detail is slow enough to be felt."""

FINE_DETAIL = 0.003

FAINT_SHARE = 0.05
"""Share of the visible pixels that a threshold may drop unmentioned: soft edges are about this."""

FORCED_OVERDRAW = 1.1
"""Overdraw beyond that of the same image without a budget, from which a budget is too tight."""

_PRESET_OF_TARGET = {
    "quality": "high-detail",
    "balanced": BALANCED,
    "performance": "performance",
    "mobile": "performance",
}


@dataclass(frozen=True)
class Validation:
    """What came of checking plain values; `parameters` is None where there are errors."""

    errors: tuple[ParameterProblem, ...]
    warnings: tuple[str, ...]
    parameters: MeshParameters | None


class MeshParameterValidator:
    """Checks parameters before any work is done, and gives advice for an image."""

    def validate(self, values: Mapping[str, object]) -> Validation:
        """Check plain values; every error at once."""
        try:
            parameters = MeshParameters.from_mapping(values)
        except InvalidParameters as error:
            return Validation(error.problems, (), None)
        return Validation((), tuple(_contradictions(parameters)), parameters)

    def examine(
        self, alpha: Alpha, parameters: MeshParameters, meshes: Sequence[Mesh] | None = None
    ) -> tuple[str, ...]:
        """Return warnings about these parameters for this image.

        `meshes` are what the parameters make of it, where that is known already. Raises
        `ImageEmpty` where no pixel is above the threshold.
        """
        warnings = []
        if alpha.size >= LARGE_IMAGE and parameters.detail_factor <= FINE_DETAIL:
            megapixels = alpha.size / 1e6
            warnings.append(
                f"The image has {megapixels:.0f} megapixels and the detail factor "
                f"{parameters.detail_factor:g} is fine: this takes long and gives many vertices."
            )
        visible = int(np.count_nonzero(alpha))
        kept = int(np.count_nonzero(alpha > parameters.alpha_threshold))
        if visible and 1 - kept / visible > FAINT_SHARE:
            warnings.append(
                f"Alpha threshold {parameters.alpha_threshold} leaves out "
                f"{1 - kept / visible:.0%} of the visible pixels."
            )
        if parameters.max_vertices is not None or parameters.max_hull_vertices is not None:
            without = replace(parameters, max_vertices=None, max_hull_vertices=None)
            given = _area(meshes or generate(alpha, parameters))
            free = _area(generate(alpha, without))
            if given > FORCED_OVERDRAW * free:
                warnings.append(
                    f"The vertex budget forces {given / free - 1:.0%} more overdraw than the same "
                    "parameters without it."
                )
        return tuple(warnings)

    def recommend(self, alpha: Alpha, target: str = "balanced") -> MeshParameters:
        """Return parameters that suit an image and a target of `presets.TARGETS`.

        Faint art gets a threshold that keeps it; a budget is set only where the mesh would have
        more vertices than the target allows. Raises `ImageEmpty` for a fully transparent image,
        and `InvalidParameters` for an unknown target.
        """
        if target not in TARGETS:
            raise InvalidParameters([ParameterProblem("target", target, " | ".join(TARGETS))])
        parameters = PRESETS[_PRESET_OF_TARGET[target]]
        highest = int(alpha.max())
        if highest <= 4 * parameters.alpha_threshold:
            parameters = replace(parameters, alpha_threshold=highest // 8)
        opaque_pixels(alpha, parameters.alpha_threshold)
        return within_target(alpha, parameters, target)


def within_target(alpha: Alpha, parameters: MeshParameters, target: str) -> MeshParameters:
    """The parameters, with a budget where their mesh has more vertices than the target allows."""
    ceiling = TARGETS[target]
    if ceiling is None:
        return parameters
    largest = max(len(mesh.vertices) for mesh in generate(alpha, parameters))
    return replace(parameters, max_vertices=ceiling) if largest > ceiling else parameters


def _contradictions(parameters: MeshParameters) -> list[str]:
    found = []
    if parameters.blur_kernel_size % 2 == 0:
        found.append(
            f"Blur kernel size {parameters.blur_kernel_size} is even: "
            f"{parameters.blur_kernel_size + 1} is used."
        )
    total, hull = parameters.max_vertices, parameters.max_hull_vertices
    if total is not None and hull is not None and hull > total:
        found.append(f"The hull budget {hull} is above the budget for all vertices, {total}.")
    if parameters.blur_kernel_size == 1 and parameters.binary_threshold != 128:
        found.append("Binary threshold has no effect without smoothing: raise blur kernel size.")
    return found


def _area(meshes: Sequence[Mesh]) -> float:
    return sum(float(triangle_areas(mesh.vertices, mesh.triangles).sum()) for mesh in meshes)
