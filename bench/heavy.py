"""How much larger our outlines are than the smallest that a long search finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.art import Piece, family_pieces, sample_pieces
from bench.clock import median, percentile
from bench.corpus import Pair, distinct_pieces
from bench.outlines import outline_mesh
from bench.quality import area
from bench.table import Row, Table
from bench.yardstick import smallest_mesh

BUDGETS = (12, 24, 32)
GOALS = {0: 1.0025, 3: 1.0007}
"""By refinement: the most that the median of ours / the search's may be."""

SECONDS = 3.0
"""Of one core, for every image and budget."""

IMAGES = 20
"""So many at most, evenly picked."""

AT_ONCE = 2
WORST = 5
"""Cases that are listed."""


@dataclass(frozen=True)
class Case:
    """One image and budget: the area found by the search, and ours by refinement."""

    name: str
    budget: int
    smallest: float
    ours: dict[int, float]

    def ratio(self, refinement: int) -> float:
        return self.ours[refinement] / self.smallest


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """Search some of the real art, or of the drawn art where there is none."""
    pieces = distinct_pieces(list(pairs)) or [*sample_pieces(), *family_pieces()]
    cases = measured(pieces[:: -(-len(pieces) // IMAGES)], SECONDS)
    yield beside_the_search(cases)
    yield the_worst(cases)


def measured(pieces: Sequence[Piece], seconds: float) -> list[Case]:
    """Search every piece with every budget; the case's number is the seed."""
    wanted = [(piece, budget) for piece in pieces for budget in BUDGETS]

    def measure(seed: int) -> Case:
        piece, budget = wanted[seed]
        return Case(
            piece.name,
            budget,
            area(smallest_mesh(piece, budget, seconds=seconds, seed=seed)),
            {refinement: area(outline_mesh(piece, budget, refinement)) for refinement in GOALS},
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:  # the search leaves Python to the other thread
        return list(pool.map(measure, range(len(wanted))))


def beside_the_search(cases: Sequence[Case]) -> Table:
    rows = []
    for refinement, goal in GOALS.items():
        ratios = [case.ratio(refinement) for case in cases]
        figures = (median(ratios), percentile(ratios, 90), max(ratios))
        cells = (
            *(f"refinement {refinement}", str(len(cases))),
            *(f"{figure:.4f}" for figure in figures),
            *(f"{goal:.4f}", str(sum(ratio < 1 for ratio in ratios))),
        )
        rows.append(Row(cells, figures[0] <= goal))
    columns = ("ours / the smallest", "cases", "median", "p90", "max", "at most", "ours smaller")
    note = (
        f"the smallest: what a search finds in {SECONDS:g} s of one core for each case, "
        f"with {', '.join(map(str, BUDGETS))} hull vertices"
    )
    return Table("Outlines beside a heavy search", columns, rows, "the median", (note,))


def the_worst(cases: Sequence[Case]) -> Table:
    worst_first: Callable[[Case], float] = lambda case: -max(map(case.ratio, GOALS))  # noqa: E731
    rows = [
        Row((f"{case.budget} {case.name}", *(f"{case.ratio(r):.4f}" for r in GOALS)))
        for case in sorted(cases, key=worst_first)[:WORST]
    ]
    columns = ("hull", *(f"refinement {refinement}" for refinement in GOALS))
    return Table("The worst of them: ours / the smallest", columns, rows)
