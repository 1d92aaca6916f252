"""While a job is done, its row says how far it is and that its worker is alive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from structlog.testing import capture_logs

from spinelift.contract.generation import Progress
from spinelift.web.actors import SYSTEM
from spinelift.web.jobs.models import Job, JobEvent, Status
from spinelift.web.jobs.services import JobLost, cancel_job, claim
from spinelift.web.jobs.tracker import ProgressTracker
from spinelift.web.operations import operation

from ...processes import wait_until
from .labour import new_job, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job() -> Iterator[Job]:
    found = claim(job_id=new_job().id)
    assert found is not None
    with override_settings(JOBS_LEASE_SECONDS=1):
        yield found


def in_a_thread(deed: Callable[[], object]) -> None:
    thread = threading.Thread(target=deed)
    thread.start()
    thread.join()


def test_progress_is_logged_whoever_tells_it(job: Job) -> None:
    with ProgressTracker(job) as tracker:
        for percent in (10, 60):
            in_a_thread(lambda percent=percent: tracker(Progress(percent, "stage", "")))  # type: ignore[misc]
            wait_until(lambda percent=percent: told(job)[-1] == ("processing", percent))  # type: ignore[misc]


def test_of_progress_in_a_hurry_the_last_is_logged(job: Job) -> None:
    with ProgressTracker(job) as tracker:
        for percent in range(100):
            tracker(Progress(percent, "stage", ""))
        wait_until(lambda: told(job)[-1] == ("processing", 99))
    assert len(told(job)) < 50


def test_lease_is_extended_while_nothing_is_told(job: Job) -> None:
    Job.objects.update(lease_until=timezone.now())
    with ProgressTracker(job):
        for _ in range(2):
            before = timezone.now()
            wait_until(
                lambda before=before: Job.objects.filter(  # type: ignore[misc]
                    lease_until__gt=before + timedelta(seconds=1)
                ).exists()
            )
    assert JobEvent.objects.count() == 2


def test_who_works_hears_that_the_job_is_lost(job: Job) -> None:
    with ProgressTracker(job) as tracker:
        with operation(SYSTEM) as publish:
            cancel_job(publish=publish, job=job)
        with pytest.raises(JobLost):
            wait_until(lambda: tracker(Progress(50, "stage", "")))
    assert told(job)[-1] == ("cancelled", 0)


def test_progress_that_cannot_be_written_does_not_end_the_work(job: Job) -> None:
    with capture_logs() as logs, ProgressTracker(job) as tracker:
        tracker(Progress(101, "stage", "More than all"))  # which the database refuses
        wait_until(lambda: logs)
        Job.objects.update(lease_until=timezone.now())
        wait_until(Job.objects.filter(lease_until__gt=timezone.now()).exists)
        tracker(Progress(50, "stage", ""))
        wait_until(lambda: told(job)[-1] == ("processing", 50))


def test_nothing_is_written_when_the_work_has_ended(job: Job) -> None:
    with ProgressTracker(job) as tracker:
        pass
    tracker(Progress(50, "stage", ""))
    assert told(job)[-1] == ("processing", 0)
    assert Job.objects.get().status == Status.PROCESSING
    assert connection.is_usable()
