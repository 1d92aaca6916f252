"""The pool: what one task does to its process is nobody else's business.

`eval` is the function that the workers run: any child can import it, and it does what each test
wants.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from spinelift.engine.pool import WorkerCrashed, WorkerLost, WorkerPool, WorkerTimedOut, run_all

from ..processes import is_gone, wait_until

CRASH = "__import__('os').abort()"
HANG = "__import__('time').sleep(600)"


def run(*expressions: str, workers: int = 2, timeout_seconds: float = 60) -> list[object]:
    results: dict[int, object] = {}
    run_all(
        eval,
        expressions,
        workers=workers,
        timeout_seconds=timeout_seconds,
        on_result=results.__setitem__,
    )
    return [results[index] for index in range(len(expressions))]


def test_every_result_belongs_to_its_argument() -> None:
    assert run(*(f"{number} ** 2" for number in range(20))) == [n**2 for n in range(20)]


def test_work_is_done_in_other_processes() -> None:
    assert os.getpid() not in run("__import__('os').getpid()", "__import__('os').getpid()")


def test_crash_is_the_failure_of_its_own_task_only() -> None:
    first, crashed, last = run("1", CRASH, "3")

    assert (first, last) == (1, 3)
    assert isinstance(crashed, WorkerCrashed)
    assert f"signal {signal.SIGABRT.value}" in str(crashed)


def test_crash_among_many_small_tasks_is_the_failure_of_its_own_only() -> None:
    crashing = {17, 40, 41}
    results = run(*(CRASH if number in crashing else str(number) for number in range(80)))

    lost = {number for number, result in enumerate(results) if isinstance(result, WorkerCrashed)}
    assert lost == crashing
    assert all(results[number] == number for number in range(80) if number not in crashing)


def test_small_tasks_are_handed_out_by_the_handful(monkeypatch: pytest.MonkeyPatch) -> None:
    submit, submitted = WorkerPool.submit, []

    def count(pool: WorkerPool, function: Any, work: Any, **settings: Any) -> Any:
        submitted.append(work)
        return submit(pool, function, work, **settings)

    monkeypatch.setattr(WorkerPool, "submit", count)

    assert run(*map(str, range(200))) == list(range(200))
    assert len(submitted) < 50


def test_slow_tasks_of_a_handful_are_shared_out_again() -> None:
    task = "__import__('time').sleep(0.06) or __import__('os').getpid()"
    pids = run(*[task] * 16)

    assert len(set(pids)) == 2


def test_task_that_leaves_its_process_is_a_crash() -> None:
    _, left = run("1", "__import__('os')._exit(7)")

    assert isinstance(left, WorkerCrashed)
    assert "exit code 7" in str(left)


def test_hang_is_ended_by_the_time_limit_of_its_own_task() -> None:
    first, hung, last = run("1", HANG, "3", timeout_seconds=1)

    assert (first, last) == (1, 3)
    assert isinstance(hung, WorkerTimedOut)
    assert "1 second" in str(hung)


def test_hang_among_many_small_tasks_is_ended_as_if_it_were_alone() -> None:
    results = run(*map(str, range(40)), HANG, *map(str, range(40)), timeout_seconds=1)

    assert isinstance(results[40], WorkerTimedOut)
    assert "1 second" in str(results[40])
    assert results[:40] == results[41:] == list(range(40))


def test_every_task_may_crash_and_the_pool_still_ends() -> None:
    assert all(isinstance(result, WorkerLost) for result in run(*[CRASH] * 5))


def test_batch_survives_the_loss_of_a_whole_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    submit, losses = WorkerPool.submit, iter([BrokenProcessPool()])

    def submit_unless_lost(*arguments: Any, **settings: Any) -> Any:
        for loss in losses:
            raise loss
        return submit(*arguments, **settings)

    monkeypatch.setattr(WorkerPool, "submit", submit_unless_lost)

    assert run("1", "2", "3") == [1, 2, 3]


def test_pool_that_keeps_breaking_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*arguments: Any, **settings: Any) -> Any:  # noqa: ARG001
        raise BrokenProcessPool

    monkeypatch.setattr(WorkerPool, "submit", lose)

    assert all(isinstance(result, WorkerCrashed) for result in run("1", "2"))


def test_error_of_a_task_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run("1", "1 / 0")


def test_leaving_the_pool_kills_what_runs() -> None:
    with WorkerPool(1) as pool:
        pid = pool.submit(eval, "__import__('os').getpid()").result(60)
        pool.submit(eval, HANG)

    assert is_gone(pid)


def test_workers_are_born_deaf_to_interrupts() -> None:
    script = (
        "import signal, spinelift.engine.nursery\n"
        "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout == b"True\n"


PARENT = """
from spinelift.engine.pool import run_all

TASK = (
    "__import__('pathlib').Path('pids', str(__import__('os').getpid())).touch()"
    " or __import__('time').sleep(600)"
)
if __name__ == "__main__":
    run_all(eval, [TASK] * 2, workers=2, timeout_seconds=None, on_result=print)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    pids = tmp_path / "pids"
    pids.mkdir()
    parent = subprocess.Popen([sys.executable, "parent.py"], cwd=tmp_path)
    try:
        wait_until(lambda: len(list(pids.iterdir())) == 2)
    finally:
        parent.send_signal(number)
        parent.wait(60)

    workers = [int(path.name) for path in pids.iterdir()]
    wait_until(lambda: all(map(is_gone, workers)))
