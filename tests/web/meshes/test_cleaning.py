"""What nobody needs any more goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from spinelift.web.accounts.models import IdempotencyKey, User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.images.services import delete_image
from spinelift.web.jobs.models import Job, Status
from spinelift.web.jobs.services import create_job
from spinelift.web.meshes import cleaning
from spinelift.web.meshes.cleaning import remove_failed_meshes, remove_lost_jobs
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.services import cancel_mesh, remove_mesh, retry_mesh
from spinelift.web.projects.models import Project
from spinelift.web.scheduler import CLEANING, NOTHING, ask_for_cleaning

from ..conftest import actor_of
from .making import EMPTY, FINER, asked_for, batch_of, generated, image_in, work_off

pytestmark = pytest.mark.django_db(transaction=True)

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOMENT = timedelta(seconds=1)


def age(**days: float) -> None:
    """Let all jobs that have ended have done so earlier."""
    ended = Job.objects.exclude(finished_at=None)
    ended.update(finished_at=timezone.now() - timedelta(**days))


def failed(alice: User, project: Project, name: str = "ghost") -> Mesh:
    return generated(alice, image_in(project, name, EMPTY))


def test_failed_and_cancelled_meshes_go_after_a_week_and_others_stay(
    alice: User, project: Project
) -> None:
    image = image_in(project)
    ghost, kept = failed(alice, project), generated(alice, image)
    cancelled = asked_for(alice, image, FINER)
    cancel_mesh(actor=SYSTEM, mesh=cancelled)
    age(days=6.9)
    assert remove_failed_meshes() == 0
    age(days=7.1)
    waiting = asked_for(alice, image)
    assert remove_failed_meshes() == 2
    assert set(Mesh.objects.all()) == {kept, waiting}
    assert set(Job.objects.all()) == {kept.job, waiting.job}
    gone = AuditEntry.objects.filter(action="mesh.deleted", actor="system")
    assert {entry.subject for entry in gone} == {f"mesh/{ghost.id}", f"mesh/{cancelled.id}"}
    assert list(faults()) == []


def test_mesh_that_is_tried_again_meanwhile_stays(
    alice: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ghost, other = failed(alice, project), failed(alice, project, "other")
    age(days=8)

    def retry_the_other(mesh: Mesh) -> None:
        """As somebody might between two removals."""
        (left,) = [one for one in (ghost, other) if one.id != mesh.id]
        remove_mesh(mesh)
        retry_mesh(actor=actor_of(alice), mesh=left)

    monkeypatch.setattr("spinelift.web.meshes.cleaning.remove_mesh", retry_the_other)
    assert remove_failed_meshes() == 1
    assert Mesh.objects.get().status == Status.QUEUED
    assert Job.objects.count() == 1


def test_jobs_whose_mesh_is_gone_go_after_a_day_and_others_stay(
    alice: User, project: Project
) -> None:
    gone, image = image_in(project, "gone"), image_in(project)
    generated(alice, gone)
    kept = generated(alice, image)
    lost = asked_for(alice, gone).job
    delete_image(actor=SYSTEM, image=gone)
    age(hours=23)
    assert remove_lost_jobs() == 0
    age(hours=25)
    assert remove_lost_jobs() == 1
    assert set(Job.objects.all()) == {kept.job, lost}


def test_cleaning_is_a_job_that_does_all_of_it(alice: User, project: Project) -> None:
    failed(alice, project)
    leg = image_in(project, "leg")
    batch = batch_of(alice, project)
    for image in ProjectImage.objects.all():
        delete_image(actor=SYSTEM, image=image)
    IdempotencyKey.objects.create(user=alice, key="1", request="", holder=uuid4())
    IdempotencyKey.objects.update(created_at=timezone.now() - DAY - MOMENT)
    Blob.objects.update(unused_since=timezone.now() - DAY - MOMENT)
    age(days=2)
    create_job(kind=CLEANING, subject=NOTHING, user=None)
    work_off()
    cleaned = Job.objects.get(kind=CLEANING)
    assert (cleaned.status, cleaned.error) == (Status.COMPLETED, None)
    assert not IdempotencyKey.objects.exists()
    assert not Blob.objects.filter(sha256=leg.blob_id).exists()
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert list(faults()) == []


def test_cleaning_is_asked_for_once_an_hour() -> None:
    for _ in range(3):
        ask_for_cleaning()
    assert Job.objects.count() == 1
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    ask_for_cleaning()
    assert Job.objects.count() == 2


def test_round_is_bounded(alice: User, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "MOST", 2)
    for name in ("one", "two", "three"):
        failed(alice, project, name)
    age(days=8)
    assert [remove_failed_meshes() for _ in range(3)] == [2, 1, 0]
