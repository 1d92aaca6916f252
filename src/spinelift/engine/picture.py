"""A stored result and its image in, a picture for people out, in a worker or wherever else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from spinelift import images
from spinelift.contract.results import read_results
from spinelift.engine.generation import OnStage
from spinelift.engine.work import Failure, attempt, read
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import with_required
from spinelift.preview import preview_pixels, preview_svg


@dataclass(frozen=True, eq=False)
class PictureTask:
    """What to draw.

    Attributes
    ----------
    name
        Of the image; an SVG's title.
    fields
        A stored result, `contract.results`'.
    scale
        As for `preview_pixels`.
    """

    image: Path | bytes
    name: str
    fields: Mapping[str, Any]
    kind: Literal["png", "svg"] = "png"
    scale: int | None = None
    limits: ImageLimits = DEFAULT_LIMITS

    @property
    def label(self) -> str:
        """What messages call the image."""
        return self.name


def draw_picture(task: PictureTask, on_stage: OnStage) -> bytes | Failure:
    """Draw the art under the wireframe of all its meshes, or say why not."""
    on_stage("document")
    return attempt(_picture, task, task.label)


def _picture(task: PictureTask) -> bytes:
    content = read(task.image, task.limits, task.label)
    rgba = images.decode(content, task.limits, name=task.label).rgba
    parameters = MeshParameters.from_mapping(task.fields["parameters"])
    stored = tuple(read_results(task.fields).values())
    meshes = with_required(stored, np.ascontiguousarray(rgba[..., 3]), parameters)
    if task.kind == "svg":
        return preview_svg(rgba, *meshes, name=task.name, scale=task.scale).encode()
    return images.encode_png(preview_pixels(rgba, *meshes, scale=task.scale))
