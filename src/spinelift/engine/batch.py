"""Many images in, one result each out, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from spinelift.engine.pool import WorkerLost, run_all, usable_cores
from spinelift.engine.work import Failure, failure

TIMEOUT_SECONDS = 120.0
"""An image that takes longer is given up; the slowest image of tests takes a tenth of it."""


class Labelled(Protocol):
    """A task that says what messages call it."""

    @property
    def label(self) -> str: ...


Task = TypeVar("Task", bound=Labelled)
Result = TypeVar("Result")


def run_batch(
    work: Callable[[Task], Result | Failure],
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    timeout_seconds: float | None = TIMEOUT_SECONDS,
    on_result: Callable[[int, Result | Failure], None] = lambda index, result: None,  # noqa: ARG005
) -> list[Result | Failure]:
    """Do the same work on every task; results come in the tasks' order, whatever `jobs` is.

    Parameters
    ----------
    work
        A module-level function that never raises, such as `spinelift.engine.work.mesh_image`.
    jobs
        How many processes; the usable cores where None. One task, or one job, runs in this
        process: then nothing can end it from outside, and the time limit does not apply.
    timeout_seconds
        For each task.
    on_result
        Called in this thread with a task's index and result as soon as it is ready.
    """
    results: dict[int, Result | Failure] = {}

    def take(index: int, result: Result | Failure | WorkerLost) -> None:
        if isinstance(result, WorkerLost):
            result = failure(result, tasks[index].label)
        results[index] = result
        on_result(index, result)

    workers = min(jobs or usable_cores(), len(tasks))
    if workers <= 1:
        for index, task in enumerate(tasks):
            take(index, work(task))
    else:
        run_all(work, tasks, workers=workers, timeout_seconds=timeout_seconds, on_result=take)
    return [results[index] for index in range(len(tasks))]
