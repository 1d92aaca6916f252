"""What queues and workers lose is found again, by any number of reconcilers, and not too often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from spinelift.web.actors import SYSTEM
from spinelift.web.audit.services import faults
from spinelift.web.jobs import reconciling
from spinelift.web.jobs.models import ATTEMPTS, Job, Status
from spinelift.web.jobs.queue import broker
from spinelift.web.jobs.reconciling import Reconciled, periodically, reconcile, take_over
from spinelift.web.jobs.services import cancel_job, claim, create_jobs, postpone
from spinelift.web.jobs.work import look
from spinelift.web.operations import operation

from ...processes import wait_until
from .labour import LABOUR, ends, new_job

pytestmark = pytest.mark.django_db


def claimed(job: Job) -> Job:
    found = claim(job_id=job.id)
    assert found is not None
    return found


def messages() -> int:
    return int(broker().queues["mesh_generation"].qsize())


def lapse(job: Job, **values: object) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(id=job.id).update(lease_until=past, **values)


def test_job_that_nobody_begins_is_woken_at_longer_and_longer_intervals() -> None:
    job = new_job()
    woken = [
        second for second in range(600) if reconcile(job.wake_at + timedelta(seconds=second)).woken
    ]
    assert woken == [0, 20, 60, 140, 260, 380, 500]
    assert messages() == len(woken)


def test_job_that_is_begun_or_has_ended_is_not_woken() -> None:
    claimed(new_job())
    with operation(SYSTEM) as publish:
        cancel_job(publish=publish, job=new_job())
    assert reconcile(timezone.now() + timedelta(seconds=1)) == Reconciled(0, 0)
    look(new_job().id)
    assert reconcile(timezone.now() + timedelta(seconds=1)) == Reconciled(0, 0)


def test_postponed_job_is_woken_when_it_is_due() -> None:
    job = postpone(job=claimed(new_job()), seconds=30, message="Later")
    assert reconcile(job.due_at - timedelta(seconds=1)).woken == 0
    assert reconcile(job.due_at).woken == 1


def test_job_whose_worker_is_lost_is_begun_anew() -> None:
    job = claimed(new_job())
    lapse(job)
    assert reconcile() == Reconciled(1, 0)
    assert reconcile() == Reconciled(0, 0)
    assert claimed(job).attempt == 2


def test_job_that_loses_its_workers_is_given_up() -> None:
    job = new_job()
    for _ in range(ATTEMPTS):
        claimed(job)
        lapse(job)
    assert claim(job_id=job.id) is None
    assert reconcile() == Reconciled(0, 1)
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", reconciling.GIVEN_UP)
    assert ends(job) == [("failed", None)]


def test_job_that_cannot_be_given_up_does_not_keep_others() -> None:
    stuck, other = claimed(new_job()), claimed(new_job())
    lapse(stuck, attempts_left=0)
    lapse(other, attempts_left=0)

    def fail(job: Job) -> None:
        if job.id == stuck.id:
            raise ZeroDivisionError

    LABOUR.at_end = fail
    assert reconcile().given_up == 1
    assert ends(other) == [("failed", None)]
    assert reconcile().given_up == 0

    LABOUR.reset()
    assert reconcile(timezone.now() + timedelta(minutes=3)).given_up == 1
    assert ends(stuck) == [("failed", None)]


def test_round_is_bounded() -> None:
    create_jobs(kind=LABOUR.name, subjects=[uuid4() for _ in range(1100)], user=None)
    now = timezone.now() + timedelta(seconds=11)
    assert [reconcile(now).woken for _ in range(4)] == [500, 500, 100, 0]


def test_process_that_is_alone_takes_over_at_once() -> None:
    held, waiting = claimed(new_job()), new_job()
    postponed = postpone(job=claimed(new_job()), seconds=30, message="Later")
    take_over()
    assert reconcile(timezone.now() + timedelta(seconds=1)).woken == 2
    assert claimed(held).attempt == 2
    assert claimed(waiting).attempt == 1
    assert claim(job_id=postponed.id) is None


@pytest.mark.django_db(transaction=True)
def test_reconcilers_at_once_end_each_job_once() -> None:
    jobs = create_jobs(kind=LABOUR.name, subjects=[uuid4() for _ in range(10)], user=None)
    for job in jobs:
        claimed(job)
        lapse(job, attempts_left=0)

    def do(_: int) -> int:
        try:
            return reconcile().given_up
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(do, range(8))) == len(jobs)
    assert all(ends(job) == [("failed", None)] for job in jobs)
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
def test_rounds_go_on_after_one_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [OperationalError("gone"), ZeroDivisionError()]

    def failing_at_first(now: datetime | None = None) -> Reconciled:
        if errors:
            raise errors.pop()
        return reconcile(now)

    monkeypatch.setattr(reconciling, "reconcile", failing_at_first)
    job = new_job()
    Job.objects.update(wake_at=timezone.now())
    stop = threading.Event()
    thread = threading.Thread(target=periodically, args=(stop, 0.01))
    thread.start()
    wait_until(lambda: Job.objects.get(id=job.id).wakes == 1)
    stop.set()
    thread.join()
    assert Job.objects.get(id=job.id).status == Status.QUEUED
