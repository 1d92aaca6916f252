"""Hypothesis strategies that draw art: every family of shape, and masks pixel by pixel.

Every drawing has at least one opaque pixel, so no threshold below 255 makes it empty.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Alpha
from spinelift.samples.families import FAMILIES

SEEDS = st.integers(0, 999)

# What may be asked of each family; the others take a width and a height alone.
_OPTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "limb": {"bend": st.floats(0, 0.8), "taper": st.floats(0.1, 1)},
    "rod": {"thickness": st.floats(1, 9)},
    "star": {"rays": st.integers(3, 11), "depth": st.floats(0.1, 0.9)},
    "comb": {"teeth": st.integers(2, 8), "gap": st.floats(0.1, 0.8)},
    "spiral": {"turns": st.floats(0.5, 4), "thickness": st.floats(1, 5)},
    "eyelashes": {"lashes": st.integers(1, 8), "thickness": st.floats(1, 4)},
    "ring": {"thickness": st.floats(1, 9)},
    "islands": {"count": st.integers(1, 9), "seed": SEEDS},
    "dust": {"specks": st.integers(1, 120), "seed": SEEDS},
    "hair": {"strands": st.integers(1, 8), "seed": SEEDS},
    "blob": {"bumps": st.integers(3, 11), "roughness": st.floats(0, 1), "seed": SEEDS},
    "checkerboard": {"cell": st.integers(1, 7)},
    "line": {"rise": st.floats(0, 1)},
    "soft": {"strength": st.integers(20, 255)},
}


@st.composite
def pixels(draw: st.DrawFn, max_side: int = 8) -> Alpha:
    """Any picture of a few pixels, so that what fails shrinks to the pixels that matter."""
    width, height = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    alphas = st.sampled_from([0, 255, 12, 120])
    drawn = draw(st.lists(alphas, min_size=width * height, max_size=width * height))
    return _opaque_somewhere(np.array(drawn, dtype=np.uint8).reshape(height, width))


@st.composite
def noise(draw: st.DrawFn, max_side: int = 48) -> Alpha:
    """Clouds or grit, of every coarseness and density."""
    width, height = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    random = np.random.default_rng(draw(SEEDS))
    grain = random.integers(0, 256, (height, width), dtype=np.uint8)
    size = 2 * draw(st.integers(0, 4)) + 1
    clouds = cv2.equalizeHist(np.asarray(cv2.blur(grain, (size, size)), dtype=np.uint8))
    alpha = np.where(clouds >= draw(st.integers(1, 255)), clouds, 0).astype(np.uint8)
    return _opaque_somewhere(alpha)


@st.composite
def strokes(draw: st.DrawFn, max_side: int = 64) -> Alpha:
    """Lines, discs and circles, one over the other, and over the border of the image."""
    width, height = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    alpha = np.zeros((height, width), dtype=np.uint8)
    places = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    for _ in range(draw(st.integers(1, 5))):
        opacity, thick = draw(st.integers(11, 255)), draw(st.integers(1, 4))
        if draw(st.booleans()):
            cv2.line(alpha, draw(places), draw(places), opacity, thick)
        else:
            cv2.circle(alpha, draw(places), draw(st.integers(0, 16)), opacity, draw(_FILLS))
    return _opaque_somewhere(alpha)


_FILLS = st.sampled_from([cv2.FILLED, 1, 3])


@st.composite
def family(draw: st.DrawFn, name: str, max_side: int = 64) -> Alpha:
    """One shape of the family of this name."""
    width, height = draw(st.integers(24, max_side)), draw(st.integers(24, max_side))
    options = {option: draw(values) for option, values in _OPTIONS.get(name, {}).items()}
    return _opaque_somewhere(FAMILIES[name](width, height, **options))


FAMILY_NAMES = (*FAMILIES, "noise", "strokes", "pixels")


def drawn(name: str, max_side: int = 64) -> st.SearchStrategy[Alpha]:
    """Art of one of `FAMILY_NAMES`."""
    own = {"noise": noise, "strokes": strokes, "pixels": pixels}
    return own[name]() if name in own else family(name, max_side)


def alphas(max_side: int = 64) -> st.SearchStrategy[Alpha]:
    """Art of every family."""
    return st.sampled_from(FAMILY_NAMES).flatmap(lambda name: drawn(name, max_side))


@st.composite
def masks(draw: st.DrawFn) -> Alpha:
    """Art as a mask of 0 and 1."""
    return (draw(alphas()) > 10).astype(np.uint8)


def budgets(maximum: int = 60) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(4, maximum)


def mesh_parameters(**fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[MeshParameters]:
    """Any parameters that make a mesh of every drawing; one may be given its own strategy."""
    ranges: dict[str, st.SearchStrategy[Any]] = {
        "detail_factor": st.floats(0.001, 0.050),
        "alpha_threshold": st.sampled_from([0, 10, 100, 254]),
        "concave_factor": st.sampled_from([0.0, 0.0, 30.0, 100.0]),
        "internal_vertex_density": st.sampled_from([0.0, 0.0, 1.0, 20.0, 100.0]),
        "blur_kernel_size": st.sampled_from([1, 1, 3, 8]),
        "binary_threshold": st.integers(0, 255),
        "min_contour_area": st.sampled_from([1.0, 10.0, 100.0]),
        "density_scaling_factor": st.sampled_from([100.0, 1000.0, 10000.0]),
        "min_triangle_area": st.sampled_from([0.1, 1.0, 30.0]),
        "max_hull_vertices": budgets(),
        "max_vertices": budgets(),
        "refinement": st.sampled_from([0, 0, 1, 3]),
        "padding": st.sampled_from([0, 0, 1, 5]),
        "islands": st.sampled_from(["bridge", "split", "largest"]),
        **fixed,
    }
    return st.builds(MeshParameters, **ranges)


def _opaque_somewhere(alpha: Alpha) -> Alpha:
    alpha[np.unravel_index(np.argmax(alpha), alpha.shape)] = 255
    return alpha
