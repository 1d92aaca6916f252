"""Meshes for tests of the format: a rectangle anywhere in its image, with one vertex inside."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from spinelift.mesh.types import GRID, Mesh

SIDES = st.integers(1, 16_384)


def rectangle(
    width: int, height: int, left: float, top: float, right: float, bottom: float
) -> Mesh:
    centre = ((left + right) / 2, (top + bottom) / 2)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), centre]
    return Mesh(
        vertices=np.array(corners, dtype=np.float64),
        triangles=np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]], dtype=np.int32),
        hull=4,
        width=width,
        height=height,
        # The format never looks at it; zero strides hold even the largest image.
        required=np.broadcast_to(np.uint8(1), (height, width)),
    )


def full(width: int, height: int) -> Mesh:
    return rectangle(width, height, 0, 0, width, height)


@st.composite
def rectangles(draw: st.DrawFn, sides: st.SearchStrategy[int] = SIDES) -> Mesh:
    """Corners on the grid of 1/64 px; the vertex inside on half of it."""
    width, height = draw(sides), draw(sides)
    left, right = draw(_intervals(width))
    top, bottom = draw(_intervals(height))
    return rectangle(width, height, left, top, right, bottom)


@st.composite
def _intervals(draw: st.DrawFn, side: int) -> tuple[float, float]:
    start = draw(st.integers(0, side * GRID - 1))
    end = draw(st.integers(start + 1, side * GRID))
    return start / GRID, end / GRID
