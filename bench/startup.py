"""How long `spinelift --version` takes, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.clock import median, percentile, take_turns
from bench.table import Row, Table

REPEATS = 25
GOAL_MILLISECONDS = 150


def tables() -> Iterator[Table]:
    """Two commands in turns."""
    program = str(Path(sys.executable).with_name("spinelift"))
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "spinelift --version": [program, "--version"],
    }
    run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
    works = [partial(run, command) for command in commands.values()]
    taken = take_turns(works, REPEATS)
    rows = [
        Row(
            (name, f"{median(times):.0f}", f"{percentile(times, 90):.0f}"),
            median(times) < GOAL_MILLISECONDS if name.startswith("spinelift") else None,
        )
        for name, times in zip(commands, taken, strict=True)
    ]
    goal = f"below {GOAL_MILLISECONDS} ms"
    yield Table("Start-up", ("command", "ms median", "p90"), rows, goal)
