"""A worker process for what decodes the files of users while somebody waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from multiprocessing.util import Finalize
from typing import TypeVar

import structlog

from spinelift.contract.problems import Overloaded, error_of
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner, Labelled, Work
from spinelift.engine.work import INTERNAL, Failure

log = structlog.get_logger()

Task = TypeVar("Task", bound=Labelled)
Result = TypeVar("Result")

WAITING = 32
LIMITS = JobLimits(seconds=20, memory_bytes=2 * 2**30)
"""An image of 64 megapixels takes 0.25 GiB four times over: as a file, decoded and reduced."""

WAIT_SECONDS = 30.0
"""How long somebody waits, with all who were there before."""

_lock = threading.Lock()
_runner: JobRunner | None = None


def interactive() -> JobRunner:
    """This process's one runner, which starts when it is first asked for."""
    global _runner  # noqa: PLW0603  # the one
    with _lock:
        if _runner is None:
            _runner = JobRunner(workers=1, waiting=WAITING, limits=LIMITS)
        return _runner


def close() -> None:
    """End the runner, where there is one; who asks for it again has a new one."""
    global _runner
    with _lock:
        runner, _runner = _runner, None
    if runner is not None:
        runner.close()


# Where this process is a child itself, as one that answers is, nothing else is called before it
# waits for its own children.
Finalize(None, close, exitpriority=100)


def done(work: Work[Task, Result], task: Task) -> Result:
    """Wait for what comes of a task. Raises Overloaded, and a failure as the error it was."""
    return outcome(interactive().submit(work, task), task)


def outcome(future: Future[Result | Failure], task: Labelled) -> Result:
    """Wait for what comes of a task that was submitted. Raises what `done` does."""
    try:
        result = future.result(WAIT_SECONDS)
    except TimeoutError:
        future.cancel()
        raise Overloaded("There is more to do than can be done now: try again soon.") from None
    if not isinstance(result, Failure):
        return result
    if result.code == INTERNAL:
        log.error("worker.failed", task=task.label, trace=result.trace)
    raise error_of({"code": result.code, "message": result.message, "details": {}})
