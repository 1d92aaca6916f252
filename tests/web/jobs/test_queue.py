"""Queues carry wake-ups: that one is lost, or none can be sent, costs time and no job."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from spinelift.web.jobs.models import Job, Queue, Status
from spinelift.web.jobs.queue import broker, wake
from spinelift.web.jobs.reconciling import reconcile
from spinelift.web.jobs.workers import Workers

from ...processes import wait_until
from ...redis_server import RedisServer
from .conftest import over_redis
from .labour import ends, new_job

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working() -> Iterator[None]:
    workers = Workers(meshing_threads=2)
    workers.start()
    try:
        yield
    finally:
        workers.stop()


def are_done(*jobs: Job) -> bool:
    ids = [job.id for job in jobs]
    return Job.objects.filter(id__in=ids, status=Status.COMPLETED).count() == len(ids)


def test_jobs_of_every_queue_are_done() -> None:
    before = [new_job(queue=queue) for queue in Queue]
    with working():
        after = [new_job(queue=queue) for queue in Queue]
        wait_until(lambda: are_done(*before, *after))
    assert all(ends(job) == [("completed", "attempt 1")] for job in (*before, *after))


def test_workers_can_be_started_again(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        job = new_job()
        with working():
            wait_until(lambda job=job: are_done(job))  # type: ignore[misc]
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


@pytest.mark.usefixtures("redis_server")
def test_jobs_of_every_queue_are_done_over_redis() -> None:
    test_jobs_of_every_queue_are_done()


def test_without_a_queue_jobs_are_made_and_done_later(redis_server: RedisServer) -> None:
    new_job()  # on a connection that breaks
    redis_server.kill()
    jobs = [new_job(), new_job()]
    assert Job.objects.filter(status=Status.QUEUED).count() == 3

    late = timezone.now() + timedelta(seconds=11)
    rows = list(Job.objects.values())
    assert reconcile(late).woken == 0
    assert list(Job.objects.values()) == rows

    redis_server.start()
    assert reconcile(late).woken == 3
    with working():
        wait_until(lambda: are_done(*jobs))


def test_queue_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(path)
        silent.listen()
        with over_redis(f"unix://{path}"):
            assert wake([Job(queue=Queue.LOW), Job(queue=Queue.LOW)]) == []


def test_message_is_on_the_queue_of_its_job() -> None:
    wake([Job(queue=Queue.LOW), Job(queue=Queue.CRITICAL)])
    assert broker().queues["low"].qsize() == broker().queues["critical"].qsize() == 1
