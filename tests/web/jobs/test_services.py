"""Jobs: whatever happens, in whatever order, each is one worker's at a time and ends once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any, Literal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.contract.generation import Progress
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.errors import NotFound
from spinelift.web.jobs.kinds import register
from spinelift.web.jobs.models import ATTEMPTS, UNFINISHED, Job, JobEvent, Queue, Status
from spinelift.web.jobs.queue import broker
from spinelift.web.jobs.reconciling import reconcile
from spinelift.web.jobs.services import (
    JobDone,
    JobLost,
    JobUnfinished,
    cancel_job,
    claim,
    complete_job,
    create_job,
    create_jobs,
    extend_lease,
    fail_job,
    postpone,
    put_back,
    report_progress,
    retry_job,
)
from spinelift.web.operations import operation

from .labour import LABOUR, Labour, ends, new_job, told

THREADS = 20
PROBLEM = {"code": "IMAGE_EMPTY", "message": "There is nothing to see.", "details": {}}


def finish(job: Job, status: Literal[Status.COMPLETED, Status.FAILED] = Status.COMPLETED) -> Job:
    with operation(SYSTEM) as publish:
        if status == Status.FAILED:
            return fail_job(publish=publish, job=job, problem=PROBLEM)
        return complete_job(publish=publish, job=job, result="made")


def cancel(job: Job) -> Job:
    with operation(SYSTEM) as publish:
        return cancel_job(publish=publish, job=job)


def retry(job: Job) -> Job:
    with operation(SYSTEM) as publish:
        return retry_job(publish=publish, job=job)


def claimed(job: Job) -> Job:
    found = claim(job_id=job.id)
    assert found is not None
    return found


def lapse(job: Job) -> None:
    """Let the lease of whoever has it be over."""
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(id=job.id, status=Status.PROCESSING).update(lease_until=past)


def row(job: Job) -> dict[str, Any]:
    return dict(Job.objects.values().get(id=job.id))


class Life:
    """One job, and all who ever had it and may still write.

    `holder` is the attempt that may write; `left` how often the job may be begun.
    """

    def __init__(self) -> None:
        self.job = new_job()
        self.writers: list[Job] = []
        self.holder: int | None = None
        self.left = ATTEMPTS
        self.ends: list[str] = []

    def write(self, number: int, deed: Callable[[Job], object]) -> bool:
        """Let one write of those who had it, counted from the last; whether they have it still."""
        if not self.writers:
            return False
        writer = self.writers[-1 - number % len(self.writers)]
        before = row(self.job)
        if writer.attempt == self.holder:
            deed(writer)
            return True
        with pytest.raises(JobLost):
            deed(writer)
        assert row(self.job) == before
        return False

    def begins(self, _: int) -> None:
        may = self.left > 0 and Job.objects.claimable(timezone.now()).exists()
        found = claim(job_id=self.job.id)
        assert (found is not None) == may
        if found is not None:
            assert all(found.attempt > writer.attempt for writer in self.writers)
            self.writers.append(found)
            self.holder = found.attempt
            self.left -= 1

    def is_due(self, _: int) -> None:
        Job.objects.filter(id=self.job.id).update(due_at=timezone.now())

    def lapses(self, _: int) -> None:
        lapse(self.job)

    def is_a_third_done(self, number: int) -> None:
        self.write(number, lambda writer: report_progress(job=writer, progress=A_THIRD))

    def is_two_thirds_done(self, number: int) -> None:
        self.write(number, lambda writer: report_progress(job=writer, progress=TWO_THIRDS))

    def is_heard_of(self, number: int) -> None:
        self.write(number, lambda writer: extend_lease(job=writer))

    def is_completed(self, number: int) -> None:
        if self.write(number, finish):
            self.ends.append(Status.COMPLETED)
            self.holder = None

    def fails(self, number: int) -> None:
        if self.write(number, lambda writer: finish(writer, Status.FAILED)):
            self.ends.append(Status.FAILED)
            self.holder = None

    def is_postponed(self, number: int) -> None:
        if self.write(number, lambda writer: postpone(job=writer, seconds=60, message="Later")):
            self.holder = None
            self.left += 1

    def is_put_back(self, number: int) -> None:
        if self.left and self.write(
            number, lambda writer: put_back(job=writer, seconds=60, message="Again")
        ):
            self.holder = None

    def is_cancelled(self, _: int) -> None:
        before = row(self.job)
        after = cancel(self.job)
        if before["status"] in UNFINISHED:
            assert after.status == Status.CANCELLED
            self.ends.append(Status.CANCELLED)
            self.holder = None
        else:
            assert row(self.job) == before

    def is_tried_again(self, _: int) -> None:
        before = row(self.job)
        if before["status"] in (Status.FAILED, Status.CANCELLED):
            retry(self.job)
            self.left = ATTEMPTS
        else:
            with pytest.raises((JobUnfinished, JobDone)):
                retry(self.job)
            assert row(self.job) == before

    def is_reconciled(self, _: int) -> None:
        Job.objects.filter(id=self.job.id).update(wake_at=timezone.now())
        if reconcile().given_up:
            assert self.left == 0
            self.ends.append(Status.FAILED)
            self.holder = None

    def check(self) -> None:
        over = [status for status, _ in told(self.job) if status not in UNFINISHED]
        assert [status for status, _ in ends(self.job)] == over == self.ends
        stored = row(self.job)
        assert stored["attempts_left"] == self.left <= ATTEMPTS
        events = list(JobEvent.objects.filter(job=self.job).order_by("sequence").values())
        for field in ("sequence", "status", "stage", "percent", "message"):
            assert events[-1][field] == stored[field]
        for one, after in pairwise(events):
            if after["message"] != "Begun" and after["status"] != Status.QUEUED:
                assert after["percent"] >= one["percent"]
            if one["status"] not in UNFINISHED:
                assert after["status"] == Status.QUEUED


A_THIRD = Progress(33, "polygon", "Choosing")
TWO_THIRDS = Progress(67, "quality", "Measuring")
STEPS = (
    *(Life.begins, Life.begins, Life.is_due, Life.lapses, Life.is_heard_of, Life.is_reconciled),
    *(Life.is_a_third_done, Life.is_two_thirds_done, Life.is_postponed, Life.is_put_back),
    *(Life.is_completed, Life.fails, Life.is_cancelled, Life.is_tried_again, Life.is_tried_again),
)
WHO = (0, 0, 0, 1, 2)


@pytest.mark.django_db
@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(WHO)), min_size=15, max_size=40))
def test_each_end_is_told_once_and_late_writers_change_nothing(
    steps: list[tuple[Callable[[Life, int], None], int]],
) -> None:
    Job.objects.all().delete()
    life = Life()
    for step, number in steps:
        step(life, number)
        life.check()


def at_once(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """What each gives, or the error that it ended with, when all are done at the same time."""
    barrier = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return deed()
        except JobLost as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_claim_at_once_one_has_the_job() -> None:
    job = new_job()
    for attempt in (1, 2):
        found = at_once([lambda: claim(job_id=job.id)] * THREADS)
        [winner] = [one for one in found if one is not None]
        assert isinstance(winner, Job)
        assert winner.attempt == attempt
        lapse(job)
    assert told(job) == [("queued", 0), ("processing", 0), ("processing", 0)]


@pytest.mark.django_db(transaction=True)
def test_of_ends_at_once_one_counts() -> None:
    job = claimed(new_job())
    deeds = [lambda: finish(job), lambda: finish(job, Status.FAILED), lambda: cancel(job)] * 4
    at_once(deeds)
    [(status, _)] = ends(job)
    assert told(job)[-1][0] == status == row(job)["status"]
    assert len(told(job)) == 3


@pytest.mark.django_db(transaction=True)
def test_events_of_writers_at_once_have_their_places() -> None:
    job = claimed(new_job())
    progress = [Progress(percent, "stage", "") for percent in range(0, 100, 5)]
    at_once([lambda one=one: report_progress(job=job, progress=one) for one in progress])  # type: ignore[misc]
    percents = [percent for _, percent in told(job)]
    assert len(percents) == 2 + len(progress)
    assert percents == sorted(percents)


@pytest.mark.django_db
def test_jobs_are_made_in_numbers_and_woken_when_committed(
    alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    subjects = [uuid4() for _ in range(500)]
    with django_capture_on_commit_callbacks(execute=True):
        jobs = create_jobs(kind=LABOUR.name, subjects=subjects, user=alice, queue=Queue.BATCH)
        assert broker().queues["batch"].qsize() == 0
    assert broker().queues["batch"].qsize() == 500
    assert [job.subject for job in jobs] == subjects
    assert Job.objects.filter(user=alice, status=Status.QUEUED).count() == 500
    assert JobEvent.objects.count() == 500
    assert told(jobs[-1]) == [("queued", 0)]


@pytest.mark.django_db
def test_job_waits_where_its_kind_says() -> None:
    assert new_job().queue == Queue.MESH_GENERATION
    assert new_job(queue=Queue.CRITICAL).queue == Queue.CRITICAL


@pytest.mark.django_db
def test_job_whose_kind_is_not_known_here_is_left_to_others() -> None:
    with pytest.raises(LookupError):
        create_job(kind="of tomorrow", subject=uuid4(), user=None)
    job = new_job()
    Job.objects.filter(id=job.id).update(kind="of tomorrow")
    assert claim(job_id=job.id) is None
    assert row(job)["attempts_left"] == ATTEMPTS


def test_two_kinds_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="another kind"):
        register(Labour())


@pytest.mark.django_db
def test_job_outlives_who_asked_for_it(alice: User) -> None:
    job = new_job(user=alice)
    alice.delete()
    assert row(job)["user_id"] is None


@pytest.mark.django_db
def test_ended_job_says_how() -> None:
    done, failed = claimed(new_job()), claimed(new_job())
    report_progress(job=failed, progress=Progress(40, "polygon", "Choosing"))
    done, failed = finish(done), finish(failed, Status.FAILED)
    assert (done.percent, done.error) == (100, None)
    assert (failed.stage, failed.percent, failed.error) == ("polygon", 40, PROBLEM)
    assert done.finished_at is not None
    assert ends(done) == [("completed", "made")]


@pytest.mark.django_db
def test_end_that_its_kind_cannot_write_is_none() -> None:
    job = claimed(new_job())
    before = row(job)

    def fail(_: Job) -> None:
        raise ZeroDivisionError

    LABOUR.at_end = fail
    for deed in (finish, cancel):
        with pytest.raises(ZeroDivisionError):
            deed(job)
    assert row(job) == before
    assert ends(job) == []


@pytest.mark.django_db
def test_cancelled_job_can_be_tried_again_and_its_first_worker_is_too_late() -> None:
    job = claimed(new_job())
    cancel(job)
    assert ends(job) == [("cancelled", None)]
    again = retry(job)
    assert (again.status, again.percent, again.error) == ("queued", 0, None)
    with pytest.raises(JobLost):
        finish(job)
    finish(claimed(job))
    with pytest.raises(JobLost):
        finish(job)
    with pytest.raises(JobDone):
        retry(job)
    assert [status for status, _ in ends(job)] == ["cancelled", "completed"]


@pytest.mark.django_db
def test_nothing_can_be_done_to_a_job_that_is_gone() -> None:
    job = claimed(new_job())
    Job.objects.all().delete()
    for lost in (finish, lambda job: extend_lease(job=job)):
        with pytest.raises(JobLost):
            lost(job)
    for unknown in (cancel, retry):
        with pytest.raises(NotFound):
            unknown(job)
    assert claim(job_id=job.id) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"queue": "fast"},
        {"status": "lost"},
        {"percent": 101},
        {"attempts_left": 0},
        {"lease_until": "2026-01-01T00:00Z"},
        {"status": "cancelled"},
        {"error": PROBLEM},
    ],
)
def test_database_refuses_jobs_that_cannot_be(values: dict[str, Any]) -> None:
    job = new_job()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(id=job.id).update(**values)
