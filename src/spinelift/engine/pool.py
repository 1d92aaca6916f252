"""A pool of worker processes that may crash, hang or be killed without harm to anything else."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from spinelift.mesh.errors import SpineLiftError

Argument = TypeVar("Argument")
Result = TypeVar("Result")

POOL_ATTEMPTS = 3
"""How often a pool that broke as a whole (a kill at the worst moment) is replaced."""

LOOK_SECONDS = 1.0
"""How often to look whether the pool itself still lives while nothing comes out of it."""

# How often the pool looks for lost workers and for tasks that take too long, and so the longest
# wait for it to stop; with pebble's tenth of a second, that was longer than many a small batch.
CONSTS.sleep_unit = 0.02

HANDFULS_PER_WORKER = 2
"""Handed out ahead, so that no worker waits; more would only make stopping slower."""

HANDFUL = 16
"""Tasks handed out at once: for each hand-out the parent needs as long as for a small image."""

HANDFUL_SECONDS = 0.05
"""How long a worker goes on with its handful; what it has not begun by then it gives back."""


class WorkerLost(SpineLiftError):
    """A worker process ended without giving a result."""


class WorkerCrashed(WorkerLost):
    """The process died: a fault in native code, or something killed it."""

    code: ClassVar[str] = "WORKER_CRASHED"


class WorkerTimedOut(WorkerLost):
    """The process worked longer than it may and was killed."""

    code: ClassVar[str] = "TIMED_OUT"


def usable_cores() -> int:
    """How many cores this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool:
    """Runs module-level functions in child processes; leaving the `with` block kills what runs.

    Parameters
    ----------
    workers
        How many processes.
    niceness
        How far they come after this process where a core is wanted by several.
    """

    def __init__(self, workers: int, *, niceness: int = 0) -> None:
        context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
        if sys.platform == "linux":
            context.set_forkserver_preload(["spinelift.engine.nursery"])
        self.workers = workers
        self._pool = ProcessPool(
            max_workers=workers, initializer=_begin, initargs=(niceness,), context=context
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    @property
    def is_alive(self) -> bool:
        """Whether it can still give results."""
        return bool(self._pool.active)

    def submit(
        self,
        function: Callable[[Argument], Result],
        argument: Argument,
        *,
        timeout_seconds: float | None = None,
    ) -> Future[Result]:
        """Start `function(argument)` in a worker; cancelling the future kills the worker.

        Raises `BrokenProcessPool` when the pool as a whole is lost.
        """
        try:
            return self._pool.schedule(function, args=(argument,), timeout=timeout_seconds)
        except RuntimeError as error:
            raise BrokenProcessPool(str(error)) from error


def outcome(future: Future[Result]) -> Result | WorkerLost:
    """Give a finished future's result, or how its worker was lost. Other errors are raised."""
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except ProcessExpired as error:
        return WorkerCrashed(f"The image crashed the process that worked on it ({_cause(error)}).")
    except TimeoutError as error:
        limit = error.args[1] if len(error.args) > 1 else None
        after = f" after {limit:g} seconds" if limit else ""
        return WorkerTimedOut(
            f"The image was given up{after}, the time limit: make it simpler or smaller, or raise "
            "the limit."
        )


def run_all(
    function: Callable[[Argument], Result],
    arguments: Sequence[Argument],
    *,
    workers: int,
    timeout_seconds: float | None,
    on_result: Callable[[int, Result | WorkerLost], None],
) -> None:
    """Run `function` on every argument in a pool, and report each as it is ready.

    `on_result` is called in this thread with the argument's index and what became of it.
    """
    waiting = dict(enumerate(arguments))
    for _ in range(POOL_ATTEMPTS):
        try:
            _run_once(function, waiting, workers, timeout_seconds, on_result)
        except BrokenProcessPool:
            continue
        return
    for index in tuple(waiting):
        on_result(
            index, WorkerCrashed("The image was not finished: the worker processes keep dying.")
        )


def _run_once(
    function: Callable[[Argument], Result],
    waiting: dict[int, Argument],
    workers: int,
    timeout_seconds: float | None,
    on_result: Callable[[int, Result | WorkerLost], None],
) -> None:
    """Take out of `waiting` what is done; what remains when the pool breaks can be tried again."""
    coming = deque(waiting)
    suspects: set[int] = set()
    running: dict[Future[Any], list[int]] = {}
    with WorkerPool(min(workers, len(waiting))) as pool:
        while coming or running:
            while coming and len(running) < HANDFULS_PER_WORKER * pool.workers:
                handful = _take_handful(coming, suspects, pool.workers)
                work = _Handful(function, [waiting[index] for index in handful])
                limit = timeout_seconds
                if limit is not None and len(handful) > 1:
                    limit += HANDFUL_SECONDS
                running[pool.submit(_work_through, work, timeout_seconds=limit)] = handful
            done = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED).done
            if not done and not pool.is_alive:
                raise BrokenProcessPool
            for future in done:
                handful, results = running.pop(future), outcome(future)
                if isinstance(results, WorkerLost):
                    if len(handful) > 1:  # one of them did it: each is tried alone
                        suspects.update(handful)
                        coming.extendleft(reversed(handful))
                        continue
                    results = [results]
                for index, result in zip(handful, results, strict=False):
                    del waiting[index]
                    on_result(index, result)
                coming.extendleft(reversed(handful[len(results) :]))


def _take_handful(coming: deque[int], suspects: Set[int], workers: int) -> list[int]:
    """The next few, fewer towards the end so that all workers end together; a suspect alone."""
    size = min(HANDFUL, len(coming) // (2 * workers))
    handful = [coming.popleft()]
    while len(handful) < size and handful[0] not in suspects and coming[0] not in suspects:
        handful.append(coming.popleft())
    return handful


@dataclass(frozen=True)
class _Handful(Generic[Argument, Result]):
    function: Callable[[Argument], Result]
    arguments: list[Argument]


def _work_through(handful: _Handful[Argument, Result]) -> list[Result]:
    """In a worker: the results of the first arguments, of as many as the time allows."""
    until = time.monotonic() + HANDFUL_SECONDS
    results: list[Result] = []
    for argument in handful.arguments:
        results.append(handful.function(argument))
        if time.monotonic() >= until:
            break
    return results


def _begin(niceness: int) -> None:
    """In a worker, before its first task."""
    follow_parent()
    if niceness and sys.platform != "win32":
        os.nice(niceness)


def follow_parent() -> None:
    """In a child: die with the parent, however it dies, so that no orphan works on.

    Watching the parent's process id would not do: under the fork server it is another process's.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_after, args=(parent,), daemon=True).start()


def _die_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _cause(error: ProcessExpired) -> str:
    code = error.exitcode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
