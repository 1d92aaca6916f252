"""Which way each parameter works: the direction that its documentation promises, on drawn art."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinelift.mesh.errors import ImageEmpty
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha, Mesh
from tests.drawing import FAMILY_NAMES, budgets, drawn
from tests.mesh import oracle

Measure = Callable[[Mesh], float]


def hull_vertices(mesh: Mesh) -> float:
    return mesh.hull


def interior_vertices(mesh: Mesh) -> float:
    return len(mesh.vertices) - mesh.hull


def triangles(mesh: Mesh) -> float:
    return len(mesh.triangles)


def area(mesh: Mesh) -> float:
    """Exact: a sum of multiples of 1 / 8192."""
    return float(oracle.hull_polygon(mesh).area)


def required_pixels(mesh: Mesh) -> float:
    return int(np.count_nonzero(mesh.required))


def measured(alpha: Alpha, values: dict[str, Any], quantity: Measure) -> float:
    """The quantity summed over the image's meshes; nothing where nothing is required."""
    try:
        return sum(quantity(mesh) for mesh in generate(alpha, MeshParameters(**values)))
    except ImageEmpty:
        return 0


@st.composite
def two_values(draw: st.DrawFn, name: str) -> tuple[float, float]:
    """A lower and a higher value of a parameter."""
    spec = PARAMETERS[name]
    assert spec.minimum is not None
    assert spec.maximum is not None
    if spec.kind == "integer":
        values: st.SearchStrategy[float] = st.integers(int(spec.minimum), int(spec.maximum))
    else:
        values = st.floats(spec.minimum, spec.maximum)
    low, high = sorted([draw(values), draw(values)])
    assume(low < high)
    return low, high


DENSITY = {"internal_vertex_density": st.sampled_from([1.0, 5.0, 30.0, 100.0])}
SMOOTHING = {"binary_threshold": st.integers(0, 255)}
BUDGET = {"max_hull_vertices": budgets(), "concave_factor": st.sampled_from([0.0, 50.0])}

# Parameter, what it moves, which way when it rises, and what else must be set to show it.
DIRECTIONS: list[tuple[str, Measure, int, dict[str, st.SearchStrategy[Any]]]] = [
    ("detail_factor", hull_vertices, -1, {}),
    ("concave_factor", area, -1, {}),
    ("internal_vertex_density", interior_vertices, +1, {}),
    ("alpha_threshold", required_pixels, -1, {}),
    ("min_contour_area", required_pixels, -1, {}),
    ("blur_kernel_size", required_pixels, +1, SMOOTHING),
    ("density_scaling_factor", interior_vertices, +1, DENSITY),
    ("min_triangle_area", triangles, -1, {}),
    ("min_triangle_area", triangles, -1, DENSITY),
    ("padding", area, +1, {}),
    ("refinement", area, -1, BUDGET),
]


def title(direction: tuple[str, Measure, int, dict[str, Any]]) -> str:
    parameter, quantity, sign, others = direction
    never = "never lowers" if sign > 0 else "never raises"
    return f"{parameter} {never} {quantity.__name__} {' '.join(others)}".replace(" ", "-")


@pytest.mark.parametrize("direction", DIRECTIONS, ids=title)
@pytest.mark.parametrize("name", FAMILY_NAMES)
@settings(max_examples=8)
@given(data=st.data())
def test_parameter_works_in_its_documented_direction(
    direction: tuple[str, Measure, int, dict[str, st.SearchStrategy[Any]]],
    name: str,
    data: st.DataObject,
) -> None:
    parameter, quantity, sign, others = direction
    alpha = data.draw(drawn(name))
    low, high = data.draw(two_values(parameter))
    rest = {other: data.draw(values) for other, values in others.items()}

    before = measured(alpha, {**rest, parameter: low}, quantity)
    after = measured(alpha, {**rest, parameter: high}, quantity)

    assert sign * (after - before) >= 0


# ---- and it works at all: a parameter without any effect would pass what stands above -----------


def disc_with_notch() -> Alpha:
    y, x = np.indices((96, 96))
    disc = (x - 48) ** 2 + (y - 48) ** 2 < 40**2
    notch = (abs(x - 48) * 3 < 48 - y) & (y < 48)
    speck = (x < 4) & (y < 4)
    alpha = np.where(disc & ~notch | speck, 255, 0)
    return np.where(disc & (x > 70), 60, alpha).astype(np.uint8)


EFFECTS: list[tuple[str, float, float, Measure, int, dict[str, Any]]] = [
    ("detail_factor", 0.001, 0.050, hull_vertices, -1, {}),
    ("concave_factor", 0, 100, area, -1, {"detail_factor": 0.05}),
    ("internal_vertex_density", 0, 50, interior_vertices, +1, {}),
    ("alpha_threshold", 10, 100, required_pixels, -1, {}),
    ("min_contour_area", 1, 100, required_pixels, -1, {}),
    ("blur_kernel_size", 1, 9, required_pixels, +1, {"binary_threshold": 100}),
    ("binary_threshold", 50, 200, required_pixels, -1, {"blur_kernel_size": 9}),
    ("density_scaling_factor", 100, 5000, interior_vertices, +1, {"internal_vertex_density": 20}),
    ("min_triangle_area", 0.1, 100, triangles, -1, {"internal_vertex_density": 100}),
    ("min_triangle_area", 0.1, 100, triangles, -1, {"detail_factor": 0.001}),
    ("padding", 0, 4, area, +1, {}),
    ("refinement", 0, 3, area, -1, {"max_hull_vertices": 12}),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: "-".join([effect[0], *effect[5]]))
def test_parameter_has_its_documented_effect(
    effect: tuple[str, float, float, Measure, int, dict[str, Any]],
) -> None:
    parameter, low, high, quantity, sign, rest = effect
    alpha = disc_with_notch()

    before = measured(alpha, {**rest, parameter: low}, quantity)
    after = measured(alpha, {**rest, parameter: high}, quantity)

    assert sign * (after - before) > 0


def test_concave_factor_of_nothing_follows_the_detail_factor_and_is_no_convex_hull() -> None:
    (mesh,) = generate(disc_with_notch(), MeshParameters(concave_factor=0))

    hull = oracle.hull_polygon(mesh)
    assert hull.area < 0.97 * hull.convex_hull.area


def test_interior_scales_with_the_image() -> None:
    """The same shape, four times as large, gets as many vertices inside."""
    small = disc_with_notch()
    large = np.kron(small, np.ones((4, 4), dtype=np.uint8))
    values = {"internal_vertex_density": 20.0}

    in_small = measured(small, values, interior_vertices)
    in_large = measured(large, values, interior_vertices)

    assert in_small == pytest.approx(in_large, rel=0.25)


def test_higher_alpha_threshold_keeps_what_a_lower_one_kept_to_the_largest_island() -> None:
    """A faint hollow island that is large, beside a solid one that is small but has more pixels."""
    y, x = np.indices((5, 10))
    hollow = abs(x - 2) + abs(y - 2) == 2
    solid = (x >= 7) & (y < 3)
    alpha = np.where(solid, 255, np.where(hollow, 50, 0)).astype(np.uint8)

    before = measured(alpha, {"alpha_threshold": 10}, required_pixels)
    after = measured(alpha, {"alpha_threshold": 100}, required_pixels)

    assert after <= before


def test_pixel_that_closes_a_diagonal_does_not_cost_others_their_island() -> None:
    """Where the faint pixel is not required, the corner beside it is filled and joins the bar."""
    rows = ("...##", ".#...", ".o#..")
    opacity = {".": 0, "o": 50, "#": 255}
    alpha = np.array([[opacity[sign] for sign in row] for row in rows], dtype=np.uint8)
    rest = {"min_contour_area": 3}

    before = measured(alpha, {**rest, "alpha_threshold": 10}, required_pixels)
    after = measured(alpha, {**rest, "alpha_threshold": 100}, required_pixels)

    assert after <= before


COARSER_PICTURE = (
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000008000000000000000f0000000000000003e000000000000001f8000000000000007c"
    "000000000000003f000000000000000f8000000000000007e000000000000001f000000000000000fc000000"
    "000000003e000000000000001f8000000000000007c000000000000003f000000000000000f8000000000000"
    "007e000000000000001f000000000000000fc000000000000003e000000000000001f8000000000000007c00"
    "0000000000003f000000000000000f8000000000000007e000000000000001f000000000000000fc00000000"
    "0000003e000000000000001f8000000000000007c000030000000003f00001f000000000f800003f80000000"
    "7e000003f80000001f0000003fc000000fc0000001fc000003e00000000fe00001f800000000fe00007c0000"
    "000007f0003f00000000007f000f800000000003f807e000000400003f81f0000000c00001fcfc0000000800"
    "001ffe00000001000000ff800000"
)
"""55 x 66 pixels, eight to a byte."""


def test_reflex_corner_dearer_than_the_tolerance_does_not_stop_the_smoothing_of_steps() -> None:
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(COARSER_PICTURE), dtype=np.uint8))
    alpha = bits[: 55 * 66].reshape(55, 66) * np.uint8(255)

    fine, coarse = (measured(alpha, {"detail_factor": x}, hull_vertices) for x in (0.008, 0.01))

    assert coarse <= fine
