"""What changes jobs: each a conditional update that counts its rows, and the event beside it.

Nothing here locks a row first: SQLite cannot, and the condition is enough. Who ends a job opens the
`operation` and hands its `publish` on: the audit is the last that the outermost transaction writes,
and the end may be part of a greater deed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from spinelift.contract.generation import Progress
from spinelift.contract.problems import Problem
from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound, WebError
from spinelift.web.jobs.kinds import kind_named, kind_of, known_kinds
from spinelift.web.jobs.models import (
    ATTEMPTS,
    UNFINISHED,
    Job,
    JobEvent,
    JobQuerySet,
    Queue,
    Status,
)
from spinelift.web.jobs.queue import wake
from spinelift.web.operations import Publish

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
            )
            for subject in subjects
        )
        JobEvent.objects.bulk_create(_event(job, now) for job in jobs)
        transaction.on_commit(lambda: wake(jobs))
    return jobs


def claim(*, job_id: UUID) -> Job | None:
    """Begin an attempt; None where that is not to be done now, or not by this process."""
    now = timezone.now()
    return _change(
        job_id,
        Job.objects.claimable(now).filter(kind__in=known_kinds()),
        now,
        status=Status.PROCESSING,
        stage="",
        percent=0,
        message="Begun",
        attempt=F("attempt") + 1,
        attempts_left=F("attempts_left") - 1,
        lease_until=now + _lease(),
        wake_at=now,
        wakes=0,
        started_at=now,
    )


def report_progress(*, job: Job, progress: Progress) -> Job:
    """Say how far this attempt is, which is never less than was said, and extend its lease.

    Raises JobLost.
    """
    now = timezone.now()
    return _found(
        _change(
            job.id,
            _of_attempt(job),
            now,
            stage=progress.stage,
            percent=Greatest(F("percent"), Value(progress.percent)),
            message=progress.message,
            lease_until=now + _lease(),
        )
    )


def extend_lease(*, job: Job) -> None:
    """Say that this attempt goes on. Raises JobLost."""
    lease_until = timezone.now() + _lease()
    if not _of_attempt(job).filter(id=job.id).update(lease_until=lease_until):
        raise JobLost


def postpone(*, job: Job, seconds: float, message: str) -> Job:
    """Put it back for a while, as though this attempt had not been. Raises JobLost."""
    return _put_back(
        job,
        seconds,
        message,
        attempts_left=F("attempts_left") + 1,
        postponed_since=Coalesce("postponed_since", timezone.now()),
    )


def put_back(*, job: Job, seconds: float, message: str) -> Job:
    """Put it back for a while, where it has attempts left. Raises JobLost."""
    return _put_back(job, seconds, message)


def end_job(
    *,
    publish: Publish,
    job: Job,
    status: Literal[Status.COMPLETED, Status.FAILED],
    result: object = None,
    problem: Problem | None = None,
) -> Job:
    """End this attempt, and the job with it: completed with a result, or failed with a problem.

    Raises JobLost, and what the kind's `ended` raises; the caller's operation must fail with it.
    """
    return _found(_end(publish, job, _of_attempt(job), status, result, problem))


def cancel_job(*, publish: Publish, job: Job) -> Job:
    """End it from outside, whoever works at it; one that has ended stays as it is.

    Raises NotFound.
    """
    unfinished = Job.objects.filter(status__in=UNFINISHED)
    return _end(publish, job, unfinished, Status.CANCELLED) or _stored(job)


def retry_job(*, publish: Publish, job: Job) -> Job:
    """Begin anew what failed or was cancelled. Raises JobUnfinished, JobDone and NotFound."""
    now = timezone.now()
    with transaction.atomic():
        again = _change(
            job.id,
            Job.objects.filter(status__in=(Status.FAILED, Status.CANCELLED)),
            now,
            status=Status.QUEUED,
            stage="",
            percent=0,
            message=WAITING,
            error=None,
            attempts_left=ATTEMPTS,
            due_at=now,
            postponed_since=None,
            wake_at=now + FIRST_WAKE,
            wakes=0,
            started_at=None,
            finished_at=None,
        )
        if again is None:
            if _stored(job).status == Status.COMPLETED:
                raise JobDone("The job was completed: there is nothing to try again.")
            raise JobUnfinished("The job has not ended: wait for it, or cancel it first.")
        kind_of(again).begun_anew(again, publish)
        transaction.on_commit(lambda: wake([again]))
    return again


def _change(job_id: UUID, condition: JobQuerySet, now: datetime, **values: Any) -> Job | None:
    """Change a job where the condition holds, and log how it is then; else None.

    The update locks the row, so that what is read after it is what this update made.
    """
    with transaction.atomic():
        if not condition.filter(id=job_id).update(sequence=F("sequence") + 1, **values):
            return None
        job = Job.objects.get(id=job_id)
        _event(job, now).save(force_insert=True)
    return job


def _put_back(job: Job, seconds: float, message: str, **values: Any) -> Job:
    now = timezone.now()
    due_at = now + timedelta(seconds=seconds)
    return _found(
        _change(
            job.id,
            _of_attempt(job),
            now,
            status=Status.QUEUED,
            stage="",
            percent=0,
            message=message,
            lease_until=None,
            due_at=due_at,
            wake_at=due_at,
            wakes=0,
            **values,
        )
    )


def _end(
    publish: Publish,
    job: Job,
    condition: JobQuerySet,
    status: Status,
    result: object = None,
    problem: Problem | None = None,
) -> Job | None:
    now = timezone.now()
    values: dict[str, Any] = {"message": "Cancelled"}
    if status == Status.COMPLETED:
        values = {"message": "Done", "percent": 100}
    elif problem is not None:
        values = {"message": problem["message"], "error": problem}
    ended = _change(
        job.id, condition, now, status=status, lease_until=None, finished_at=now, **values
    )
    if ended is not None:
        kind_of(ended).ended(ended, result, publish)
    return ended


def _of_attempt(job: Job) -> JobQuerySet:
    """Jobs at which those work who have this attempt."""
    return Job.objects.filter(status=Status.PROCESSING, attempt=job.attempt)


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


def _found(job: Job | None) -> Job:
    if job is None:
        raise JobLost
    return job


def _stored(job: Job) -> Job:
    stored = Job.objects.filter(id=job.id).first()
    if stored is None:
        raise NotFound("The job is not there any more.")
    return stored


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOBS_LEASE_SECONDS)
