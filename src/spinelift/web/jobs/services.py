"""What people and workers do to jobs: each a conditional update, and the event beside it.

Who ends a job opens the `operation` and hands its `publish` on: the audit is the last that the
outermost transaction writes, and the end may be part of a greater deed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from spinelift.contract.generation import Progress
from spinelift.contract.problems import Problem
from spinelift.web.accounts.models import User
from spinelift.web.components import hints
from spinelift.web.errors import NotFound, WebError
from spinelift.web.hints import job_name
from spinelift.web.jobs.changes import (
    BEGUN_ANEW,
    CANCELLED,
    COMPLETED,
    FAILED,
    POSTPONED,
    PROGRESSED,
    PUT_BACK,
    begun,
)
from spinelift.web.jobs.kinds import kind_named, kind_of, known_kinds
from spinelift.web.jobs.models import Job, JobEvent, Queue, Status
from spinelift.web.jobs.queue import wake
from spinelift.web.operations import Publish
from spinelift.web.prepared import PreparedUpdate, insert

FIRST_WAKE = timedelta(seconds=10)
"""After which a job that nobody has begun is woken again."""
WAITING = "Waiting for its turn"


class JobLost(WebError):
    """Whoever works at it may stop: what they would write is not wanted any more."""

    code: ClassVar[str] = "JOB_LOST"

    def __init__(self) -> None:
        super().__init__("The job was ended, or another worker has it.")


class JobUnfinished(WebError):
    """What has not ended cannot be begun again."""

    code: ClassVar[str] = "JOB_UNFINISHED"


class JobDone(WebError):
    """What was completed need not be begun again."""

    code: ClassVar[str] = "JOB_DONE"


def create_job(*, kind: str, subject: UUID, user: User | None, queue: Queue | None = None) -> Job:
    """Make a job, which workers hear of when the caller's transaction has committed."""
    [job] = create_jobs(kind=kind, subjects=[subject], user=user, queue=queue)
    return job


def create_jobs(
    *, kind: str, subjects: Sequence[UUID], user: User | None, queue: Queue | None = None
) -> list[Job]:
    """Make a job for each subject, as `create_job` does."""
    now = timezone.now()
    queue = queue or kind_named(kind).queue
    with transaction.atomic():
        jobs = Job.objects.bulk_create(
            Job(
                kind=kind,
                queue=queue,
                subject=subject,
                user=user,
                message=WAITING,
                due_at=now,
                wake_at=now + FIRST_WAKE,
                updated_at=now,
            )
            for subject in subjects
        )
        JobEvent.objects.bulk_create(_event(job, now) for job in jobs)
        transaction.on_commit(lambda: wake(jobs))
        _hint(jobs)
    return jobs


def claim(*, job_id: UUID) -> Job | None:
    """Begin an attempt; None where that is not to be done now, or not by this process."""
    return _change(begun(frozenset(known_kinds())), job_id, lease_until=_lease_end())


def report_progress(*, job: Job, progress: Progress) -> Job:
    """Say how far this attempt is, which is never less than was said, and extend its lease.

    Raises JobLost.
    """
    return _attempt_change(
        PROGRESSED,
        job,
        stage=progress.stage,
        percent=progress.percent,
        message=progress.message,
        lease_until=_lease_end(),
    )


def extend_lease(*, job: Job) -> None:
    """Say that this attempt goes on. Raises JobLost."""
    this_attempt = Job.objects.filter(id=job.id, status=Status.PROCESSING, attempt=job.attempt)
    if not this_attempt.update(lease_until=_lease_end()):
        raise JobLost


def postpone(*, job: Job, seconds: float, message: str) -> Job:
    """Put it back for a while, as though this attempt had not been. Raises JobLost."""
    return _attempt_change(POSTPONED, job, message=message, due_at=_after(seconds))


def put_back(*, job: Job, seconds: float, message: str) -> Job:
    """Put it back for a while, where it has attempts left. Raises JobLost."""
    return _attempt_change(PUT_BACK, job, message=message, due_at=_after(seconds))


def complete_job(*, publish: Publish, job: Job, result: object = None) -> Job:
    """End this attempt, and the job with it, as there is a result.

    Raises JobLost, and what the kind's `ended` raises; the caller's operation must fail with it.
    """
    ended = _attempt_change(COMPLETED, job)
    kind_of(ended).ended(ended, result, publish)
    return ended


def fail_job(*, publish: Publish, job: Job, problem: Problem) -> Job:
    """End this attempt, and the job with it, for that reason. Raises what `complete_job` does."""
    ended = _attempt_change(FAILED, job, message=problem["message"], error=problem)
    kind_of(ended).ended(ended, None, publish)
    return ended


def cancel_job(*, publish: Publish, job: Job) -> Job:
    """End it from outside, whoever works at it; one that has ended stays as it is.

    Raises NotFound.
    """
    ended = _change(CANCELLED, job.id)
    if ended is None:
        return _stored(job)
    kind_of(ended).ended(ended, None, publish)
    return ended


def retry_job(*, publish: Publish, job: Job) -> Job:
    """Begin anew what failed or was cancelled. Raises JobUnfinished, JobDone and NotFound."""
    with transaction.atomic():
        again = _change(
            BEGUN_ANEW, job.id, message=WAITING, due_at=_after(FIRST_WAKE.total_seconds())
        )
        if again is None:
            if _stored(job).status == Status.COMPLETED:
                raise JobDone("The job was completed: there is nothing to try again.")
            raise JobUnfinished("The job has not ended: wait for it, or cancel it first.")
        kind_of(again).begun_anew(again, publish)
        transaction.on_commit(lambda: wake([again]))
    return again


def _change(change: PreparedUpdate[Job], job_id: UUID, **values: Any) -> Job | None:
    """Change a job where that is as it has to be, and log how it is then; else None.

    What fails in it undoes the whole transaction that it is a part of.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        job = change.first(id=job_id, now=now, **values)
        if job is not None:
            insert(_event(job, now))
            _hint([job])
    return job


def _hint(jobs: Sequence[Job]) -> None:
    """Say that there is news of them, once there is."""
    names = [job_name(job.id) for job in jobs]
    transaction.on_commit(lambda: hints().give(names))


def _attempt_change(change: PreparedUpdate[Job], job: Job, **values: Any) -> Job:
    """The same for who works at it. Raises JobLost."""
    changed = _change(change, job.id, attempt=job.attempt, **values)
    if changed is None:
        raise JobLost
    return changed


def _event(job: Job, now: datetime) -> JobEvent:
    return JobEvent(
        job=job,
        sequence=job.sequence,
        status=job.status,
        stage=job.stage,
        percent=job.percent,
        message=job.message,
        at=now,
    )


def _stored(job: Job) -> Job:
    stored = Job.objects.filter(id=job.id).first()
    if stored is None:
        raise NotFound("The job is not there any more.")
    return stored


def _lease_end() -> datetime:
    return _after(settings.JOBS_LEASE_SECONDS)


def _after(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
