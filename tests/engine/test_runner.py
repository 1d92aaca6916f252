"""The runner: bounded, watched, and not to be harmed by what a job does to its process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for
from pathlib import Path

import pytest

from spinelift.contract.problems import Overloaded
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import NICENESS, JobRunner
from spinelift.engine.stages import LINE_BYTES, LINES
from spinelift.engine.work import Failure
from tests.engine.labours import Labour, labour

from ..processes import is_gone, wait_until

MEGABYTE = 2**20


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    runner = JobRunner(
        workers=2, waiting=3, limits=JobLimits(seconds=60, memory_bytes=256 * MEGABYTE)
    )
    yield runner
    runner.close()


@pytest.fixture
def impatient() -> Iterator[JobRunner]:
    runner = JobRunner(workers=2, waiting=3, limits=JobLimits(seconds=0.5))
    yield runner
    runner.close()


def failed(future: Future[str | Failure]) -> Failure:
    result = future.result(60)
    assert isinstance(result, Failure)
    return result


def test_results_belong_to_their_tasks(runner: JobRunner) -> None:
    for _ in range(3):
        futures = [runner.submit(labour, Labour("echo", str(number))) for number in range(5)]
        assert [future.result(60) for future in futures] == list("01234")


def test_work_comes_after_whoever_waits_for_it(runner: JobRunner) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    niceness = runner.submit(labour, Labour("niceness")).result(60)
    assert niceness == str(min(own + NICENESS, 19))


def test_warm_runner_has_its_process_before_the_first_job() -> None:
    runner = JobRunner(workers=1, waiting=1, limits=JobLimits())
    runner.warm_up().result(60)
    running = {place.name for place in Path("/proc").iterdir()}
    assert runner.submit(labour, Labour("process")).result(60) in running
    runner.close()


def test_crash_costs_its_job_one_failure_and_its_neighbours_nothing(runner: JobRunner) -> None:
    crashed = runner.submit(labour, Labour("crash"))
    neighbours = [runner.submit(labour, Labour("echo", str(number))) for number in range(4)]

    assert [future.result(60) for future in neighbours] == list("0123")
    failure = failed(crashed)
    assert failure.code == "WORKER_CRASHED"
    assert failure.message.startswith("arm.png")
    assert f"signal {signal.SIGSEGV.value}" in failure.message
    assert runner.submit(labour, Labour("echo", "after")).result(60) == "after"


def test_job_whose_process_is_lost_is_tried_again_in_a_fresh_one(
    runner: JobRunner, tmp_path: Path
) -> None:
    assert runner.submit(labour, Labour("crash once", str(tmp_path / "tried"))).result(60) == "done"


def test_hanging_native_code_is_killed_and_said_so(impatient: JobRunner) -> None:
    hanging = impatient.submit(labour, Labour("hang"))

    assert impatient.submit(labour, Labour("echo", "beside")).result(60) == "beside"
    failure = failed(hanging)
    assert failure.code == "TIMED_OUT"
    assert "0.5 seconds" in failure.message


def test_memory_beyond_the_limit_is_refused_to_its_job_only(runner: JobRunner) -> None:
    failure = failed(runner.submit(labour, Labour("eat", str(512 * MEGABYTE))))

    assert failure.code == "OUT_OF_MEMORY"
    assert runner.submit(labour, Labour("eat", str(64 * MEGABYTE))).result(60) == str(64 * MEGABYTE)


def test_cancelling_ends_the_process_at_once(runner: JobRunner, tmp_path: Path) -> None:
    place = tmp_path / "process"
    future = runner.submit(labour, Labour("hang", str(place)))
    wait_until(lambda: place.exists() and place.read_text() != "")

    assert future.cancel()

    wait_until(lambda: is_gone(int(place.read_text())))
    assert runner.load == 0
    assert runner.submit(labour, Labour("echo", "after")).result(60) == "after"


def test_waiting_job_can_be_cancelled_before_it_begins(runner: JobRunner) -> None:
    hanging = [runner.submit(labour, Labour("hang")) for _ in range(2)]
    waiting = runner.submit(labour, Labour("echo", "late"))

    assert waiting.cancel()
    for future in hanging:
        future.cancel()
    assert runner.submit(labour, Labour("echo", "after")).result(60) == "after"


def test_more_jobs_than_may_wait_are_refused(runner: JobRunner) -> None:
    futures = [runner.submit(labour, Labour("hang")) for _ in range(5)]

    with pytest.raises(Overloaded):
        runner.submit(labour, Labour("echo"))
    assert futures[4].cancel()
    allowed = runner.submit(labour, Labour("echo", "in its place"))
    for future in futures[:4]:
        future.cancel()
    assert allowed.result(60) == "in its place"


def test_stages_are_told_in_their_order(runner: JobRunner, tmp_path: Path) -> None:
    told = []

    def tell(stage: str) -> None:
        told.append(stage)
        (tmp_path / f"{stage} seen").touch()

    assert runner.submit(labour, Labour("walk", str(tmp_path)), tell).result(60) == str(tmp_path)
    assert told == ["mask", "polygon", "document"]


def test_what_is_raised_on_a_stage_ends_the_job(runner: JobRunner) -> None:
    def refuse(stage: str) -> None:
        raise ValueError(stage)

    with pytest.raises(ValueError, match="polygon"):
        runner.submit(labour, Labour("hang"), refuse).result(60)
    wait_until(lambda: runner.load == 0)


def test_closing_lets_jobs_finish_while_there_is_time(tmp_path: Path) -> None:
    runner = JobRunner(workers=1, waiting=1, limits=JobLimits())
    future = runner.submit(labour, Labour("walk", str(tmp_path)))
    closing = threading.Thread(target=runner.close, args=(60,))
    closing.start()
    for stage in ("mask", "polygon", "document"):
        (tmp_path / f"{stage} seen").touch()

    assert future.result(60) == str(tmp_path)
    closing.join(60)
    with pytest.raises(Overloaded):
        runner.submit(labour, Labour("echo"))


def test_closing_cancels_what_does_not_finish() -> None:
    runner = JobRunner(workers=1, waiting=1, limits=JobLimits())
    futures = [runner.submit(labour, Labour("hang")) for _ in range(2)]

    runner.close()

    assert wait_for(futures, 60).not_done == set()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result()


def test_jobs_leave_nothing_behind(runner: JobRunner) -> None:
    for _ in range(20):
        wait_for([runner.submit(labour, Labour("echo")) for _ in range(5)])
    wait_until(lambda: runner.load == 0)

    assert list(Path(runner._folder.name).iterdir()) == [runner._board.path]
    assert runner._board.path.stat().st_size == LINES * LINE_BYTES
