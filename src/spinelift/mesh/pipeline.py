"""Image to meshes: the stages in order. Read this first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from spinelift.mesh.errors import ImageTooLarge
from spinelift.mesh.interior import Interior, interior_points
from spinelift.mesh.kernel import MAXIMUM_SIDE
from spinelift.mesh.mask import opaque_pixels
from spinelift.mesh.outline import Outline, trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.polygon import simplify
from spinelift.mesh.triangulation import triangulate
from spinelift.mesh.types import GRID, Alpha, Mesh

Stage: TypeAlias = Literal["mask", "outline", "polygon", "interior", "triangles"]

HULL_SHARE = 0.65
"""Of a budget for the whole mesh, the outline's share where vertices are wanted inside."""


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
    _check_size(alpha)
    on_stage("mask")
    mask = opaque_pixels(
        alpha,
        parameters.alpha_threshold,
        blur_kernel_size=parameters.blur_kernel_size,
        binary_threshold=parameters.binary_threshold,
    )
    on_stage("outline")
    outlines = trace_outlines(
        mask,
        min_contour_area=parameters.min_contour_area,
        padding=parameters.padding,
        islands=parameters.islands,
    )
    height, width = alpha.shape
    return [_mesh(outline, (width, height), parameters, on_stage) for outline in outlines]


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
    interior = _lay_vertices(outline, size, parameters, hull_budget(parameters), on_stage)
    if parameters.max_vertices is not None and parameters.internal_vertex_density > 0:
        interior = _spend_rest(interior, outline, size, parameters, on_stage)
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


def _lay_vertices(
    outline: Outline,
    size: tuple[int, int],
    parameters: MeshParameters,
    budget: int | None,
    on_stage: Callable[[Stage], None],
) -> Interior:
    on_stage("polygon")
    polygon = simplify(
        outline.ring,
        size,
        detail_factor=parameters.detail_factor,
        concave_factor=parameters.concave_factor,
        # With vertices inside, it is the lattice that the smallest triangle bounds. A polygon that
        # changed with it as well could hold more of the lattice, and so more triangles.
        smallest_gain=0 if parameters.internal_vertex_density else parameters.min_triangle_area,
        max_hull_vertices=budget,
        refinement=parameters.refinement,
    )
    on_stage("interior")
    return interior_points(
        polygon,
        size,
        density=parameters.internal_vertex_density,
        density_scaling_factor=parameters.density_scaling_factor,
        min_triangle_area=parameters.min_triangle_area,
        max_vertices=parameters.max_vertices,
        max_hull_vertices=parameters.max_hull_vertices,
    )


def _spend_rest(
    interior: Interior,
    outline: Outline,
    size: tuple[int, int],
    parameters: MeshParameters,
    on_stage: Callable[[Stage], None],
) -> Interior:
    """Give the outline what the inside left of the budget, while that makes use of more of it."""
    most = parameters.max_vertices or 0
    budget = hull_budget(parameters) or 0
    while interior.size < most:
        budget = min(budget + most - interior.size, parameters.max_hull_vertices or most, most)
        other = _lay_vertices(outline, size, parameters, budget, on_stage)
        if other.size <= interior.size:
            break
        interior = other
    return interior


def hull_budget(parameters: MeshParameters) -> int | None:
    """The most outline vertices that the parameters allow; None where they set no budget."""
    budgets = []
    if parameters.max_hull_vertices is not None:
        budgets.append(parameters.max_hull_vertices)
    if parameters.max_vertices is not None:
        share = HULL_SHARE if parameters.internal_vertex_density > 0 else 1.0
        budgets.append(max(4, int(parameters.max_vertices * share)))
    return min(budgets, default=None)


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
