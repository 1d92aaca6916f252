"""Finds the jobs that queues and workers have lost; any number of processes may do it at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)
from django.db.models import F
from django.utils import timezone

from spinelift.contract.problems import Problem
from spinelift.web.actors import SYSTEM
from spinelift.web.jobs.models import ATTEMPTS, Job, Status
from spinelift.web.jobs.queue import wake
from spinelift.web.jobs.services import FIRST_WAKE, JobLost, fail_job
from spinelift.web.operations import operation

log = structlog.get_logger()

MOST = 500
"""Of each sort in a round."""
LONGEST_WAIT = timedelta(minutes=2)
GIVEN_UP: Problem = {
    "code": "JOB_GIVEN_UP",
    "message": (
        f"It was begun {ATTEMPTS} times, and its process ended or hung before it was done: "
        "try again, or tell whoever runs this site."
    ),
    "details": {},
}


@dataclass(frozen=True)
class Reconciled:
    """How many jobs a round has woken, and given up."""

    woken: int
    given_up: int


def reconcile(now: datetime | None = None) -> Reconciled:
    """Do one round."""
    now = now or timezone.now()
    return Reconciled(_wake_again(now), _give_up(now))


def take_over() -> None:
    """Free what earlier processes held, and wake all that waits.

    For the start of a process that knows that no other works, such as one that has the lock of
    the data folder: leases need not lapse first, and what was queued in memory is gone.
    """
    now = timezone.now()
    Job.objects.filter(status=Status.PROCESSING).update(lease_until=now, wake_at=now, wakes=0)
    Job.objects.filter(status=Status.QUEUED).update(wake_at=F("due_at"), wakes=0)


def periodically(
    stop: threading.Event, seconds: float = 2, also: Sequence[Callable[[], object]] = ()
) -> None:
    """Do rounds, and what else is due, until `stop` is set; also without a database."""
    while not stop.is_set():
        try:
            reconcile()
            for round_of in also:
                round_of()
            close_old_connections()
        except Error as error:
            log.warning("jobs.not_reconciled", error=repr(error))
            connection.close()
        except Exception:
            log.exception("jobs.not_reconciled")
            connection.close()
        stop.wait(seconds)
    connection.close()


def _wake_again(now: datetime) -> int:
    """Wake each at longer intervals, so that a long queue is not filled with what is in it."""
    waiting = Job.objects.claimable(now).filter(wake_at__lte=now).order_by("wake_at")
    jobs = list(waiting.only("id", "queue", "wakes")[:MOST])
    woken = set(wake(jobs))
    by_wakes = defaultdict(list)
    for job in jobs:
        if job.id in woken:
            by_wakes[job.wakes].append(job.id)
    for wakes, ids in by_wakes.items():
        wait = min(FIRST_WAKE * 2 ** min(wakes + 1, 8), LONGEST_WAIT)
        # But for those that were begun meanwhile.
        Job.objects.filter(id__in=ids, wakes=wakes, wake_at__lte=now).update(
            wakes=wakes + 1, wake_at=now + wait
        )
    return len(woken)


def _give_up(now: datetime) -> int:
    lost = Job.objects.filter(status=Status.PROCESSING, lease_until__lt=now, attempts_left=0)
    given_up = 0
    for job in lost.order_by("lease_until")[:MOST]:
        try:
            with operation(SYSTEM) as publish:
                fail_job(publish=publish, job=job, problem=GIVEN_UP)
            log.warning("job.given_up", job_id=str(job.id))
            given_up += 1
        except JobLost:
            pass  # to another process that does the same
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            # A bug in how its kind ends, which is not to keep the others from their ends.
            log.exception("job.bug", job_id=str(job.id))
            Job.objects.filter(id=job.id, status=Status.PROCESSING, attempt=job.attempt).update(
                lease_until=now + LONGEST_WAIT
            )
    return given_up
