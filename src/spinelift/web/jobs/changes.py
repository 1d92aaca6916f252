"""All that happens to jobs: conditional updates, each of which is one statement.

Nothing here locks a row first: SQLite cannot, and the condition is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import DateTimeField, F, IntegerField, JSONField, TextField, UUIDField
from django.db.models.functions import Coalesce, Greatest

from spinelift.web.jobs.models import ATTEMPTS, UNFINISHED, Job, JobQuerySet, Status
from spinelift.web.prepared import Parameter, PreparedUpdate

ID = Parameter("id", UUIDField())
NOW = Parameter("now", DateTimeField())
DUE_AT = Parameter("due_at", DateTimeField())
LEASE_UNTIL = Parameter("lease_until", DateTimeField())
ATTEMPT = Parameter("attempt", IntegerField())
STAGE = Parameter("stage", TextField())
PERCENT = Parameter("percent", IntegerField())
MESSAGE = Parameter("message", TextField())
ERROR = Parameter("error", JSONField())


def _change(condition: Callable[[], JobQuerySet], **values: Any) -> PreparedUpdate[Job]:
    """With the number of the event that tells of it."""
    return PreparedUpdate(
        lambda: (
            condition().filter(id=ID),
            {"sequence": F("sequence") + 1, "updated_at": NOW, **values},
        )
    )


def _of_attempt() -> JobQuerySet:
    """Jobs at which those work who have this attempt."""
    return Job.objects.filter(status=Status.PROCESSING, attempt=ATTEMPT)


@cache
def begun(kinds: frozenset[str]) -> PreparedUpdate[Job]:
    """An attempt at a job of one of these kinds begins."""
    return _change(
        lambda: Job.objects.claimable(NOW).filter(kind__in=kinds),
        status=Status.PROCESSING,
        stage="",
        percent=0,
        message="Begun",
        attempt=F("attempt") + 1,
        attempts_left=F("attempts_left") - 1,
        lease_until=LEASE_UNTIL,
        wake_at=NOW,
        wakes=0,
        started_at=NOW,
    )


PROGRESSED = _change(
    _of_attempt,
    stage=STAGE,
    percent=Greatest(F("percent"), PERCENT),
    message=MESSAGE,
    lease_until=LEASE_UNTIL,
)
"""It is so far, which is never less than was said."""

_WAITING = {"status": Status.QUEUED, "stage": "", "percent": 0, "message": MESSAGE, "wakes": 0}

PUT_BACK = _change(_of_attempt, **_WAITING, lease_until=None, due_at=DUE_AT, wake_at=DUE_AT)
"""Another attempt is to be made after a while."""

POSTPONED = _change(
    _of_attempt,
    **_WAITING,
    lease_until=None,
    due_at=DUE_AT,
    wake_at=DUE_AT,
    attempts_left=F("attempts_left") + 1,
    postponed_since=Coalesce("postponed_since", NOW),
)
"""The same, as though this attempt had not been."""

COMPLETED = _change(
    _of_attempt,
    status=Status.COMPLETED,
    percent=100,
    message="Done",
    lease_until=None,
    finished_at=NOW,
)
"""This attempt has done it."""

FAILED = _change(
    _of_attempt,
    status=Status.FAILED,
    message=MESSAGE,
    error=ERROR,
    lease_until=None,
    finished_at=NOW,
)
"""It cannot be done."""

CANCELLED = _change(
    lambda: Job.objects.filter(status__in=UNFINISHED),
    status=Status.CANCELLED,
    message="Cancelled",
    lease_until=None,
    finished_at=NOW,
)
"""It is not wanted any more, whoever works at it."""

BEGUN_ANEW = _change(
    lambda: Job.objects.filter(status__in=(Status.FAILED, Status.CANCELLED)),
    **_WAITING,
    error=None,
    attempts_left=ATTEMPTS,
    due_at=NOW,
    postponed_since=None,
    wake_at=DUE_AT,
    started_at=None,
    finished_at=None,
)
"""It waits once more."""
