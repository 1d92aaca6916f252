"""`layout.json`: where images are in Spine's world, and in which order they are drawn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from spinelift.cli.exits import UsageError
from spinelift.spine.document import FARTHEST

Layout: TypeAlias = Mapping[str, tuple[float, float]]
"""Name of an image to its centre, in pixels, y up; from back to front."""


def read_layout(path: Path) -> Layout:
    """Read `{"arm": {"x": 10, "y": 20}, ...}`. Raises `UsageError`."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(f"The layout {path} cannot be read: {reason}.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"The layout {path} is not JSON.") from None
    if not isinstance(entries, dict):
        raise UsageError(f'The layout {path} must be like {{"arm": {{"x": 10, "y": 20}}}}.')
    return {name: _position(path, name, entry) for name, entry in entries.items()}


def _position(path: Path, name: str, entry: object) -> tuple[float, float]:
    if not isinstance(entry, dict) or entry.keys() != {"x", "y"}:
        raise UsageError(f"In the layout {path}, {name!r} must have an x and a y, and no more.")
    x, y = (_coordinate(entry[axis]) for axis in ("x", "y"))
    if x is None or y is None:
        raise UsageError(
            f"In the layout {path}, the place of {name!r} must be two numbers between "
            f"-{FARTHEST:.0f} and {FARTHEST:.0f}."
        )
    return x, y


def _coordinate(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is a float: JSON has whole numbers that are too long for one, and NaN.
    return float(value) if abs(value) <= FARTHEST else None


def drawing_order(names: Iterable[str], layout: Layout) -> list[str]:
    """From back to front: first what the layout names, in its order, then the others in theirs."""
    given = list(names)
    known = set(given)
    return [name for name in layout if name in known] + [
        name for name in given if name not in layout
    ]
