"""Medians of repeats that take turns, so that a machine that drifts drifts under all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np


def take_turns(works: Sequence[Callable[[], object]], repeats: int) -> list[list[float]]:
    """Time every work once a turn, `repeats` turns; milliseconds, a list for each work."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, taken in zip(works, times, strict=True):
            taken.append(milliseconds(work))
    return times


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def median(values: Sequence[float]) -> float:
    return float(np.median(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """Interpolated between neighbours."""
    return float(np.percentile(values, percent))


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of each turn's own ratio."""
    return float(np.median(np.asarray(above) / np.asarray(below)))
