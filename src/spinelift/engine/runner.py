"""Single jobs as they come: so many at a time, a short queue, watched, and ended if need be.

Each is worked on in a process that may crash, hang or be killed. That costs the job a second
attempt in a fresh process, and then one clear failure; it costs nobody else anything.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from spinelift.contract.problems import Overloaded
from spinelift.contract.stages import JobStage
from spinelift.engine.limits import JobLimits, limit_memory
from spinelift.engine.pool import WorkerCrashed, WorkerLost, WorkerPool, outcome
from spinelift.engine.stages import StageBoard
from spinelift.engine.work import Failure, failure

ATTEMPTS = 2
"""A process can be lost through no fault of its job, but hardly twice."""

LOOK_SECONDS = 0.05
"""How often the stages of running jobs are looked up; most jobs are over before."""

NICENESS = 5
"""Of the workers: who asks how a job goes is answered before the job itself goes on."""


class Labelled(Protocol):
    """A task that says what messages call it."""

    @property
    def label(self) -> str: ...


Task = TypeVar("Task", bound=Labelled)
Result = TypeVar("Result")
OnStage = Callable[[JobStage], None]


Work = Callable[[Task, OnStage], Result | Failure]
"""A module-level function of a task and of a function that it tells its stages to. It gives a
failure for whatever is wrong with the task, and raises nothing."""


class JobRunner:
    """Has work done in worker processes. Safe to use from several threads.

    Parameters
    ----------
    workers
        How many jobs run at a time.
    waiting
        How many more may wait.
    limits
        Of each attempt at a job.
    """

    def __init__(self, *, workers: int, waiting: int, limits: JobLimits) -> None:
        self.workers = workers
        self.waiting = waiting
        self.limits = limits
        self._pool = WorkerPool(workers, niceness=NICENESS)
        self._folder = tempfile.TemporaryDirectory(prefix="spinelift-")
        self._board = StageBoard(Path(self._folder.name, "stages"))
        self._board.clear()
        self._jobs: set[_Job[Any, Any]] = set()
        self._number = 0
        self._is_closing = False
        self._changed = threading.Condition(threading.RLock())
        self._watcher = threading.Thread(target=self._watch, name="stages", daemon=True)
        self._watcher.start()

    @property
    def load(self) -> int:
        """How many jobs run or wait."""
        return len(self._jobs)

    def warm_up(self) -> Future[None]:
        """Start the worker processes, which the first jobs would have to wait for."""
        return self._pool.submit(_nothing, None)

    def submit(
        self,
        work: Work[Task, Result],
        task: Task,
        on_stage: OnStage = lambda stage: None,  # noqa: ARG005
    ) -> Future[Result | Failure]:
        """Start `work` on a task, or let it wait; cancelling the future ends it at whatever stage.

        `on_stage` is called in another thread, for the stages that last long enough to be seen;
        what it raises ends the job and is what the future raises. Raises `Overloaded`.
        """
        with self._changed:
            if self._is_closing or self.load >= self.workers + self.waiting:
                raise Overloaded("There is as much to do as can be taken on: try again soon.")
            self._number += 1
            job: _Job[Task, Result] = _Job(work, task, on_stage, self._number)
            self._jobs.add(job)
            self._start(job)
            self._changed.notify_all()
        job.future.add_done_callback(lambda _: self._forget(job))
        return job.future

    def close(self, drain_seconds: float = 0) -> None:
        """Take no more jobs, let those there are finish for so long, and cancel the rest."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._jobs, drain_seconds)
            left = list(self._jobs)
        for job in left:
            job.future.cancel()
        self._watcher.join()
        with self._pool:
            pass
        self._folder.cleanup()

    def _start(self, job: _Job[Any, Any]) -> None:
        """Begin an attempt; a pool that is lost as a whole is replaced."""
        job.attempts += 1
        order = _Order(job.work, job.task, self._board, job.number, self.limits.memory_bytes)
        if not self._pool.is_alive:
            self._pool = WorkerPool(self.workers, niceness=NICENESS)
        running = self._pool.submit(_carry_out, order, timeout_seconds=self.limits.seconds)
        job.running = running
        if job.future.cancelled():
            running.cancel()
        running.add_done_callback(lambda running: self._finish(job, running))

    def _finish(self, job: _Job[Any, Any], running: Future[Any]) -> None:
        """In a thread of the pool: an attempt is over."""
        result: Any
        try:
            result = outcome(running)
        except CancelledError:
            job.future.cancel()  # unless it was that which cancelled this
            return
        except BrokenProcessPool as error:
            result = WorkerCrashed(f"The image was not finished: {error}.")
        except Exception as error:
            result = error
        if isinstance(result, WorkerLost):
            if job.attempts < ATTEMPTS and not job.future.done():
                with self._changed:
                    self._start(job)
                return
            result = failure(result, job.task.label)
        job.settle(result)

    def _forget(self, job: _Job[Any, Any]) -> None:
        """Its future is done, in whatever way."""
        with self._changed:
            self._jobs.discard(job)
            self._changed.notify_all()
        if job.future.cancelled():
            job.future.set_running_or_notify_cancel()  # wakes who waits for it
        if job.running is not None:
            job.running.cancel()

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._is_closing)
                if self._is_closing and not self._jobs:
                    return
                jobs = list(self._jobs)
            for job in jobs:
                job.show(self._board.stage(job.number))
            time.sleep(LOOK_SECONDS)


@dataclass(eq=False)
class _Job(Generic[Task, Result]):
    """What is known of a job that has not ended. Its future stays pending, and so cancellable."""

    work: Work[Task, Result]
    task: Task
    on_stage: OnStage
    number: int
    future: Future[Result | Failure] = field(default_factory=Future)
    running: Future[Result | Failure] | None = None
    attempts: int = 0
    stage: JobStage | None = None
    settling: threading.Lock = field(default_factory=threading.Lock)

    def show(self, stage: JobStage | None) -> None:
        """Tell the stage, if it is another than before."""
        if stage is None or stage == self.stage or self.future.done():
            return
        self.stage = stage
        try:
            self.on_stage(stage)
        except BaseException as error:
            self.settle(error)

    def settle(self, result: Result | Failure | BaseException) -> None:
        """Give the future its result, unless it was cancelled or has one."""
        with self.settling:
            if self.future.done() or not self.future.set_running_or_notify_cancel():
                return
            if isinstance(result, BaseException):
                self.future.set_exception(result)
            else:
                self.future.set_result(result)


@dataclass(frozen=True)
class _Order(Generic[Task, Result]):
    work: Work[Task, Result]
    task: Task
    board: StageBoard
    number: int
    memory_bytes: int


def _nothing(_: None) -> None:
    """In a worker."""


def _carry_out(order: _Order[Any, Result]) -> Result | Failure:
    """In a worker."""
    limit_memory(order.memory_bytes)
    with order.board.writing(order.number) as tell:
        return order.work(order.task, tell)
