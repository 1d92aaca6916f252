"""PNG bytes to Spine JSON bytes beside bare decoding, and stage by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from bench import sheet
from bench.clock import median, median_ratio, take_turns
from bench.table import Row, Table
from spinelift import images
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import measure
from spinelift.mesh.types import Mesh
from spinelift.spine.document import serialize, skeleton_document

REPEATS = {512: 41, 1024: 31, 2048: 15, 4096: 7}
"""Turns by pixels a side: what is short is disturbed more easily."""

GOALS = {1024: 0.8, 2048: 0.6, 4096: 0.6}
"""Pixels a side, to how many times the bare decoding PNG bytes to mesh may take."""

STAGES = ("decode", "mask", "outline", "polygon", "interior", "triangles", "document", "quality")


@dataclass
class Stopwatch:
    """When each stage began, one list a run; the last stage is ended by `stop`."""

    runs: list[dict[str, float]] = field(default_factory=list)

    def start(self) -> None:
        self.runs.append({})
        self.begin("decode")

    def begin(self, stage: str) -> None:
        self.runs[-1][stage] = time.perf_counter()

    def stop(self) -> None:
        self.begin("end")

    def to(self, stage: str) -> list[float]:
        """Milliseconds from the start to the stage, of every run."""
        return [1000 * (run[stage] - run["decode"]) for run in self.runs]

    def milliseconds(self, stage: str) -> float:
        """The stage's median over the runs."""
        after = [*STAGES, "end"][STAGES.index(stage) + 1]
        return median([1000 * (run[after] - run[stage]) for run in self.runs])


def tables() -> Iterator[Table]:
    """Whole ways, then their stages: the same runs."""
    whole, staged = [], []
    for side in REPEATS:
        for name in sheet.SHEETS:
            timed, stages = _time(name, side)
            whole.append(timed)
            staged.append(stages)
    columns = ("drawn sheet", "MB", "bits/px", "imdecode ms", "whole way ms", "ratio", "to mesh")
    limits = ", ".join(f"{limit} at {side}" for side, limit in GOALS.items())
    goal = f"PNG bytes to mesh at most so many times bare decoding: {limits} px"
    notes = (
        "whole way: PNG bytes to Spine JSON bytes, default parameters, without quality; "
        "to mesh: without the document",
    )
    yield Table("Speed", columns, whole, goal, notes)
    yield Table("Stages, ms", ("drawn sheet", *STAGES, "vertices", "islands"), staged)


def _time(name: str, side: int) -> tuple[Row, Row]:
    content = sheet.png(name, side)
    watch = Stopwatch()
    meshes: list[Mesh] = []

    def decode() -> None:
        cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)

    def whole_way() -> None:
        watch.start()
        meshes[:] = spine_json(content, watch)

    def quality() -> None:
        watch.begin("quality")
        measure(meshes[0])
        watch.stop()

    bare, whole, _ = take_turns([decode, whole_way, quality], REPEATS[side])
    ratio = median_ratio(whole, bare)
    to_mesh = median_ratio(watch.to("document"), bare)
    label = f"{side} {name}"
    cells = (
        *(label, f"{len(content) / 1e6:.2f}", f"{8 * len(content) / side**2:.1f}"),
        *(f"{median(bare):.1f}", f"{median(whole):.1f}", f"{ratio:.2f}", f"{to_mesh:.2f}"),
    )
    islands = meshes[0].islands
    stages = (
        *(label, *(f"{watch.milliseconds(stage):.2f}" for stage in STAGES)),
        *(str(len(meshes[0].vertices)), f"{islands.kept} + {islands.dropped}"),
    )
    return Row(cells, to_mesh <= GOALS[side] if side in GOALS else None), Row(stages)


def spine_json(content: bytes, watch: Stopwatch) -> list[Mesh]:
    """Our whole way."""
    alpha, _ = images.decode_alpha(content)
    meshes = generate(alpha, MeshParameters(), on_stage=watch.begin)
    watch.begin("document")
    serialize(skeleton_document({"sheet": meshes[0]}))
    return meshes
