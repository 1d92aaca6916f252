"""How little the outlines of real art overdraw, beside goals, and what one vertex more is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bench.art import Piece, sample_pieces
from bench.clock import median, percentile
from bench.corpus import Pair, distinct_pieces
from bench.table import Row, Table
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Mesh

GOALS: Mapping[int, Mapping[int, tuple[str, str]]] = {
    0: {
        8: ("1.138", "1.48"),
        12: ("1.082", "1.25"),
        16: ("1.055", "1.17"),
        24: ("1.037", "1.11"),
        32: ("1.028", "1.082"),
        64: ("1.016", "1.046"),
    },
    3: {
        8: ("1.138", "1.43"),
        12: ("1.078", "1.23"),
        16: ("1.053", "1.162"),
        24: ("1.036", "1.10"),
        32: ("1.027", "1.077"),
        64: ("1.016", "1.042"),
    },
}
"""Refinement to hull vertices to overdraw, median and 90th percentile, as exact as they are given:
what a prototype in floating point reached, or nearly."""

SMALLEST = (4, 5, 6, 7)
FACTORS = (0.001, 0.002, 0.005, 0.010, 0.020, 0.050)
LIMB = re.compile(r"arm|leg|limb|thigh|shin|hand|foot|tail")
FEWEST, MOST = 16, 40
"""Hull vertices of a typical limb."""


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """By budget and refinement where there is real art; by detail factor always."""
    if pairs:
        for refinement in GOALS:
            yield by_budget(pairs, refinement)
    yield by_detail(pairs)


def by_budget(pairs: Sequence[Pair], refinement: int) -> Table:
    """Every image once; and every pair once, so that what two meshes share counts twice."""
    pieces = distinct_pieces(list(pairs))
    rows = []
    for budget in (*SMALLEST, *GOALS[refinement]):
        meshes = {piece.name: outline_mesh(piece, budget, refinement) for piece in pieces}
        by_image = [mesh.quality.overdraw for mesh in meshes.values()]
        by_pair = [meshes[pair.piece.name].quality.overdraw for pair in pairs]
        over = sum(mesh.hull > budget for mesh in meshes.values())
        uncovered = sum(mesh.quality.uncovered_pixels > 0 for mesh in meshes.values())
        goal = GOALS[refinement].get(budget)
        is_met = not over and not uncovered and (goal is None or is_reached(by_image, goal))
        shown = (" / ".join(goal), reached(by_pair, goal)) if goal else ("-", "-")
        cells = (str(budget), reached(by_image), shown[0], reached(by_pair), shown[1])
        rows.append(Row((*cells, str(over), str(uncovered)), is_met))
    columns = (
        *("hull", "overdraw med/p90", "at most", "counted by pairs", "by pairs"),
        *("over budget", "not covered"),
    )
    counts = f"{len(pieces)} images, {len(pairs)} pairs"
    title = f"Outlines of real art, refinement {refinement}: {counts}"
    promise = "every image counted once, as exact as the goal is given; never over, never uncovered"
    return Table(title, columns, rows, promise)


def reached(overdraws: Sequence[float], goal: tuple[str, str] | None = None) -> str:
    """Median / 90th percentile; or with a goal, whether they reach it."""
    if goal is not None:
        return "met" if is_reached(overdraws, goal) else "missed"
    return f"{median(overdraws):.4f} / {percentile(overdraws, 90):.4f}"


def is_reached(overdraws: Sequence[float], goal: tuple[str, str]) -> bool:
    """Are median and 90th percentile at most the goal's, in the digits that the goal has?"""
    found = (median(overdraws), percentile(overdraws, 90))
    return all(
        round(value, len(limit.partition(".")[2])) <= float(limit)
        for value, limit in zip(found, goal, strict=True)
    )


def outline_mesh(piece: Piece, budget: int, refinement: int) -> Mesh:
    parameters = MeshParameters(
        alpha_threshold=0, min_contour_area=1, max_hull_vertices=budget, refinement=refinement
    )
    return generate(piece.alpha, parameters)[0]


# The curve


def by_detail(pairs: Sequence[Pair]) -> Table:
    """What the detail factor makes of limbs and of all art, and what the next vertex would save."""
    real = distinct_pieces(list(pairs))
    groups = {"drawn limbs": limbs(sample_pieces()), "real limbs": limbs(real), "real art": real}
    rows = []
    for name, pieces in groups.items():
        for factor in FACTORS if pieces else ():
            meshes = [
                generate(piece.alpha, MeshParameters(detail_factor=factor))[0] for piece in pieces
            ]
            next_gains = [
                100 * (1 - with_one_more(piece, mesh) / mesh.quality.overdraw)
                for piece, mesh in zip(pieces, meshes, strict=True)
            ]
            hulls = [mesh.hull for mesh in meshes]
            cells = (
                *(name, f"{factor:g}", str(len(pieces))),
                f"{percentile(hulls, 10):.0f} / {median(hulls):.0f} / {percentile(hulls, 90):.0f}",
                f"{median([mesh.quality.overdraw for mesh in meshes]):.3f}",
                f"{median(next_gains):.2f}",
            )
            is_judged = "limbs" in name and factor == MeshParameters().detail_factor
            rows.append(Row(cells, FEWEST <= median(hulls) <= MOST if is_judged else None))
    columns = ("art", "detail factor", "images", "hull p10/med/p90", "overdraw", "next saves %")
    goal = f"a typical limb has {FEWEST} to {MOST} hull vertices by default"
    note = "next saves: area that a budget of one vertex more takes away, median"
    return Table("Detail factor", columns, rows, goal, (note,))


def limbs(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces whose names say that they bend."""
    return [piece for piece in pieces if LIMB.search(piece.name.rpartition("/")[2])]


def with_one_more(piece: Piece, mesh: Mesh) -> float:
    """Overdraw of the mesh with a budget of one vertex more."""
    parameters = MeshParameters(max_hull_vertices=mesh.hull + 1)
    return generate(piece.alpha, parameters)[0].quality.overdraw
