"""Vertices inside, for bending: as many as density and budget allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.mesh.interior import interior_points
from spinelift.mesh.types import GRID, GridPoints

SIDE = 120


def square() -> GridPoints:
    corners = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)]
    return np.array(corners, dtype=np.int32) * np.int32(GRID)


def test_density_of_a_hundred_gives_about_the_scaling_factor_where_art_fills_its_image() -> None:
    interior = interior_points(
        square(), (SIDE, SIDE), density=100, density_scaling_factor=1000, min_triangle_area=0.1
    )

    assert len(interior.points) == pytest.approx(1000, rel=0.2)


def test_long_edges_are_split_at_the_spacing_of_the_lattice() -> None:
    interior = interior_points(
        square(), (SIDE, SIDE), density=10, density_scaling_factor=1000, min_triangle_area=1
    )

    gaps = np.roll(interior.polygon, -1, axis=0) - interior.polygon
    lengths = abs(gaps).sum(axis=1) / GRID
    spacing = (SIDE * SIDE / 100 * 2 / 3**0.5) ** 0.5
    assert len(interior.polygon) > 4
    assert lengths.max() < 1.6 * spacing


def test_triangles_of_the_lattice_are_not_smaller_than_the_least_area() -> None:
    interior = interior_points(
        square(), (SIDE, SIDE), density=100, density_scaling_factor=10_000, min_triangle_area=50
    )

    # Each point of a lattice has two triangles of its own.
    assert len(interior.points) <= SIDE * SIDE / (2 * 50)


def test_density_too_small_to_be_felt_gives_no_points() -> None:
    """5e-324 is above 0, but a hundredth of it is not."""
    interior = interior_points(
        square(), (SIDE, SIDE), density=5e-324, density_scaling_factor=1000, min_triangle_area=1
    )

    assert interior.size == 4


@settings(max_examples=60)
@given(st.integers(4, 200), st.floats(0.1, 100))
def test_budget_is_never_exceeded(max_vertices: int, density: float) -> None:
    interior = interior_points(
        square(),
        (SIDE, SIDE),
        density=density,
        density_scaling_factor=1000,
        min_triangle_area=1,
        max_vertices=max_vertices,
    )

    assert interior.size <= max_vertices
