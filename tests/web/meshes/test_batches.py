"""Batches: each of their meshes ends by itself, and they end once, in whatever order."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from spinelift.contract.generation import MeshRequest
from spinelift.mesh.errors import ImageEmpty
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.images.services import delete_image
from spinelift.web.jobs.models import UNFINISHED, Job, Queue, Status
from spinelift.web.jobs.services import claim
from spinelift.web.jobs.work import look
from spinelift.web.meshes.batches import cancel_batch, retry_batch
from spinelift.web.meshes.cleaning import finish_batches
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.meshes.services import (
    MeshGenerationService,
    NothingToMesh,
    cancel_mesh,
    lock_mesh,
)
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project

from ..conftest import actor_of, asking, error
from .making import (
    EMPTY,
    FINER,
    ORDER,
    asked_for,
    batch_of,
    generated,
    generating,
    image_in,
    in_a_thread,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20


def events_of(batch: Batch) -> list[str]:
    found = AuditEntry.objects.filter(subject=f"batch/{batch.id}").order_by("sequence")
    return [entry.action.removeprefix("batch.") for entry in found]


def project_with(images: int) -> tuple[User, Project]:
    user = User.objects.create_user(f"{uuid4()}@example.com")
    project = create_project(actor=SYSTEM, owner=user, name="Fox")
    for number in range(images):
        image_in(project, f"image {number}")
    return user, project


def fail_some(request: MeshRequest) -> None:
    if request.name.endswith(("3", "7")):
        raise ImageEmpty(f"{request.name} is empty.")


@given(seed=st.integers(0, 2**32), cancelled=st.integers(0, 8))
@settings(max_examples=8)
def test_batch_ends_once_whatever_the_order_of_the_ends_of_its_meshes(
    seed: int, cancelled: int
) -> None:
    """In as many threads as there are meshes, some cancelled meanwhile, some failing."""
    user, project = project_with(THREADS)
    batch = batch_of(user, project)
    meshes = list(batch.meshes.select_related("job", "image"))
    dice = random.Random(seed)
    deeds: list[tuple[bool, Mesh]] = [(False, mesh) for mesh in meshes]
    deeds += [(True, mesh) for mesh in dice.sample(meshes, cancelled)]
    dice.shuffle(deeds)

    def work(deed: tuple[bool, Mesh]) -> None:
        is_cancelled, mesh = deed
        assert mesh.job is not None
        if is_cancelled:
            cancel_mesh(actor=SYSTEM, mesh=mesh)
        else:
            look(mesh.job.id)

    with generating("ready", fail_some), ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(in_a_thread(work), deeds))

    shown = asking(user)("GET", f"/batches/{batch.id}").json()
    found = Counter(Job.objects.filter(mesh__batch=batch).values_list("status", flat=True))
    assert not {*UNFINISHED} & {*found}
    assert shown["total"] == THREADS == sum(found.values())
    for status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED):
        assert shown[status] == found[status]
    assert (shown["progress"], shown["finished_at"] is None) == (100, False)
    assert events_of(batch) == ["requested", "finished"]
    finished = AuditEntry.objects.get(action="batch.finished", subject=f"batch/{batch.id}")
    assert finished.after == {
        "completed": found["completed"],
        "failed": found["failed"],
        "cancelled": found["cancelled"],
    }
    assert list(faults()) == []


@pytest.mark.parametrize("round", range(3))
def test_batch_can_be_cancelled_and_tried_again_while_its_meshes_end(round: int) -> None:
    """Those who end jobs and those who end batches never wait for each other."""
    user, project = project_with(12)
    batch = batch_of(user, project)
    jobs = list(Job.objects.values_list("id", flat=True))
    random.Random(round).shuffle(jobs)

    def work(number: int) -> None:
        if number % 4 == 3:
            change = cancel_batch if number % 8 == 3 else retry_batch
            change(actor=SYSTEM, batch=batch)
        else:
            for job in jobs:
                look(job)

    with generating("ready"), ThreadPoolExecutor(16) as threads:
        list(threads.map(in_a_thread(work), range(16)))
        while Job.objects.filter(status=Status.QUEUED).exists():
            work_off()

    batch.refresh_from_db()
    assert batch.finished_at is not None
    events = events_of(batch)
    assert events[0] == "requested"
    assert events[-1] == "finished"
    assert events.count("finished") <= 1 + events.count("retried")
    assert not Job.objects.filter(status__in=UNFINISHED).exists()
    assert list(faults()) == []


def test_batch_is_of_the_images_that_are_named_and_in_the_project(
    alice: User, project: Project
) -> None:
    arm, leg = image_in(project, "arm"), image_in(project, "leg")
    other = create_project(actor=SYSTEM, owner=alice, name="Wolf")
    foreign = image_in(other, "tail")
    ask, place = asking(alice), f"/projects/{project.id}/batches"
    wanted = {"images": [str(arm.id), str(arm.id), str(foreign.id), str(uuid4())]}
    shown = ask("POST", place, wanted).json()
    assert (shown["total"], shown["status"], shown["progress"]) == (1, "queued", 0)
    assert Mesh.objects.get().image == arm
    assert Job.objects.get().queue == Queue.BATCH
    entry = AuditEntry.objects.get(action="batch.requested")
    assert entry.after == {
        "preset": None,
        "target": None,
        "parameters": ORDER.parameters.to_mapping(),
        "images": 1,
    }
    for nobody in ([], [str(foreign.id)]):
        assert error(ask("POST", place, {"images": nobody})) == (422, "NOTHING_TO_MESH")
    assert ask("POST", place, {}).json()["total"] == 2
    assert leg.meshes.count() == 1
    assert [one["total"] for one in ask("GET", place).json()["items"]] == [2, 1]


def test_locked_images_are_passed_over_unless_they_are_wanted(
    alice: User, project: Project
) -> None:
    """By the mesh that there is, not by what came to nothing after it."""
    arm = image_in(project, "arm")
    mesh = generated(alice, arm)
    ask = asking(alice)
    for is_locked in (True, True, False, True):
        shown = ask("PATCH", f"/meshes/{mesh.id}", {"locked": is_locked}).json()
        assert shown["locked"] == is_locked
    found = AuditEntry.objects.filter(action__in=("mesh.locked", "mesh.unlocked"))
    assert found.count() == 3
    cancel_mesh(actor=SYSTEM, mesh=asked_for(alice, arm))
    service = MeshGenerationService()
    wanted: dict[str, Any] = {"actor": SYSTEM, "user": alice, "project": project, "order": ORDER}
    for images in (None, [arm]):
        with pytest.raises(NothingToMesh):
            service.generate_batch(**wanted, images=images)
    assert not Batch.objects.exists()
    assert service.generate_batch(**wanted, images=None, with_locked=True).meshes.count() == 1


def test_cancelled_batch_keeps_what_is_done_and_stops_what_is_not(
    alice: User, project: Project
) -> None:
    for name in ("arm", "leg", "tail"):
        image_in(project, name)
    batch = batch_of(alice, project)
    done, begun, _ = Job.objects.order_by("id")
    look(done.id)
    assert claim(job_id=begun.id) is not None
    cancel_batch(actor=actor_of(alice), batch=batch)
    cancel_batch(actor=actor_of(alice), batch=batch)
    shown = asking(alice)("GET", f"/batches/{batch.id}").json()
    assert (shown["status"], shown["completed"], shown["cancelled"]) == ("cancelled", 1, 2)
    assert events_of(batch) == ["requested", "cancelled", "finished"]
    assert AuditEntry.objects.filter(action="mesh.cancelled").count() == 2


def test_what_failed_is_tried_again_and_the_batch_ends_again(alice: User, project: Project) -> None:
    for name in ("arm", "leg"):
        image_in(project, name)
    image_in(project, "ghost", EMPTY)
    batch = batch_of(alice, project)
    work_off()
    ask, place = asking(alice), f"/batches/{batch.id}"
    assert ask("GET", place).json()["status"] == "failed"
    (failed,) = ask("GET", f"{place}/meshes?status=failed").json()["items"]
    assert failed["error"]["code"] == "IMAGE_EMPTY"
    assert ask("GET", f"{place}/meshes").json()["count"] == 3
    assert ask("POST", f"{place}/retry").json() == {"retried": 1}
    again = ask("GET", place).json()
    assert (again["status"], again["finished_at"]) == ("processing", None)
    work_off()
    assert retry_batch(actor=actor_of(alice), batch=batch) == 1
    cancel_batch(actor=actor_of(alice), batch=batch)
    assert events_of(batch) == [
        *("requested", "finished", "retried", "finished", "retried", "cancelled", "finished")
    ]
    assert AuditEntry.objects.filter(action="mesh.retried").count() == 2
    entry = AuditEntry.objects.filter(action="batch.retried").first()
    assert entry is not None
    assert entry.after == {"meshes": 1}
    ask("DELETE", f"/meshes/{failed['id']}")
    assert ask("POST", f"{place}/retry").json() == {"retried": 0}
    assert events_of(batch)[-1] == "finished"


def test_batch_that_could_never_wait_is_too_large(
    alice: User, project: Project, settings: Settings
) -> None:
    settings.LIMITS = dataclasses.replace(settings.LIMITS, jobs=2)
    ask, place = asking(alice), f"/projects/{project.id}/batches"
    image_in(project, "arm")
    image_in(project, "leg")
    assert ask("POST", place, {}).status_code == 202
    later = ask("POST", place, {})
    assert error(later) == (429, "TOO_MANY_JOBS")
    assert int(later.headers["Retry-After"]) > 0
    image_in(project, "tail")
    never = ask("POST", place, {})
    assert error(never) == (413, "REQUEST_TOO_LARGE")
    assert "Retry-After" not in never.headers
    assert Batch.objects.count() == 1


def test_batch_ends_though_the_last_of_its_images_has_gone(alice: User, project: Project) -> None:
    arm, leg = image_in(project, "arm"), image_in(project, "leg")
    batch = batch_of(alice, project)
    assert finish_batches() == 0
    job = Job.objects.get(mesh__image=arm)
    look(job.id)
    delete_image(actor=SYSTEM, image=leg)
    work_off()
    assert finish_batches() == 1
    assert finish_batches() == 0
    shown = asking(alice)("GET", f"/batches/{batch.id}").json()
    assert (shown["total"], shown["status"]) == (1, "completed")
    assert events_of(batch) == ["requested", "finished"]


def test_new_versions_of_what_is_locked_are_locked_too(project: Project, alice: User) -> None:
    image = image_in(project)
    mesh = generated(alice, image)
    lock_mesh(actor=SYSTEM, mesh=mesh, is_locked=True)
    again = generated(alice, image, FINER)
    assert again.is_locked
    batch_of(alice, project, with_locked=True)
    work_off()
    assert image.meshes.order_by("-number")[0].is_locked
    with pytest.raises(NothingToMesh):
        batch_of(alice, project)
