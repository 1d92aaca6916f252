"""Which share of a job is over when each of its stages begins, beside what progress says."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from bench import sheet
from bench.table import Row, Table
from spinelift.contract.stages import BEGINNINGS, JobStage
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.mesh.parameters import MeshParameters

SIDE = 1024
REPEATS = 5
OFF = 15
"""Percent that progress may be off: art differs."""


def tables() -> Iterator[Table]:
    """One table: a row for each stage."""
    shares: dict[str, list[float]] = {stage: [] for stage in BEGINNINGS}
    for name in sheet.SHEETS:
        for _ in range(REPEATS):
            for stage, share in _shares(name).items():
                shares[stage].append(share)
    rows = []
    for stage, said in BEGINNINGS.items():
        measured = mean(shares[stage])
        cells = (stage, f"{measured:.0f}", f"{min(shares[stage]):.0f}", f"{max(shares[stage]):.0f}")
        rows.append(Row((*cells, str(said)), abs(measured - said) <= OFF))
    columns = ("stage begins at", "mean %", "lowest", "highest", "progress says")
    goal = f"progress says what is measured, to {OFF} percent"
    notes = (f"the sheets of {SIDE} px, as the service meshes them, reading included",)
    yield Table("Stages", columns, rows, goal, notes)


def _shares(name: str) -> dict[str, float]:
    began: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "sheet.png")
        image.write_bytes(sheet.png(name, SIDE))
        task = GenerationTask(image, "sheet", MeshParameters(), "4.2")

        def begin(stage: JobStage) -> None:
            began.setdefault(stage, time.perf_counter())

        start = time.perf_counter()
        answer = generate_answer(task, begin)
        end = time.perf_counter()
    assert isinstance(answer, Answer)
    began["mask"] = start  # reading counts as part of it
    return {stage: 100 * (moment - start) / (end - start) for stage, moment in began.items()}
