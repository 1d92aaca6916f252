"""How wrong meshes are when they bend: every visible pixel beside the exact map of a smooth bend.

A bend turns cross-sections of the art's main axis: the point at length s along the axis and t
beside it goes to C(s) + t n(s), where C has the direction a(s) and n is normal to it. `arc` turns
steadily by 90 degrees in all; `wave` turns to one side, to the other, and back, by 45 degrees.
Vertices follow the map exactly, pixels between them as in a mesh, linearly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.art import Piece, sample_pieces
from bench.clock import median
from bench.corpus import Pair, distinct_pieces
from bench.table import Row, Table
from spinelift.mesh.outline import trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import triangle_areas
from spinelift.mesh.types import Alpha, Mesh
from spinelift.samples.families import limb, rod

VERTICES = 64
GOAL = 0.35
"""Percent of the image's diagonal: root mean square over the pixels, median over the images."""

MOST_PIXELS = 20_000
STEPS = 4_000
"""Pieces in which the axis is integrated; ten times as many change no digit that is shown."""

SLACK = 0.25
"""Of the radius, that a bend keeps at the art's inner side, where it would fold."""

REAL = (
    *("stretchyman/back-arm", "raptor/raptor-body", "raptor/raptor-back-arm", "spineboy/torso"),
    *("raptor/raptor-tongue", "alien/head", "goblins/goblin/left-arm"),
)
DRAWN = ("tail", "cape", "front-upper-arm", "front-thigh", "torso", "hair", "front-hand")

Points = NDArray[np.float64]
"""(N, 2) pixels."""


@dataclass(frozen=True, eq=False)
class Bend:
    """The exact map."""

    origin: Points
    axis: Points
    start: float
    step: float
    directions: NDArray[np.float64]
    """Angle of the axis at the start of every step."""
    centres: Points
    """Where the axis is at the start of every step."""

    def __call__(self, points: Points) -> Points:
        offset = points - self.origin
        s = (offset @ self.axis - self.start) / self.step
        t = offset @ np.array([-self.axis[1], self.axis[0]])
        places = np.arange(len(self.directions))
        angle = np.interp(s, places, self.directions)
        # Beyond the ends the axis goes on straight.
        over = (s - np.clip(s, 0, len(places) - 1)) * self.step
        x = np.interp(s, places, self.centres[:, 0]) + over * np.cos(angle) - t * np.sin(angle)
        y = np.interp(s, places, self.centres[:, 1]) + over * np.sin(angle) + t * np.cos(angle)
        return np.stack([x, y], axis=1)


def bend(pixels: Points, turn: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Bend:
    """Bend along the main axis of some pixels; `turn` is the axis' angle from 0 to 1 of its length.

    Where that is so tight that thick art would fold, it turns less.
    """
    origin = pixels.mean(axis=0)
    _, _, axes = np.linalg.svd((pixels - origin)[:: len(pixels) // MOST_PIXELS + 1])
    s = (pixels - origin) @ axes[0]
    thickness = float(np.abs((pixels - origin) @ axes[1]).max())
    start, length = float(s.min()), float(np.ptp(s))
    along = np.linspace(0, 1, STEPS + 1)
    directions = turn(along)
    tightest = float(np.abs(np.diff(directions)).max()) * STEPS / length * thickness
    directions = directions * min(1.0, (1 - SLACK) / max(tightest, 1e-9))
    middle = (directions[:-1] + directions[1:]) / 2
    steps = np.stack([np.cos(middle), np.sin(middle)], axis=1) * length / STEPS
    centres = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return Bend(origin, axes[0], start, length / STEPS, directions, centres)


BENDS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "arc": lambda along: math.radians(90) * (along - 0.5),
    "wave": lambda along: math.radians(45) * np.sin(2 * math.pi * along),
}


def visible_pixels(alpha: Alpha) -> Points:
    """Centres of the visible pixels, at most about `MOST_PIXELS` of them, evenly."""
    rows, columns = np.nonzero(alpha)
    every = len(rows) // MOST_PIXELS + 1
    corners = np.stack([columns[::every], rows[::every]], axis=1).astype(np.float64)
    return corners + 0.5


def errors(mesh: Mesh, pixels: Points, exact: Bend) -> tuple[NDArray[np.float64], int]:
    """How far each covered pixel is from its place, and how many triangles turned over."""
    moved = exact(mesh.vertices)
    found = np.full(len(pixels), np.nan)
    for corners in mesh.triangles:
        a, b, c = mesh.vertices[corners]
        ab, ac = b - a, c - a
        whole = ab[0] * ac[1] - ab[1] * ac[0]
        near = np.flatnonzero(
            (
                (pixels >= np.minimum(np.minimum(a, b), c))
                & (pixels <= np.maximum(np.maximum(a, b), c))
            ).all(axis=1)
        )
        ap = pixels[near] - a
        in_b = (ap[:, 0] * ac[1] - ap[:, 1] * ac[0]) / whole
        in_c = (ab[0] * ap[:, 1] - ab[1] * ap[:, 0]) / whole
        inside = (in_b >= 0) & (in_c >= 0) & (in_b + in_c <= 1)
        shares = np.stack([1 - in_b - in_c, in_b, in_c], axis=1)[inside]
        places = shares @ moved[corners]
        found[near[inside]] = np.hypot(*(places - exact(pixels[near[inside]])).T)
    inverted = int(np.count_nonzero(triangle_areas(moved, mesh.triangles) <= 0))
    return found[~np.isnan(found)], inverted


# The meshes that are compared


def ours(piece: Piece, density: float) -> Mesh:
    parameters = MeshParameters(
        alpha_threshold=0,
        min_contour_area=1,
        max_vertices=VERTICES,
        internal_vertex_density=density,
    )
    return generate(piece.alpha, parameters)[0]


def refined_by_triangle(piece: Piece, switches: str) -> Mesh:
    """Triangle's refinement of an outline of ours, with about as many vertices in all."""
    import triangle

    [outline] = trace_outlines((piece.alpha > 0).astype(np.uint8), min_contour_area=1)
    hull = generate(
        piece.alpha,
        MeshParameters(alpha_threshold=0, min_contour_area=1, max_hull_vertices=VERTICES * 3 // 5),
    )[0]
    start = np.arange(hull.hull)
    polygon = {"vertices": hull.vertices, "segments": np.stack([start, np.roll(start, -1)], axis=1)}
    low, high = 1.0, float(hull.width * hull.height)
    found = polygon
    for _ in range(24):
        area = math.sqrt(low * high)
        found = triangle.triangulate(polygon, f"{switches}a{area:.3f}Q")
        low, high = (area, high) if len(found["vertices"]) > VERTICES else (low, area)
    corners = np.asarray(found["triangles"], dtype=np.int32)
    return Mesh(
        vertices=np.asarray(found["vertices"], dtype=np.float64),
        triangles=corners,
        hull=hull.hull,
        width=hull.width,
        height=hull.height,
        required=outline.required,
    )


WAYS: dict[str, Callable[[Piece], Mesh]] = {
    "hull only": lambda piece: ours(piece, 0),
    "Triangle pYYq30": lambda piece: refined_by_triangle(piece, "pYYq30"),
    "Triangle pq30": lambda piece: refined_by_triangle(piece, "pq30"),
    "SpineLift, density 50": lambda piece: ours(piece, 50),
}


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """Drawn art, and real art where there is some."""
    samples = {piece.name: piece for piece in sample_pieces()}
    drawn = [samples[name] for name in DRAWN]
    drawn += [Piece("limb", limb(80, 320)), Piece("rod", rod(300, 300, thickness=12))]
    groups = {"drawn": drawn}
    real = {piece.name.removesuffix(".png"): piece for piece in distinct_pieces(list(pairs))}
    groups["real"] = [real[name] for name in REAL if name in real]
    rows = [
        _row(f"{name}, {shape}: {way}", pieces, shape, way)
        for name, pieces in groups.items()
        if pieces
        for shape in BENDS
        for way in WAYS
    ]
    columns = ("bent", "vertices", "rms % med", "max % med", "worst max %", "inverted", "angle p5")
    goal = f"rms at most {GOAL} % of the diagonal (median), no triangle turned over"
    yield Table(f"Bending at {VERTICES} vertices", columns, rows, goal)


def _row(label: str, pieces: Sequence[Piece], shape: str, way: str) -> Row:
    rms, worst, inverted, counts, angles = [], [], 0, [], []
    for piece in pieces:
        mesh, pixels = WAYS[way](piece), visible_pixels(piece.alpha)
        wrong, turned = errors(mesh, pixels, bend(pixels, BENDS[shape]))
        diagonal = math.hypot(*piece.alpha.shape)
        rms.append(100 * math.sqrt(float((wrong**2).mean())) / diagonal)
        worst.append(100 * float(wrong.max()) / diagonal)
        inverted += turned
        counts.append(len(mesh.vertices))
        angles.append(mesh.quality.angle_p5_degrees)
    cells = (
        *(label, f"{median(counts):.0f}", f"{median(rms):.3f}", f"{median(worst):.2f}"),
        *(f"{max(worst):.2f}", str(inverted), f"{median(angles):.1f}"),
    )
    is_judged = way.startswith("SpineLift")
    return Row(cells, median(rms) <= GOAL and not inverted if is_judged else None)
