"""What there is to say about parameters for one image, found in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spinelift import images
from spinelift.engine.generation import OnStage
from spinelift.engine.work import Failure, attempt, read
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.validation import MeshParameterValidator


@dataclass(frozen=True)
class AdviceTask:
    """An image, the parameters that are thought of (None: none that can be), and a target."""

    image: Path
    label: str
    parameters: MeshParameters | None
    target: str
    limits: ImageLimits = DEFAULT_LIMITS


@dataclass(frozen=True)
class Advice:
    """Warnings about the parameters, and what would be good instead."""

    warnings: tuple[str, ...]
    recommendation: MeshParameters


def give_advice(task: AdviceTask, on_stage: OnStage) -> Advice | Failure:
    """Look at one image, or say why not."""
    on_stage("mask")
    return attempt(_advice, task, task.label)


def _advice(task: AdviceTask) -> Advice:
    content = read(task.image, task.limits, task.label)
    alpha, notes = images.decode_alpha(content, task.limits, name=task.label)
    validator = MeshParameterValidator()
    warnings = notes
    if task.parameters is not None:
        warnings = (*notes, *validator.examine(alpha, task.parameters))
    return Advice(tuple(warnings), validator.recommend(alpha, task.target))
