"""Worker processes that are killed: what they did is done again, and counts once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from spinelift.web.jobs.models import Job, Status
from spinelift.web.jobs.services import create_jobs

from ...processes import wait_until
from .labour import LABOUR, ends, new_job, told

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working(seconds: float, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that takes so long for each job; killed at the end of the block."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.web.jobs.process_settings",
        "DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "JOBS_BROKER": json.dumps(settings.JOBS_BROKER),
    }
    with subprocess.Popen(
        (sys.executable, "-m", "tests.web.jobs.worker_process", str(seconds)),
        env=os.environ | environment | variables,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def count(**values: Any) -> int:
    return Job.objects.filter(**values).count()


@pytest.mark.usefixtures("redis_server")
def test_job_of_a_killed_worker_is_done_by_another_once() -> None:
    job = new_job()
    with working(3600):
        wait_until(lambda: told(job)[-1] == ("processing", 10))
    with working(0):
        wait_until(lambda: count(status=Status.COMPLETED))
    assert ends(job) == [("completed", "attempt 2")]
    assert told(job) == [
        ("queued", 0),
        ("processing", 0),
        ("processing", 10),
        ("processing", 0),
        ("completed", 100),
    ]


@pytest.mark.usefixtures("redis_server")
def test_job_that_takes_longer_than_its_lease_is_done_by_one_worker() -> None:
    job = new_job()
    with working(4), working(4):
        wait_until(lambda: count(status=Status.COMPLETED))
    assert ends(job) == [("completed", "attempt 1")]


@pytest.mark.usefixtures("redis_server")
def test_job_that_kills_its_workers_is_given_up() -> None:
    job = new_job()
    for _ in range(3):
        with working(-1) as process:
            assert process.wait(60) != 0
    with working(-1):
        wait_until(lambda: count(status=Status.FAILED))
    assert ends(job) == [("failed", None)]
    assert Job.objects.get().attempt == 3


@pytest.mark.usefixtures("redis_server")
def test_process_that_is_told_to_stop_ends_what_it_has_begun() -> None:
    job = new_job()
    with working(1) as process:
        wait_until(lambda: count(status=Status.PROCESSING))
        process.terminate()
        assert process.wait(60) == 0
    assert ends(job) == [("completed", "attempt 1")]


def test_jobs_in_one_process_outlive_it() -> None:
    jobs = create_jobs(kind=LABOUR.name, subjects=[uuid4() for _ in range(50)], user=None)
    for done in (5, 20):
        with working(0.2, JOBS_ALONE="yes"):
            wait_until(lambda done=done: count(status=Status.COMPLETED) >= done)  # type: ignore[misc]
    with working(0, JOBS_ALONE="yes"):
        wait_until(lambda: count(status=Status.COMPLETED) == len(jobs))
    assert [len(ends(job)) for job in jobs] == [1] * len(jobs)
