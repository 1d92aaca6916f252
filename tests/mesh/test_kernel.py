"""The compiled kernel, function by function, against plain definitions; wrong input is refused."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spinelift.mesh import kernel
from spinelift.mesh.types import GRID, GridPoints, Mask, Ring
from tests.drawing import FAMILY_NAMES, drawn, masks
from tests.mesh import oracle

# ---- masks ------------------------------------------------------------------------------------


def connected(mask: Mask) -> Mask:
    filled = mask.copy()
    kernel.fill_diagonals(filled)
    return filled


def islands_of(mask: Mask) -> list[Mask]:
    """Masks of the 4-connected islands."""
    count, labels = cv2.connectedComponents(mask, connectivity=4)
    return [(labels == label).astype(np.uint8) for label in range(1, count)]


def first_pixel(mask: Mask) -> tuple[int, int]:
    rows, columns = np.nonzero(mask)
    return int(columns[0]), int(rows[0])


def contour_of(island: Mask) -> NDArray[np.int32]:
    """Boundary pixels, as the library asks OpenCV for them."""
    (contour, *_), _ = cv2.findContours(island, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(contour, dtype=np.int32).reshape(-1, 2)


@settings(max_examples=100)
@given(masks())
def test_filling_diagonals_leaves_none(mask: Mask) -> None:
    filled = connected(mask)

    a, b, c, d = filled[:-1, :-1], filled[:-1, 1:], filled[1:, :-1], filled[1:, 1:]
    assert not ((a == d) & (b == c) & (a != b)).any()


@settings(max_examples=100)
@given(masks())
def test_filling_diagonals_only_adds_and_counts_what_it_adds(mask: Mask) -> None:
    filled = mask.copy()

    count = kernel.fill_diagonals(filled)

    assert (filled >= mask).all()
    assert count == int(filled.sum()) - int(mask.sum())


def test_filling_diagonals_leaves_a_mask_without_them_alone() -> None:
    mask = np.array([[1, 1, 0], [0, 1, 1]], dtype=np.uint8)

    assert kernel.fill_diagonals(mask) == 0


@settings(max_examples=80)
@given(masks())
def test_ring_is_the_outer_border_of_its_island(mask: Mask) -> None:
    for island in islands_of(connected(mask)):
        ring = oracle.ring_polygon(kernel.trace(island, first_pixel(island)))

        boxes = oracle.pixel_boxes(island)
        assert ring.is_valid
        assert ring.equals(shapely.Polygon(boxes.exterior))


@settings(max_examples=80)
@given(masks())
def test_ring_turns_at_every_point_clockwise_from_its_first_pixel(mask: Mask) -> None:
    island = islands_of(connected(mask))[0]

    ring = kernel.trace(island, first_pixel(island)).astype(np.int64)

    forth, back = np.roll(ring, -1, axis=0) - ring, ring - np.roll(ring, 1, axis=0)
    assert (np.count_nonzero(forth, axis=1) == 1).all()
    assert (back[:, 0] * forth[:, 1] - back[:, 1] * forth[:, 0] != 0).all()
    x, y = ring.T
    assert np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0
    assert tuple(ring[0]) == first_pixel(island)


@settings(max_examples=80)
@given(masks())
def test_bridges_join_all_islands_and_only_add(mask: Mask) -> None:
    joined = connected(mask)
    kernel.bridge(joined, [contour_of(island) for island in islands_of(joined)])

    count, _ = cv2.connectedComponents(joined, connectivity=4)
    assert count == 2  # the background, and one island
    assert (joined >= mask).all()


PLACES = st.tuples(st.integers(0, 19), st.integers(0, 19))


@given(PLACES, PLACES)
def test_bridge_is_a_staircase_one_pixel_wide(one: tuple[int, int], other: tuple[int, int]) -> None:
    mask = np.zeros((20, 20), dtype=np.uint8)

    kernel.bridge(mask, [np.array([one], dtype=np.int32), np.array([other], dtype=np.int32)])

    away = abs(one[0] - other[0]) + abs(one[1] - other[1])
    assert mask.sum() == away + 1
    assert len(islands_of(mask)) == 1
    blocks = np.lib.stride_tricks.sliding_window_view(mask, (2, 2)).sum(axis=(2, 3))
    assert blocks.max() <= 3


def test_bridge_runs_between_the_nearest_pixels() -> None:
    mask = np.zeros((10, 30), dtype=np.uint8)
    mask[2:8, 2:8] = mask[2:8, 12:16] = mask[2:8, 26:28] = 1
    before = mask.copy()

    kernel.bridge(mask, [contour_of(island) for island in islands_of(mask)])

    assert (mask - before).sum() == (12 - 8) + (26 - 16)


# ---- polygons and points ------------------------------------------------------------------------


def outline_of(mask: Mask) -> tuple[Ring, tuple[int, int]]:
    """The ring round the largest island, and the image's size."""
    island = max(islands_of(connected(mask)), key=lambda island: int(island.sum()))
    height, width = mask.shape
    return kernel.trace(island, first_pixel(island)), (width, height)


WISHES = st.fixed_dictionaries(
    {
        "budget": st.just(0) | st.integers(4, 64),
        "tolerance": st.integers(0, 10**7),
        "smallest_dent": st.just(0) | st.integers(1, 10**6),
        "refinement": st.integers(0, 3),
        "has_inside": st.booleans(),
    }
)


@pytest.mark.parametrize("name", FAMILY_NAMES)
@settings(max_examples=25)
@given(data=st.data())
def test_simplified_polygon_contains_the_ring_within_the_budget(
    name: str, data: st.DataObject
) -> None:
    ring, size = outline_of((data.draw(drawn(name)) > 10).astype(np.uint8))
    wishes: dict[str, Any] = data.draw(WISHES)

    polygon = kernel.simplify(ring, size, **wishes)

    simple = oracle.ring_polygon(polygon)
    assert simple.is_valid
    assert shapely.LinearRing(polygon).is_ccw  # where y grows up, as shapely has it
    assert simple.covers(oracle.ring_polygon(ring * GRID))
    assert (polygon >= 0).all()
    assert (polygon <= np.array(size) * GRID).all()
    apart = ((polygon[:, None].astype(np.int64) - polygon[None]) ** 2).sum(axis=2)
    assert (apart + GRID**2 * np.eye(len(polygon)) >= (GRID // 2) ** 2).all()
    assert not wishes["budget"] or len(polygon) <= wishes["budget"]


def simplify(ring: Any, size: Any = (4, 4), **wishes: Any) -> GridPoints:
    usual: dict[str, Any] = {"budget": 0, "tolerance": 0, "smallest_dent": 0, "refinement": 0}
    return kernel.simplify(ring, size, **{**usual, **wishes})


def filled(polygon: GridPoints, size: tuple[int, int], **wishes: int) -> tuple[GridPoints, ...]:
    usual = {"most_vertices": 500, "most_hull_vertices": 500, "wanted": 30}
    return kernel.fill(polygon, size, **{**usual, **wishes})


@settings(max_examples=100)
@given(masks(), st.integers(0, 40), st.integers(4, 60), st.integers(4, 60))
def test_filling_adds_vertices_along_and_inside_the_polygon_within_its_budgets(
    mask: Mask, wanted: int, most: int, most_on_hull: int
) -> None:
    ring, size = outline_of(mask)
    polygon = simplify(ring, size, budget=min(most, most_on_hull))

    border, inside = filled(
        polygon, size, most_vertices=most, most_hull_vertices=most_on_hull, wanted=wanted
    )

    before, after = oracle.ring_polygon(polygon), oracle.ring_polygon(border)
    assert after.is_valid
    assert after.covers(before)
    assert {tuple(point) for point in polygon} <= {tuple(point) for point in border}
    assert after.contains(shapely.points(inside)).all()
    assert (border >= 0).all()
    assert (border <= np.array(size) * GRID).all()
    assert len(border) <= most_on_hull
    assert len(border) + len(inside) <= min(most, len(polygon) + wanted)


@settings(max_examples=60)
@given(masks(), st.integers(1, 30), st.integers(1, 30))
def test_filling_with_more_goes_on_where_less_ended(mask: Mask, less: int, more: int) -> None:
    ring, size = outline_of(mask)
    polygon = simplify(ring, size, budget=20)

    border, inside = filled(polygon, size, wanted=less)
    more_border, more_inside = filled(polygon, size, wanted=less + more)

    assert {tuple(point) for point in border} <= {tuple(point) for point in more_border}
    assert len(inside) <= len(more_inside)


@settings(max_examples=60)
@given(masks())
def test_filled_vertices_are_half_a_pixel_apart(mask: Mask) -> None:
    ring, size = outline_of(mask)
    polygon = simplify(ring, size, budget=12)

    vertices = np.concatenate(filled(polygon, size)).astype(np.int64)

    gaps = ((vertices[:, None] - vertices[None]) ** 2).sum(axis=2)
    np.fill_diagonal(gaps, 2**62)
    assert gaps.min() >= (GRID // 2) ** 2


def test_polygon_that_is_not_simple_is_left_as_it_is() -> None:
    bow = np.array([(0, 0), (640, 640), (640, 0), (0, 640)], dtype=np.int32)

    border, inside = filled(bow, (10, 10))

    assert border.tolist() == bow.tolist()
    assert len(inside) == 0


# ---- what is refused ----------------------------------------------------------------------------

SQUARE = np.array([(0, 0), (4, 0), (4, 4), (0, 4)], dtype=np.int32)
ONES = np.ones((4, 4), dtype=np.uint8)


def read_only() -> Mask:
    mask = np.eye(4, dtype=np.uint8)
    mask.flags.writeable = False
    return mask


WRONG_MASKS: dict[str, Any] = {
    "no image": np.ones(4, dtype=np.uint8),
    "colours": np.ones((4, 4, 4), dtype=np.uint8),
    "no rows": np.ones((0, 4), dtype=np.uint8),
    "no columns": np.ones((4, 0), dtype=np.uint8),
    "too wide": np.ones((1, kernel.MAXIMUM_SIDE + 1), dtype=np.uint8),
    "too high": np.ones((kernel.MAXIMUM_SIDE + 1, 1), dtype=np.uint8),
    "numbers of 8 bytes": np.ones((4, 4), dtype=np.int64),
    "truth values": np.ones((4, 4), dtype=bool),
    "not contiguous": np.ones((4, 8), dtype=np.uint8)[:, ::2],
    "column by column": np.asfortranarray(np.ones((4, 5), dtype=np.uint8)),
}
WRONG_POINTS: dict[str, Any] = {
    "too few": SQUARE[:2],
    "none": SQUARE[:0],
    "numbers alone": np.arange(8, dtype=np.int32),
    "in space": np.ones((4, 3), dtype=np.int32),
    "left of the image": SQUARE - np.int32(1),
    "beyond every image": SQUARE + np.int32(kernel.MAXIMUM_SIDE * GRID),
}
FUNCTIONS_OF_A_MASK: dict[str, Callable[[Any], object]] = {
    "fill_diagonals": kernel.fill_diagonals,
    "trace": lambda mask: kernel.trace(mask, (0, 0)),
    "bridge": lambda mask: kernel.bridge(mask, [SQUARE[:1], SQUARE[:1]]),
    "coverage": lambda mask: kernel.coverage(mask, (0, 0), SQUARE, np.array([[0, 1, 2]])),
}
FUNCTIONS_OF_POINTS: dict[str, Callable[[Any], object]] = {
    "simplify": simplify,
    "fill": lambda points: filled(points, (4, 4)),
    "triangulate": lambda points: kernel.triangulate(points, len(points)),
    "coverage": lambda points: kernel.coverage(ONES, (0, 0), points, np.array([[0, 1, 2]])),
}
WRONG_CALLS: dict[str, Callable[[], object]] = {
    "fill a read-only mask": lambda: kernel.fill_diagonals(read_only()),
    "bridge a read-only mask": lambda: kernel.bridge(read_only(), [SQUARE[:1], SQUARE[:1] + 3]),
    "trace from outside": lambda: kernel.trace(ONES, (4, 0)),
    "trace from the left": lambda: kernel.trace(ONES, (-1, 0)),
    "trace from an empty pixel": lambda: kernel.trace(np.zeros((4, 4), np.uint8), (0, 0)),
    "trace from the middle of a row": lambda: kernel.trace(ONES, (1, 0)),
    "trace from a lower row": lambda: kernel.trace(ONES, (0, 1)),
    "bridge nothing": lambda: kernel.bridge(ONES.copy(), []),
    "bridge an empty contour": lambda: kernel.bridge(ONES.copy(), [SQUARE[:1], SQUARE[:0]]),
    "bridge beyond the right": lambda: kernel.bridge(ONES.copy(), [SQUARE[1:2], SQUARE[:1]]),
    "bridge beyond the bottom": lambda: kernel.bridge(ONES.copy(), [SQUARE[3:], SQUARE[:1]]),
    "simplify a triangle": lambda: simplify(SQUARE[:3]),
    "simplify beyond the right": lambda: simplify(SQUARE, (3, 4)),
    "simplify beyond the bottom": lambda: simplify(SQUARE, (4, 3)),
    "simplify what overflows": lambda: simplify(SQUARE * np.int32(2**28)),
    "simplify in too large an image": lambda: simplify(SQUARE, (2**27, 2**27)),
    "simplify to a budget below nothing": lambda: simplify(SQUARE, budget=-1),
    "simplify to a budget beyond 32 bits": lambda: simplify(SQUARE, budget=2**32 + 4),
    "simplify to a tolerance beyond 64 bits": lambda: simplify(SQUARE, tolerance=2**64),
    "fill to a number below nothing": lambda: filled(SQUARE, (4, 4), wanted=-1),
    "fill to a number beyond 32 bits": lambda: filled(SQUARE, (4, 4), most_vertices=2**31),
    "fill an outline to a number beyond 32 bits": lambda: filled(
        SQUARE, (4, 4), most_hull_vertices=2**31
    ),
    "fill in too large an image": lambda: filled(SQUARE, (2**27, 2**27)),
    "fill beyond the right": lambda: filled(SQUARE * np.int32(100), (4, 40)),
    "fill beyond the bottom": lambda: filled(SQUARE * np.int32(100), (40, 4)),
    "triangulate a hull of two": lambda: kernel.triangulate(SQUARE, 2),
    "triangulate more hull than points": lambda: kernel.triangulate(SQUARE, 5),
    "cover by a vertex that is not there": lambda: kernel.coverage(
        ONES, (0, 0), SQUARE, np.array([[0, 1, 4]])
    ),
    "cover by a vertex before the first": lambda: kernel.coverage(
        ONES, (0, 0), SQUARE, np.array([[0, 1, -1]])
    ),
    "cover by quadrilaterals": lambda: kernel.coverage(
        ONES, (0, 0), SQUARE, np.array([[0, 1, 2, 3]])
    ),
    "cover from outside": lambda: kernel.coverage(ONES, (-1, 0), SQUARE, np.array([[0, 1, 2]])),
    "cover beyond every image": lambda: kernel.coverage(
        ONES, (0, kernel.MAXIMUM_SIDE), SQUARE, np.array([[0, 1, 2]])
    ),
}


@pytest.mark.parametrize("mask", WRONG_MASKS)
@pytest.mark.parametrize("function", FUNCTIONS_OF_A_MASK)
def test_wrong_mask_is_refused(function: str, mask: str) -> None:
    with pytest.raises((ValueError, ctypes.ArgumentError)):
        FUNCTIONS_OF_A_MASK[function](WRONG_MASKS[mask])


@pytest.mark.parametrize("points", WRONG_POINTS)
@pytest.mark.parametrize("function", FUNCTIONS_OF_POINTS)
def test_wrong_points_are_refused(function: str, points: str) -> None:
    with pytest.raises((ValueError, ctypes.ArgumentError)):
        FUNCTIONS_OF_POINTS[function](WRONG_POINTS[points])


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_wrong_call_is_refused(call: str) -> None:
    with pytest.raises((ValueError, ctypes.ArgumentError)):
        WRONG_CALLS[call]()


@settings(max_examples=200)
@given(
    st.lists(PLACES, min_size=4, max_size=12),
    st.integers(0, 12),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 3),
)
def test_ring_that_crosses_itself_neither_crashes_nor_hangs(
    places: list[tuple[int, int]], budget: int, tolerance: int, dent: int, refinement: int
) -> None:
    ring = np.array(places, dtype=np.int32)

    wishes = {"budget": budget, "tolerance": tolerance, "smallest_dent": dent}
    polygon = simplify(ring, (20, 20), refinement=refinement, **wishes)

    assert isinstance(polygon, np.ndarray)
    assert polygon.shape[1] == 2


@settings(max_examples=200)
@given(st.lists(PLACES, min_size=3, max_size=12), st.data())
def test_points_that_are_no_polygon_neither_crash_nor_hang(
    places: list[tuple[int, int]], data: st.DataObject
) -> None:
    points = np.array(places, dtype=np.int32)
    hull = data.draw(st.integers(3, len(points)))

    triangles = kernel.triangulate(points, hull)

    assert len(triangles) <= 2 * len(points) - hull - 2
    assert ((triangles >= 0) & (triangles < len(points))).all()


def test_kernel_lets_go_of_the_interpreter_lock() -> None:
    """What ctypes.CDLL calls runs without it; what PyDLL calls does not."""
    assert type(kernel._library()) is ctypes.CDLL
