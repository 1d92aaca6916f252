"""How long geometry alone takes: alpha in, mesh out, no decoding, at 32 hull vertices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from bench import sheet
from bench.art import Piece, family_pieces, sample_pieces
from bench.clock import median, percentile, take_turns
from bench.corpus import Pair, distinct_pieces
from bench.table import Row, Table
from spinelift import images
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Mesh

BUDGET = 32
REPEATS = 5
SIDES = (1024, 2048, 4096)
SHEETS = ("head", "character", "parts")

MEDIAN, NINE_IN_TEN, WORST = 1.0, 2.5, 15.0
"""Milliseconds, for real art."""

A_MEGAPIXEL = {1024: 10.0, 4096: 6.0}
"""Milliseconds, by pixels a side, for one image; a sheet of many parts is shown beside."""

REFINED, TIMES = 3, 15.0
"""Passes of refinement, and how many times as long real art may take with them."""


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """Many small images; then large ones, by the megapixel."""
    groups = {"drawn samples": sample_pieces(), "drawn families": family_pieces()}
    if pairs:
        groups["real art"] = distinct_pieces(list(pairs))
    rows = [_group(name, pieces) for name, pieces in groups.items()]
    columns = ("art", "images", "ms median", "p90", "worst", "ms/Mpx", "the worst")
    goal = f"real art: median {MEDIAN:g} ms, p90 {NINE_IN_TEN:g} ms, worst {WORST:g} ms, at most"
    yield Table(f"Geometry alone, {BUDGET} hull vertices", columns, rows, goal)

    sheets = [_sheet(name, side) for side in SIDES for name in SHEETS]
    title = f"Geometry alone, {BUDGET} hull vertices, large images"
    limits = ", ".join(f"{limit:g} at {side}" for side, limit in A_MEGAPIXEL.items())
    goal = f"one image: at most so many ms a megapixel: {limits} px"
    yield Table(title, ("drawn sheet", "ms median", "ms/Mpx"), sheets, goal)
    yield _refinement(distinct_pieces(list(pairs)) if pairs else sample_pieces())


def _group(name: str, pieces: Sequence[Piece]) -> Row:
    taken = [median(times) for times in take_turns([_meshing(p) for p in pieces], REPEATS)]
    worst = max(range(len(pieces)), key=taken.__getitem__)
    megapixels = sum(piece.pixels for piece in pieces) / 1e6
    is_met = (
        median(taken) <= MEDIAN and percentile(taken, 90) <= NINE_IN_TEN and max(taken) <= WORST
    )
    return Row(
        (
            *(name, str(len(pieces)), f"{median(taken):.2f}", f"{percentile(taken, 90):.2f}"),
            *(f"{taken[worst]:.2f}", f"{sum(taken) / megapixels:.1f}", pieces[worst].name),
        ),
        is_met if name == "real art" else None,
    )


def _sheet(name: str, side: int) -> Row:
    alpha, _ = images.decode_alpha(sheet.png(name, side))
    [times] = take_turns([_meshing(Piece(name, alpha))], REPEATS)
    taken = median(times)
    a_megapixel = taken / (side * side / 1e6)
    is_judged = side in A_MEGAPIXEL and name != "parts"
    cells = (f"{side} {name}", f"{taken:.1f}", f"{a_megapixel:.1f}")
    return Row(cells, a_megapixel <= A_MEGAPIXEL[side] if is_judged else None)


def _refinement(pieces: Sequence[Piece]) -> Table:
    """All pieces with each number of passes."""
    rows = []
    plain = 0.0
    for passes in range(REFINED + 1):
        [*times] = take_turns([_meshing(piece, passes) for piece in pieces], 1)
        taken = [one for [one] in times]
        plain = plain or sum(taken)
        times_plain = sum(taken) / plain
        cells = (
            f"refinement {passes}",
            f"{median(taken):.2f}",
            f"{max(taken):.1f}",
            f"{times_plain:.1f}",
        )
        rows.append(Row(cells, times_plain <= TIMES if passes == REFINED else None))
    columns = ("geometry alone", "ms median", "worst", "times as long")
    goal = f"refinement {REFINED} at most {TIMES:g} times as long as none"
    return Table(f"Refinement, {len(pieces)} images", columns, rows, goal)


def _meshing(piece: Piece, refinement: int = 0) -> partial[list[Mesh]]:
    parameters = MeshParameters(
        alpha_threshold=0, min_contour_area=1, max_hull_vertices=BUDGET, refinement=refinement
    )
    return partial(generate, piece.alpha, parameters)
