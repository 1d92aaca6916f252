"""A stored result and where a person wants its vertices in, the answer with that mesh out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spinelift.contract.results import read_results
from spinelift.engine.generation import Answer, OnStage, write_down
from spinelift.engine.warm import WARM, WarmImages
from spinelift.engine.work import Failure, attempt, read
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.edit import place_vertices
from spinelift.mesh.errors import EditRefused
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import with_required
from spinelift.mesh.triangulation import triangulate
from spinelift.mesh.types import GRID, Mesh


@dataclass(frozen=True, eq=False)
class EditTask:
    """A mesh to make anew with other vertices: moved, added, removed ones are all the same.

    Attributes
    ----------
    name
        Of the image, its slot and its attachment.
    fields
        The stored result, `contract.results`'.
    vertices, hull
        As `place_vertices` takes them: all vertices that the mesh is to have.
    island
        Which of the result's meshes: 0 is the one at the top, the others follow.
    """

    image: Path | bytes
    name: str
    fields: Mapping[str, Any]
    vertices: object
    hull: object
    island: int = 0
    limits: ImageLimits = DEFAULT_LIMITS

    @property
    def label(self) -> str:
        """What messages call the image."""
        return self.name


def edit_answer(task: EditTask, on_stage: OnStage, warm: WarmImages = WARM) -> Answer | Failure:
    """Make the mesh of these vertices, or say why there is none: `EditRefused` is for the artist.

    Visible pixels outside the mesh are no reason: they are measured, and a warning.
    """
    return attempt(lambda task: _answer(task, on_stage, warm), task, task.label)


def _answer(task: EditTask, on_stage: OnStage, warm: WarmImages) -> Answer:
    start = time.perf_counter()
    stored = [*read_results(task.fields).values()]
    if not 0 <= task.island < len(stored):
        raise EditRefused(f"There is no mesh {task.island}: there are {len(stored)}, from 0.")
    size = stored[0].width, stored[0].height
    polygon, points = place_vertices(task.vertices, task.hull, size)
    on_stage("mask")
    content = read(task.image, task.limits, task.label)
    alpha, _ = warm.decode_alpha(content, task.limits, name=task.label)
    parameters = MeshParameters.from_mapping(task.fields["parameters"])
    before = with_required(stored, alpha, parameters)[task.island]
    on_stage("triangles")
    edited = [*stored]
    edited[task.island] = replace(
        before,
        vertices=np.concatenate([polygon, points]) / GRID,
        triangles=triangulate(polygon, points, triangulator="exact"),
        hull=len(polygon),
    )
    on_stage("quality")
    said = _outside(stored)
    warnings = [words for words in task.fields["warnings"] if words not in said]
    warnings += _outside(edited)
    written = write_down(task.name, edited, parameters, warnings, on_stage=on_stage)
    return Answer(*written, milliseconds=(time.perf_counter() - start) * 1000)


def _outside(meshes: Sequence[Mesh]) -> list[str]:
    """The warning about what meshes do not cover, if there is something."""
    missed = sum(mesh.quality.uncovered_pixels for mesh in meshes)
    if not missed:
        return []
    return [f"{missed} visible {'pixel is' if missed == 1 else 'pixels are'} outside the mesh."]
