"""The pictures of docs/outline.md: operations of the outline stage, done by the kernel itself."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.compiled import KERNEL, NATIVE, load_compiled
from spinelift.mesh.outline import doubled_area, trace_outlines
from spinelift.mesh.types import GRID, Ring
from spinelift.samples import draw as draw_sample

Points = NDArray[np.int32]
"""(N, 2) grid units."""

FINE = 3
"""Times as large as it is shown that a picture is drawn, so that its lines are smooth."""

PANEL = 300
"""Pixels a side of one picture."""

SIDE = 40
"""Pixels of the art, few enough to be seen."""

PAPER, ART, GRID_LINE = (250, 249, 252), (203, 196, 214), (236, 233, 241)
BEFORE, AFTER, LEANING, HULL = (150, 144, 160), (24, 18, 38), (214, 60, 70), (64, 132, 214)


class Workbench:
    """One polygon round one ring, which single operations change."""

    def __init__(self, ring: Ring, size: tuple[int, int]) -> None:
        self.ring = np.ascontiguousarray(ring * np.int32(GRID), dtype=np.int32)
        self._size = tuple(side * GRID for side in size)
        self.do = load_compiled(NATIVE / "operations.cpp", *sorted(KERNEL.glob("*.cpp")))

    def begin(self, corners: int) -> None:
        """Start with the ring, collapsed to so many corners."""
        rows = self.ring.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        self.do.begin(rows, len(self.ring), *self._size, corners)

    def polygon(self) -> Points:
        return self._rows()[:, :2]

    def contacts(self) -> list[int]:
        """Of every edge, the ring point that it leans on."""
        return [int(index) for index in self._rows()[:, 2]]

    def _rows(self) -> Points:
        rows = np.zeros((self.do.size(), 3), dtype=np.int32)
        self.do.read(rows.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)))
        return rows

    def hull(self, first: int, last: int) -> Points:
        """The convex hull of the ring from one of its points to another."""
        rows = np.zeros((len(self.ring) + 2, 2), dtype=np.int32)
        count = self.do.hull_between(
            first, last, rows.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        )
        return rows[:count]


@dataclass(frozen=True)
class Panel:
    """What one picture shows: a polygon before and after."""

    before: Points | None
    after: Points
    leaning: Points | None = None
    """Points that edges lean on."""
    hull: Points | None = None


def draw(ring: Points, panels: list[Panel]) -> Image.Image:
    """Draw panels side by side, all of the same part of the ring's image."""
    every = np.concatenate([ring, *(panel.after for panel in panels)])
    low = every.min(axis=0) - GRID
    scale = FINE * PANEL / float((every.max(axis=0) + GRID - low).max())
    picture = Image.new("RGB", (FINE * PANEL * len(panels), FINE * PANEL), PAPER)
    pen = ImageDraw.Draw(picture)
    for index, panel in enumerate(panels):
        shift = np.array([index * FINE * PANEL, 0])

        def place(points: Points, shift: NDArray[np.int64] = shift) -> list[tuple[float, float]]:
            return [(float(x), float(y)) for x, y in (points - low) * scale + shift]

        pen.polygon(place(ring), fill=ART)
        for start in range(0, PANEL * GRID, GRID):
            x = shift[0] + (start - low[0] % GRID) * scale
            y = (start - low[1] % GRID) * scale
            if shift[0] <= x < shift[0] + FINE * PANEL:
                pen.line([(x, 0), (x, FINE * PANEL)], fill=GRID_LINE)
            pen.line([(shift[0], y), (shift[0] + FINE * PANEL, y)], fill=GRID_LINE)
        if panel.hull is not None:
            pen.line([*place(panel.hull), place(panel.hull)[0]], fill=HULL, width=2 * FINE)
        if panel.before is not None:
            _dashed(pen, place(panel.before))
        corners = place(panel.after)
        pen.line([*corners, corners[0]], fill=AFTER, width=2 * FINE)
        for x, y in corners:
            _dot(pen, x, y, 3 * FINE, AFTER)
        for x, y in place(panel.leaning) if panel.leaning is not None else ():
            _dot(pen, x, y, 3 * FINE, LEANING)
    return picture.resize((PANEL * len(panels), PANEL), Image.Resampling.LANCZOS)


def _dashed(pen: ImageDraw.ImageDraw, corners: list[tuple[float, float]]) -> None:
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        start, end = np.array(a), np.array(b)
        steps = max(1, int(np.hypot(*(end - start)) / (4 * FINE)))
        for step in range(0, steps, 2):
            ends = start + (end - start) * step / steps, start + (end - start) * (step + 1) / steps
            pen.line([tuple(end) for end in ends], fill=BEFORE, width=2 * FINE)


def _dot(
    pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: tuple[int, int, int]
) -> None:
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


# The pictures


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of every operation."""
    alpha = draw_sample("tail", SIDE)[..., 3]
    height, width = alpha.shape
    [outline] = trace_outlines((alpha > 0).astype(np.uint8), min_contour_area=1)
    bench = Workbench(outline.ring, (width, height))
    for name, panels in (
        ("collapse", _collapse(bench)),
        ("move", _move(bench)),
        ("notch", _notch(bench)),
        ("take-away", _take_away(bench)),
        ("reduce", _reduce(bench)),
        ("cut", _cut(bench)),
        ("tear-out", _tear_out(bench)),
        ("short-edges", _short_edges(bench)),
    ):
        yield name, draw(bench.ring, panels)


def _collapse(bench: Workbench) -> list[Panel]:
    panels = []
    for corners in (90, 30, 12):
        bench.begin(corners)
        panels.append(Panel(None, bench.polygon()))
    return panels


def _leaning(bench: Workbench, edges: list[int]) -> Points:
    return bench.ring[[bench.contacts()[edge] for edge in edges]]


def _ordered(
    bench: Workbench, prepare: Callable[[], None], operate: Callable[[int], int]
) -> list[int]:
    """The numbers that the operation can be done with, by how much it changes the area."""
    changes = []
    prepare()
    for number in range(len(bench.polygon())):
        prepare()
        before = doubled_area(bench.polygon())
        if operate(number):
            changes.append((abs(doubled_area(bench.polygon()) - before), number))
    prepare()
    return [number for _, number in sorted(changes)]


def _move(bench: Workbench) -> list[Panel]:
    edge = _ordered(bench, lambda: bench.begin(12), bench.do.move_edge)[-1]
    before, contacts = bench.polygon(), bench.contacts()
    size = len(before)
    hull = bench.hull(contacts[(edge - 1) % size], contacts[(edge + 1) % size])
    neighbours = [(edge - 1) % size, (edge + 1) % size]
    first = Panel(None, before, bench.ring[[contacts[e] for e in neighbours]], hull)
    bench.do.move_edge(edge)
    moved = Panel(before, bench.polygon(), _leaning(bench, [edge]))
    bench.do.sweep()
    everything = list(range(len(bench.polygon())))
    return [first, moved, Panel(before, bench.polygon(), _leaning(bench, everything))]


def _swept(bench: Workbench, corners: int) -> None:
    bench.begin(corners)
    bench.do.sweep()


def _notch(bench: Workbench) -> list[Panel]:
    def move_and_sweep(vertex: int) -> bool:
        before = doubled_area(bench.polygon())
        is_moved = bool(bench.do.move_notch(vertex))
        bench.do.sweep()
        return is_moved and doubled_area(bench.polygon()) < before

    vertex = _ordered(bench, lambda: _swept(bench, 16), move_and_sweep)[-1]
    before = bench.polygon()
    beside = [(vertex - 1) % len(before), vertex]
    first = Panel(None, before, _leaning(bench, beside))
    bench.do.move_notch(vertex)
    moved = Panel(before, bench.polygon(), _leaning(bench, beside))
    bench.do.sweep()
    return [first, moved, Panel(before, bench.polygon(), _leaning(bench, beside))]


def _is_convex(polygon: Points, i: int) -> bool:
    a, b, c = (polygon[k % len(polygon)].astype(np.int64) for k in (i - 1, i, i + 1))
    return bool((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0)


def _take_away(bench: Workbench) -> list[Panel]:
    panels = []
    for wants_convex in (False, True):

        def operate(i: int, wants_convex: bool = wants_convex) -> int:
            is_wanted = _is_convex(bench.polygon(), i) == wants_convex
            return bench.do.take_away(i) if is_wanted else 0

        possible = _ordered(bench, lambda: _swept(bench, 18), operate)
        number = possible[len(possible) // 3]
        before = bench.polygon()
        bench.do.take_away(number)
        panels.append(Panel(before, bench.polygon()))
    taken = bench.polygon()
    bench.do.sweep()
    return [*panels, Panel(taken, bench.polygon())]


def _reduce(bench: Workbench) -> list[Panel]:
    panels = []
    _swept(bench, 36)
    for budget in (24, 16, 10):
        bench.do.reduce(budget)
        bench.do.sweep()
        panels.append(
            Panel(None, bench.polygon(), _leaning(bench, list(range(len(bench.polygon())))))
        )
    return panels


def _cut(bench: Workbench) -> list[Panel]:
    def box() -> None:
        bench.begin(8)
        bench.do.begin_with_box()

    number = _ordered(bench, box, bench.do.cut_corner)[-1]
    panels = [Panel(None, bench.polygon(), _leaning(bench, [0, 1, 2, 3]))]
    before = bench.polygon()
    bench.do.cut_corner(number)
    panels.append(Panel(before, bench.polygon()))
    for _ in range(3):
        corners = len(bench.polygon())
        for i in range(corners):
            if bench.do.cut_corner(i):
                break
    bench.do.sweep()
    return [*panels, Panel(before, bench.polygon())]


def _tear_out(bench: Workbench) -> list[Panel]:
    _swept(bench, 30)
    bench.do.reduce(12)
    bench.do.sweep()
    before = bench.polygon()
    bench.do.tear_out(3, 4)
    torn = Panel(before, bench.polygon())
    bench.do.collapse(14)
    bench.do.sweep()
    laid = Panel(before, bench.polygon())
    bench.do.reduce(12)
    bench.do.sweep()
    return [torn, laid, Panel(before, bench.polygon())]


def _short_edges(bench: Workbench) -> list[Panel]:
    _swept(bench, 40)
    bench.do.reduce(22)
    bench.do.sweep()
    before = bench.polygon()
    bench.do.drop_short_edges(ctypes.c_int64(doubled_area(bench.ring) * 3 // 100))
    return [Panel(None, before), Panel(before, bench.polygon())]
