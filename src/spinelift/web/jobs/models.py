"""Jobs, and the log of all that happened to each."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.prepared import Parameter

ATTEMPTS = 3
"""How often a job is begun that does not come to its end, before it is given up."""


class Queue(models.TextChoices):
    """Where workers look for jobs; those of one come before those of the ones after it.

    In the first there is nothing of ours by itself: it lets something go before all that waits.
    """

    CRITICAL = "critical"
    MESH_GENERATION = "mesh_generation"
    BATCH = "batch"
    DEFAULT = "default"
    LOW = "low"


class Status(models.TextChoices):
    """How a job is; the last three are ends."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (Status.QUEUED, Status.PROCESSING)


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def claimable(self, now: datetime | Parameter) -> JobQuerySet:
        """Those that wait and are due, and those whose worker has not been heard of for a lease."""
        waits = Q(status=Status.QUEUED, due_at__lte=now)
        lapsed = Q(status=Status.PROCESSING, lease_until__lt=now)
        return self.filter(waits | lapsed, attempts_left__gt=0)


class Job(models.Model):
    """Something that takes long, which one worker at a time does.

    Attributes
    ----------
    kind
        What is to be done: the name of a `JobKind`.
    subject
        The id of what it is done to; its kind knows what that is.
    user
        Who asked for it, and whose limit of waiting jobs it counts to.
    stage, percent, message, sequence
        As in the last event of its log.
    error
        A `contract.problems.Problem`, where it failed.
    attempt
        How often it was begun. It never goes back, and whoever writes for an earlier attempt
        changes nothing.
    attempts_left
        How often it may be begun yet before it is given up.
    lease_until
        When its worker counts as lost, unless it is heard of before.
    due_at
        It is not begun before that.
    postponed_since
        When it was postponed first, after it was asked for.
    wake_at, wakes
        When the reconciler is to say on its queue that it waits, and how often it has said so.
    updated_at
        When its last event was; nothing that is not in its log changes it.
    started_at
        When its last attempt began.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=16, choices=Queue.choices)
    subject = models.UUIDField()
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="jobs", db_index=False
    )  # the index by user and status is enough
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    stage = models.CharField(max_length=64, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    message = models.TextField(blank=True)
    error = models.JSONField(null=True)
    sequence = models.PositiveIntegerField(default=1)
    attempt = models.PositiveIntegerField(default=0)
    attempts_left = models.PositiveSmallIntegerField(default=ATTEMPTS)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    postponed_since = models.DateTimeField(null=True)
    wake_at = models.DateTimeField()
    wakes = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="job_has_a_queue"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_has_a_status"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="job_has_a_percentage"),
            models.CheckConstraint(
                condition=~Q(status=Status.QUEUED) | Q(attempts_left__gt=0),
                name="job_that_waits_may_be_begun",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.PROCESSING, lease_until__isnull=False)
                | (~Q(status=Status.PROCESSING) & Q(lease_until=None)),
                name="job_is_leased_while_it_is_done",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, finished_at=None)
                | (~Q(status__in=UNFINISHED) & Q(finished_at__isnull=False)),
                name="job_that_has_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED, error__isnull=False)
                | (~Q(status=Status.FAILED) & Q(error__isnull=True)),
                name="job_that_failed_says_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "wake_at"], name="job_to_wake"),
            models.Index(fields=["status", "lease_until"], name="job_by_lease"),
            models.Index(fields=["user", "status"], name="job_of_user"),
            models.Index(fields=["updated_at"], name="job_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.status}"


class JobEvent(models.Model):
    """What a person could see of a job from then on.

    Sequences have no gaps. The percentage never goes back but where an attempt begins, or where
    the job goes back to its queue to be begun anew.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Status.choices)
    stage = models.CharField(max_length=64, blank=True)
    percent = models.PositiveSmallIntegerField()
    message = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["job", "sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "sequence"], name="job_event_has_its_place")
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.status}, {self.percent} %"
