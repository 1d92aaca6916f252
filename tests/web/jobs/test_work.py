"""What a worker does with a job: whatever happens in it, its row says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from spinelift.contract.generation import OnProgress, Progress
from spinelift.mesh.errors import ImageEmpty
from spinelift.web.actors import SYSTEM
from spinelift.web.errors import NotFound
from spinelift.web.jobs.kinds import Postponed
from spinelift.web.jobs.models import ATTEMPTS, Job, Status
from spinelift.web.jobs.services import cancel_job, retry_job
from spinelift.web.jobs.work import look
from spinelift.web.operations import operation

from .labour import LABOUR, ends, new_job, told

pytestmark = pytest.mark.django_db


def raising(error: Exception) -> Callable[[Job, OnProgress], str]:
    def script(_: Job, __: OnProgress) -> str:
        raise error

    return script


def look_at(job: Job) -> Job:
    look(job.id)
    job.refresh_from_db()
    return job


def code(job: Job) -> object:
    assert job.error is not None
    return job.error["code"]


def make_due(job: Job) -> None:
    Job.objects.filter(id=job.id).update(due_at=timezone.now())


def test_job_is_done_once_however_often_it_is_looked_at() -> None:
    job = look_at(new_job())
    look_at(job)
    assert (job.status, job.percent, job.attempt) == ("completed", 100, 1)
    assert ends(job) == [("completed", "attempt 1")]
    assert told(job) == [("queued", 0), ("processing", 0), ("completed", 100)]


def test_job_is_done_outside_of_transactions() -> None:
    depth = len(connection.savepoint_ids)

    def script(_: Job, __: OnProgress) -> str:
        assert len(connection.savepoint_ids) == depth
        return ""

    LABOUR.script = script
    assert look_at(new_job()).status == Status.COMPLETED


def test_job_that_is_not_there_is_none() -> None:
    look(uuid4())


@pytest.mark.parametrize(
    ("error", "code"),
    [(ImageEmpty("There is nothing to see."), "IMAGE_EMPTY"), (NotFound("Gone."), "NOT_FOUND")],
)
def test_what_the_person_is_to_be_told_ends_the_job(error: Exception, code: str) -> None:
    LABOUR.script = raising(error)
    job = look_at(new_job())
    assert (job.status, job.message) == ("failed", str(error))
    assert job.error == {"code": code, "message": str(error), "details": {}}
    assert ends(job) == [("failed", None)]


def test_bug_is_tried_again_later_and_then_told() -> None:
    LABOUR.script = raising(ZeroDivisionError())
    job = new_job()
    for left in (2, 1):
        look_at(job)
        assert (job.status, job.attempts_left) == ("queued", left)
        look_at(job)
        assert job.attempt == ATTEMPTS - left
        make_due(job)
    assert look_at(job).status == "failed"
    assert code(job) == "INTERNAL"
    assert ends(job) == [("failed", None)]


def test_bug_in_an_end_is_tried_again_too() -> None:
    def fail_once(job: Job) -> None:
        if job.attempt == 1:
            raise ZeroDivisionError

    LABOUR.at_end = fail_once
    job = look_at(new_job())
    assert job.status == "queued"
    make_due(job)
    assert look_at(job).status == "completed"
    assert ends(job) == [("completed", "attempt 2")]


def test_bug_in_every_end_leaves_the_job_to_the_reconciler() -> None:
    def fail(_: Job) -> None:
        raise ZeroDivisionError

    LABOUR.at_end = fail
    job = new_job()
    for _ in range(ATTEMPTS):
        make_due(job)
        look_at(job)
    assert (job.status, job.attempts_left) == ("processing", 0)
    assert ends(job) == []


def test_what_will_pass_uses_up_no_attempt() -> None:
    LABOUR.script = raising(Postponed(30, "The mesh service does not answer."))
    job = new_job()
    for _ in range(2 * ATTEMPTS):
        make_due(job)
        before = timezone.now()
        look_at(job)
        assert (job.status, job.attempts_left) == ("queued", ATTEMPTS)
        assert job.message == "The mesh service does not answer."
        assert job.due_at >= before + timedelta(seconds=30)


def test_what_has_not_passed_in_an_hour_is_given_up() -> None:
    LABOUR.script = raising(Postponed(30, "The mesh service does not answer."))
    job = look_at(new_job())
    Job.objects.update(postponed_since=timezone.now() - timedelta(minutes=61))
    make_due(job)
    look_at(job)
    assert (job.status, code(job)) == ("failed", "JOB_GIVEN_UP")
    assert "does not answer. It was tried again for an hour." in job.message

    with operation(SYSTEM) as publish:
        retry_job(publish=publish, job=job)
    assert look_at(job).status == "queued"


def test_job_that_is_cancelled_while_it_is_done_stays_cancelled() -> None:
    def too_late(job: Job, _: OnProgress) -> str:
        with operation(SYSTEM) as publish:
            cancel_job(publish=publish, job=job)
        return "too late"

    def with_a_bug(job: Job, on_progress: OnProgress) -> str:
        too_late(job, on_progress)
        raise ZeroDivisionError

    for script in (too_late, with_a_bug):
        LABOUR.script = script
        job = look_at(new_job())
        assert job.status == "cancelled"
        assert ends(job) == [("cancelled", None)]


def test_database_that_is_lost_leaves_the_job_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    job = new_job()

    def lost(**_: object) -> None:
        raise OSError

    monkeypatch.setattr("spinelift.web.jobs.work.claim", lost)
    assert look_at(job).status == "queued"


def test_progress_in_a_hurry_is_left_out() -> None:
    def script(_: Job, on_progress: OnProgress) -> str:
        for percent in range(100):
            on_progress(Progress(percent, "stage", ""))
        return ""

    LABOUR.script = script
    assert len(told(look_at(new_job()))) == 3
