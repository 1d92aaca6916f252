"""A plain text table with a goal, and a mark on every row that misses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Cells, and whether they meet the table's goal; None where the goal says nothing of them."""

    cells: Sequence[str]
    is_met: bool | None = None

    @property
    def mark(self) -> str:
        """What stands at the end of the row."""
        return {None: "", True: "met", False: "MISSED"}[self.is_met]


@dataclass(frozen=True)
class Table:
    """Prints itself aligned: the first column to the left, numbers to the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    goal: str | None = None
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [self.title]
        if self.goal:
            lines.append(f"goal: {self.goal}")
        cells = [[*self.columns, "goal"], *([*row.cells, row.mark] for row in self.rows)]
        if not self.goal:
            cells = [line[:-1] for line in cells]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for first, *others in cells:
            numbers = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
            lines.append("  ".join([first.ljust(widths[0]), *numbers]).rstrip())
        return "\n".join([*lines, *self.notes])
