"""Many images on one core and on two: worker processes, and threads."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench import sheet
from bench.clock import median, median_ratio, take_turns
from bench.table import Row, Table
from spinelift import images, samples
from spinelift.engine.batch import run_batch
from spinelift.engine.work import Failure, MeshTask, mesh_image
from spinelift.mesh import kernel
from spinelift.mesh.outline import trace_outlines
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate

SCALE = 2.0
COPIES = 16
SHEET_SIDE, SHEET_COPIES = 1024, 48
MESHES = 15
"""Meshes that one thread makes in a turn."""

REPEATS = 3
GOAL = 1.8
"""Two free cores beside one."""

FREE = 1.9
"""Two cores are free when two loops that share nothing gain at least this."""

JUDGED = 3
"""The row of large images: small ones show what starting workers and handing out tasks costs."""

SPIN = "for _ in range(20_000_000): pass"

Work = Callable[[], object]


def tables() -> Iterator[Table]:
    """Two of everything at once, beside one after the other; all in turns."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = _tasks(Path(folder))
        sheets = _sheet_tasks(Path(folder))
        few = tasks[::COPIES]
        # Each: work on one core, work on two, and how many times the first the second does.
        ways: dict[str, tuple[Work, Work, int]] = {
            "two loops that share nothing": (_spin, _spin_twice, 2),
            f"{len(few)} drawn images, 2 jobs": (_batch(few, 1), _batch(few, 2), 1),
            f"{len(tasks)} drawn images, 2 jobs": (_batch(tasks, 1), _batch(tasks, 2), 1),
            f"{len(sheets)} sheets of {SHEET_SIDE} px, 2 jobs": (
                _batch(sheets, 1),
                _batch(sheets, 2),
                1,
            ),
            "alpha to mesh, 2 threads": _threaded(_meshing()),
            "kernel alone, 2 threads": _threaded(_simplifying()),
        }
        taken = take_turns([work for way in ways.values() for work in way[:2]], REPEATS)
    gains, rows = [], []
    for index, (name, (_, _, times)) in enumerate(ways.items()):
        one, two = taken[2 * index], taken[2 * index + 1]
        gains.append(times * median_ratio(one, two))
        is_judged = index == JUDGED and gains[0] >= FREE
        cells = (name, f"{times * median(one):.0f}", f"{median(two):.0f}", f"{gains[-1]:.2f}")
        rows.append(Row(cells, gains[-1] >= GOAL if is_judged else None))
    columns = ("two cores", "ms on one", "ms on two", "times")
    busy = f"The cores are not free (the loops gain less than {FREE}): nothing can be judged."
    goal = f"two free cores at least {GOAL} x one, for a batch of large images"
    yield Table("Batch and threads", columns, rows, goal, () if gains[0] >= FREE else (busy,))


def _spin() -> None:
    subprocess.run([sys.executable, "-c", SPIN], check=True)


def _spin_twice() -> None:
    both = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(2)]
    for process in both:
        process.wait()


# Processes


def _tasks(folder: Path) -> list[MeshTask]:
    tasks = []
    for name, image in samples.draw_all(SCALE).items():
        content = images.encode_png(image)
        for copy in range(COPIES):
            file = folder / f"{name}-{copy}.png"
            file.write_bytes(content)
            tasks.append(MeshTask(image=file, parameters=MeshParameters(), label=file.name))
    return tasks


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Keep OpenCV's own threads from using a second core for a single job."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def _sheet_tasks(folder: Path) -> list[MeshTask]:
    tasks = []
    for name in sheet.SHEETS:
        for copy in range(SHEET_COPIES):
            file = folder / f"sheet-{name}-{copy}.png"
            file.write_bytes(sheet.png(name, SHEET_SIDE))
            tasks.append(MeshTask(image=file, parameters=MeshParameters(), label=file.name))
    return tasks


def _batch(tasks: Sequence[MeshTask], jobs: int) -> Work:
    def work() -> None:
        with _one_thread():
            results = run_batch(mesh_image, tasks, jobs=jobs)
        if any(isinstance(result, Failure) for result in results):
            raise RuntimeError("an image of the batch failed")

    return work


# Threads


def _meshing() -> Work:
    alpha, _ = images.decode_alpha(sheet.png("character", 1024))
    return partial(generate, alpha, MeshParameters(max_hull_vertices=32))


def _simplifying() -> Work:
    alpha, _ = images.decode_alpha(sheet.png("character", 1024))
    mask = (alpha > 0).astype(np.uint8)
    [outline] = trace_outlines(mask, min_contour_area=1)
    wishes: dict[str, Any] = {"budget": 32, "tolerance": 0, "smallest_dent": 0, "refinement": 0}
    return partial(kernel.simplify, outline.ring, (1024, 1024), **wishes)


def _threaded(mesh: Work) -> tuple[Work, Work, int]:
    def work() -> None:
        for _ in range(MESHES):
            mesh()

    def work_twice() -> None:
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return work, work_twice, 2
