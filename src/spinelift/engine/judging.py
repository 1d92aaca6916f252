"""Meshes and their image in, a verdict on each mesh out: what it covers, and what it breaks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spinelift import images
from spinelift.engine.work import (
    Failure,
    MeshedImage,
    MeshTask,
    attempt,
    mesh_image,
    read,
    without_required,
)
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.errors import ImageUnreadable
from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.outline import trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.quality import uncovered_pixels, violations
from spinelift.mesh.types import Alpha, Islands, Mask, Mesh
from spinelift.spine.reading import AttachmentMesh

NEAR = 0.01
"""Pixels: a document's rounded numbers may leave the image, or differ in size, by less."""


@dataclass(frozen=True)
class DocumentTask:
    """The meshes of a document that show the same image.

    Attributes
    ----------
    parameters
        Those that say which pixels must be covered.
    """

    image: Path
    meshes: tuple[AttachmentMesh, ...]
    parameters: MeshParameters
    label: str
    limits: ImageLimits = DEFAULT_LIMITS


@dataclass(frozen=True, eq=False)
class Verdict:
    """A measured mesh, and a sentence for each thing that Spine would not take."""

    mesh: Mesh
    violations: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class JudgedImage:
    """The verdicts on an image's meshes."""

    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    milliseconds: float


def judge_image(task: MeshTask) -> JudgedImage | Failure:
    """Mesh one image and judge what came out, or say why not."""
    result = mesh_image(task)
    if isinstance(result, Failure):
        return result
    return attempt(_judge_meshed, result, task.label)


def _judge_meshed(result: MeshedImage) -> JudgedImage:
    verdicts = tuple(Verdict(mesh, tuple(violations(mesh))) for mesh in result.meshes)
    return JudgedImage(verdicts, result.warnings, result.milliseconds)


def judge_document(task: DocumentTask) -> JudgedImage | Failure:
    """Judge meshes as they stand in a document, or say why not."""
    return attempt(_judge_document, task, task.label)


def _judge_document(task: DocumentTask) -> JudgedImage:
    start = time.perf_counter()
    content = read(task.image, task.limits, task.label)
    alpha, _ = images.decode_alpha(content, task.limits, name=task.label)
    required, islands = _required_pixels(alpha, task.parameters)
    meshes = [_mesh(attachment, required, islands) for attachment in task.meshes]
    verdicts = tuple(
        Verdict(without_required(mesh), (*_claims(attachment, mesh), *violations(mesh)))
        for attachment, mesh in zip(task.meshes, _share_out(meshes), strict=True)
    )
    return JudgedImage(verdicts, (), (time.perf_counter() - start) * 1000)


def _required_pixels(alpha: Alpha, parameters: MeshParameters) -> tuple[Mask, Islands]:
    """The pixels of the whole image to cover, and the islands that the parameters keep."""
    mask = opaque_pixels(
        alpha,
        parameters.alpha_threshold,
        blur_kernel_size=parameters.blur_kernel_size,
        binary_threshold=parameters.binary_threshold,
    )
    outline = trace_outlines(
        mask,
        min_contour_area=parameters.min_contour_area,
        islands="largest" if parameters.islands == "largest" else "bridge",
    )[0]
    (left, top), (height, width) = outline.origin, outline.required.shape
    required = np.zeros_like(mask)
    required[top : top + height, left : left + width] = outline.required
    return required, outline.islands


def _mesh(attachment: AttachmentMesh, required: Mask, islands: Islands) -> Mesh:
    """The attachment on this image, outline and triangles turned clockwise.

    Spine takes both directions. Vertices outside the image are `_claims`' business: here they are
    moved to its border, because nothing can be covered beyond it.
    """
    height, width = required.shape
    claimed = np.array([attachment.width, attachment.height])
    size = np.array([width, height], dtype=np.float64)
    vertices = np.clip(attachment.vertices / claimed, 0.0, 1.0) * size
    order = np.arange(len(vertices))
    x, y = vertices[: attachment.hull].T
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
        order[: attachment.hull] = order[: attachment.hull][::-1]
    place = np.argsort(order).astype(np.int32)
    vertices, triangles = vertices[order], place[attachment.triangles]
    a, b, c = vertices[triangles].transpose(1, 0, 2)
    (ab_x, ab_y), (ac_x, ac_y) = (b - a).T, (c - a).T
    if np.sum(ab_x * ac_y - ab_y * ac_x) < 0:
        triangles = triangles[:, ::-1]
    return Mesh(
        vertices=vertices,
        triangles=np.ascontiguousarray(triangles),
        hull=attachment.hull,
        width=width,
        height=height,
        required=required,
        islands=islands,
    )


def _share_out(meshes: Sequence[Mesh]) -> list[Mesh]:
    """Let each mesh answer for the pixels that it covers, and for those that none of them does."""
    uncovered = [uncovered_pixels(mesh) for mesh in meshes]
    by_nobody = np.bitwise_and.reduce(uncovered)
    shared = []
    for mesh, missed in zip(meshes, uncovered, strict=True):
        required = mesh.required & ((missed ^ 1) | by_nobody)
        if not required.any():
            raise ImageUnreadable("The image has a mesh that covers nothing visible.")
        shared.append(replace(mesh, required=required))
    return shared


def _claims(attachment: AttachmentMesh, mesh: Mesh) -> list[str]:
    """What the document says of the image, and is not so."""
    found = []
    claimed = np.array([attachment.width, attachment.height])
    if (attachment.vertices < -NEAR).any() or (attachment.vertices > claimed + NEAR).any():
        found.append("A vertex lies outside the image.")
    if (np.abs(claimed - [mesh.width, mesh.height]) > NEAR).any():
        found.append(
            f"The document says {attachment.width:g} x {attachment.height:g} px, the image has "
            f"{mesh.width} x {mesh.height}."
        )
    return found
