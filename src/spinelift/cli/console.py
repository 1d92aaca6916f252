"""What people read: sentences on stderr, a progress bar on a terminal, plain tables."""

from __future__ import annotations

import contextlib
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from spinelift.images.limits import shown


def say(sentence: str) -> None:
    """Write a line for people; what a file's name holds cannot steer the terminal."""
    sys.stderr.write(shown_whole(sentence) + "\n")


def shown_whole(text: str) -> str:
    """The text as one line of printable characters, whatever its length."""
    return "".join(shown(character) for character in text)


@contextlib.contextmanager
def progress(total: int, *, is_wanted: bool) -> Iterator[Callable[[], None]]:
    """Count work off on stderr, where that is a terminal and there is something to wait for."""
    if not (is_wanted and total > 1 and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table: the first column to the left, numbers to the right; one line each."""
    shown_rows = [[shown_whole(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(_cells(row[column]) for row in shown_rows) for column in range(len(headings))]
    lines = []
    for row in shown_rows:
        first, *others = row
        numbers = (
            " " * (width - _cells(cell)) + cell
            for cell, width in zip(others, widths[1:], strict=True)
        )
        lines.append("  ".join([first + " " * (widths[0] - _cells(first)), *numbers]).rstrip())
    return "\n".join(lines) + "\n"


def _cells(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none."""
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
