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


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """Many small images; then large ones, by the megapixel."""
    groups = {"drawn samples": sample_pieces(), "drawn families": family_pieces()}
    if pairs:
        groups["real art"] = distinct_pieces(list(pairs))
    rows = [_group(name, pieces) for name, pieces in groups.items()]
    columns = ("art", "images", "ms median", "p90", "worst", "ms/Mpx", "the worst")
    yield Table(f"Geometry alone, {BUDGET} hull vertices", columns, rows)

    sheets = [_sheet(name, side) for side in SIDES for name in SHEETS]
    title = f"Geometry alone, {BUDGET} hull vertices, large images"
    yield Table(title, ("drawn sheet", "ms median", "ms/Mpx"), sheets)


def _group(name: str, pieces: Sequence[Piece]) -> Row:
    taken = [median(times) for times in take_turns([_meshing(p) for p in pieces], REPEATS)]
    worst = max(range(len(pieces)), key=taken.__getitem__)
    megapixels = sum(piece.pixels for piece in pieces) / 1e6
    return Row(
        (
            *(name, str(len(pieces)), f"{median(taken):.2f}", f"{percentile(taken, 90):.2f}"),
            *(f"{taken[worst]:.2f}", f"{sum(taken) / megapixels:.1f}", pieces[worst].name),
        )
    )


def _sheet(name: str, side: int) -> Row:
    alpha, _ = images.decode_alpha(sheet.png(name, side))
    [times] = take_turns([_meshing(Piece(name, alpha))], REPEATS)
    taken = median(times)
    return Row((f"{side} {name}", f"{taken:.1f}", f"{taken / (side * side / 1e6):.1f}"))


def _meshing(piece: Piece) -> partial[list[Mesh]]:
    parameters = MeshParameters(alpha_threshold=0, min_contour_area=1, max_hull_vertices=BUDGET)
    return partial(generate, piece.alpha, parameters)
