"""Image to meshes: the stages in order. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from spinelift.mesh.errors import ImageChanged, ImageTooLarge
from spinelift.mesh.interior import interior_points, wanted_vertices
from spinelift.mesh.kernel import MAXIMUM_SIDE
from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.outline import Outline, trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.polygon import simplify
from spinelift.mesh.triangulation import triangulate
from spinelift.mesh.types import GRID, Alpha, Mesh

Stage: TypeAlias = Literal["mask", "outline", "polygon", "interior", "triangles"]

HULL_SHARE, SPLIT_SHARE = 0.6, 0.75
"""Of a budget for the whole mesh, and of one for the outline, the share of the outline's corners
where vertices are wanted inside and along its edges. Measured on real art with as many vertices as
its artists used: with more corners triangles get worse, with fewer the outline gets looser."""


def generate(
    alpha: Alpha,
    parameters: MeshParameters,
    *,
    on_stage: Callable[[Stage], None] = lambda stage: None,  # noqa: ARG005
) -> list[Mesh]:
    """Return the meshes of an image: one, or one for each island with `islands="split"`.

    Parameters
    ----------
    alpha
        (H, W) uint8.
    on_stage
        Called as each stage begins. No stage has side effects, so raising from it cancels.

    Raises
    ------
    ImageTooLarge
        A side is above 16384 px.
    ImageEmpty
        No pixel is above the alpha threshold.
    TriangulationFailed
        The chosen triangulator failed.
    """
    outlines = visible_outlines(alpha, parameters, on_stage=on_stage)
    height, width = alpha.shape
    return [_mesh(outline, (width, height), parameters, on_stage) for outline in outlines]


def visible_outlines(
    alpha: Alpha,
    parameters: MeshParameters,
    *,
    on_stage: Callable[[Stage], None] = lambda stage: None,  # noqa: ARG005
) -> list[Outline]:
    """Return what each of the image's meshes must contain; raises what `generate` does."""
    _check_size(alpha)
    on_stage("mask")
    mask = opaque_pixels(
        alpha,
        parameters.alpha_threshold,
        blur_kernel_size=parameters.blur_kernel_size,
        binary_threshold=parameters.binary_threshold,
    )
    on_stage("outline")
    return trace_outlines(
        mask,
        min_contour_area=parameters.min_contour_area,
        padding=parameters.padding,
        islands=parameters.islands,
    )


def with_required(
    meshes: Sequence[Mesh], alpha: Alpha, parameters: MeshParameters
) -> tuple[Mesh, ...]:
    """Give meshes the pixels that they must cover, as `generate` did before they lost them.

    Raises
    ------
    ImageChanged
        The image is not the one that they were made of, as far as can be told.
    """
    height, width = alpha.shape
    if any((mesh.width, mesh.height) != (width, height) for mesh in meshes):
        raise ImageChanged(
            f"The image is {width} x {height} px, its mesh was made of "
            f"{meshes[0].width} x {meshes[0].height} px: mesh it again."
        )
    outlines = visible_outlines(alpha, parameters)
    if len(outlines) != len(meshes):
        raise ImageChanged(
            f"The image has {len(outlines)} islands, its meshes were made of {len(meshes)}: mesh "
            "it again."
        )
    return tuple(
        replace(
            mesh,
            required=outline.required,
            required_origin=outline.origin,
            islands=outline.islands,
        )
        for mesh, outline in zip(meshes, outlines, strict=True)
    )


def _check_size(alpha: Alpha) -> None:
    height, width = alpha.shape
    if max(width, height) > MAXIMUM_SIDE:
        raise ImageTooLarge(
            f"The image is {width} x {height} px; meshes are made of at most {MAXIMUM_SIDE} px "
            "a side: scale it down."
        )


def _mesh(
    outline: Outline,
    size: tuple[int, int],
    parameters: MeshParameters,
    on_stage: Callable[[Stage], None],
) -> Mesh:
    width, height = size
    wanted = wanted_vertices(
        outline.ring,
        size,
        density=parameters.internal_vertex_density,
        density_scaling_factor=parameters.density_scaling_factor,
        min_triangle_area=parameters.min_triangle_area,
    )
    on_stage("polygon")
    polygon = simplify(
        outline.ring,
        size,
        detail_factor=parameters.detail_factor,
        concave_factor=parameters.concave_factor,
        # With vertices inside, it is their triangles that the smallest area bounds. A polygon that
        # changed with it as well could make room for more of them.
        smallest_gain=0 if parameters.internal_vertex_density else parameters.min_triangle_area,
        max_hull_vertices=hull_budget(parameters, wanted),
        refinement=parameters.refinement,
        has_inside=parameters.internal_vertex_density > 0,
    )
    on_stage("interior")
    interior = interior_points(
        polygon,
        size,
        wanted=wanted,
        max_vertices=parameters.max_vertices,
        max_hull_vertices=parameters.max_hull_vertices,
    )
    on_stage("triangles")
    triangles = triangulate(interior.polygon, interior.points, triangulator=parameters.triangulator)
    return Mesh(
        vertices=np.concatenate([interior.polygon, interior.points]) / GRID,
        triangles=triangles,
        hull=len(interior.polygon),
        width=width,
        height=height,
        required=outline.required,
        required_origin=outline.origin,
        islands=outline.islands,
        warnings=_warnings(outline, parameters),
    )


def hull_budget(parameters: MeshParameters, wanted: int) -> int | None:
    """The most corners of the outline, where `wanted` vertices are to be added; None for no budget.

    Of each budget the corners get their share, and what is not wanted for anything else.
    """
    shares = ((parameters.max_hull_vertices, SPLIT_SHARE), (parameters.max_vertices, HULL_SHARE))
    return min(
        (
            max(4, int(budget * share), budget - wanted)
            for budget, share in shares
            if budget is not None
        ),
        default=None,
    )


def _warnings(outline: Outline, parameters: MeshParameters) -> tuple[str, ...]:
    found = []
    if parameters.blur_kernel_size % 2 == 0:
        found.append(
            f"Blur kernel size {parameters.blur_kernel_size} is even: "
            f"{parameters.blur_kernel_size + 1} was used."
        )
    if np.count_nonzero(outline.required) < parameters.min_contour_area:
        found.append(
            f"Every island is smaller than {parameters.min_contour_area:g} px2: "
            "the largest was kept."
        )
    dropped = outline.islands.dropped
    if dropped:
        noun = "island was" if dropped == 1 else "islands were"
        why = (
            "only the largest is kept"
            if parameters.islands == "largest"
            else f"smaller than {parameters.min_contour_area:g} px2"
        )
        found.append(f"{dropped} {noun} dropped: {why}.")
    return tuple(found)
