"""Meshes: asked for once, made once, kept in versions, and told truly."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.samples import draw
from spinelift.spine.document import SPINE_VERSIONS
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.services import delete_image, replace_image
from spinelift.web.jobs.models import Job, Status
from spinelift.web.jobs.work import look
from spinelift.web.meshes.cleaning import remove_failed_meshes, remove_lost_jobs
from spinelift.web.meshes.models import Mesh, MeshContent
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.projects.models import Project

from .making import EMPTY, FINER, LEAF, Api, asked_for, batch_of, generated, image_in, work_off

# The thread of a job's progress has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(alice: User) -> Api:
    return Api(alice)


@pytest.fixture
def image(project: Project) -> ProjectImage:
    return image_in(project)


def test_mesh_is_made_and_told_of(alice: User, image: ProjectImage) -> None:
    mesh = generated(alice, image)
    assert mesh.status == Status.COMPLETED
    assert mesh.summary is not None
    assert mesh.summary["parts"][0]["quality"]["uncovered_pixels"] == 0
    assert MeshContent.objects.get(mesh=mesh).fields["parameters"] == mesh.parameters
    actions = AuditEntry.objects.filter(subject=f"mesh/{mesh.id}").values_list("action", flat=True)
    assert list(actions.order_by("sequence")) == ["mesh.requested", "mesh.completed"]
    assert list(faults()) == []


def test_same_asked_for_twice_is_made_once(alice: User, image: ProjectImage) -> None:
    first = asked_for(alice, image)
    assert asked_for(alice, image) == first
    assert asked_for(alice, image, FINER) != first
    work_off()
    assert asked_for(alice, image) != first


def test_two_tabs_that_ask_at_once_get_one_mesh(alice: User, image: ProjectImage) -> None:
    def ask(_: int) -> Mesh:
        try:
            return asked_for(alice, image)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        meshes = set(threads.map(ask, range(16)))
    assert len(meshes) == 1
    assert Job.objects.count() == 1


def test_versions_that_are_asked_for_at_once_have_their_own_numbers(
    alice: User, image: ProjectImage
) -> None:
    def ask(padding: int) -> int:
        try:
            return asked_for(alice, image, MeshOrder(MeshParameters(padding=padding))).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(ask, range(16))) == list(range(1, 17))


def test_what_cannot_be_meshed_says_why_to_an_artist(alice: User, project: Project) -> None:
    mesh = generated(alice, image_in(project, "ghost", EMPTY))
    assert mesh.job is not None
    assert mesh.status == Status.FAILED
    assert mesh.job.error is not None
    assert mesh.job.error["code"] == "IMAGE_EMPTY"
    assert AuditEntry.objects.get(action="mesh.failed").after["code"] == "IMAGE_EMPTY"


def test_failed_mesh_is_made_once_more(alice: User, project: Project, api: Api) -> None:
    ghost = image_in(project, "ghost", EMPTY)
    mesh = generated(alice, ghost)
    assert api.post(f"/meshes/{mesh.id}/retry").status_code == 202
    work_off()
    mesh.refresh_from_db()
    assert mesh.status == Status.FAILED
    assert api.post(f"/meshes/{generated(alice, image_in(project)).id}/retry").status_code == 409


def test_cancelled_mesh_is_not_made(alice: User, image: ProjectImage, api: Api) -> None:
    mesh = asked_for(alice, image)
    assert api.post(f"/meshes/{mesh.id}/cancel").json()["status"] == "cancelled"
    work_off()
    assert api.get(f"/meshes/{mesh.id}/status").json()["status"] == "cancelled"
    assert api.get(f"/meshes/{mesh.id}/download").status_code == 409
    assert not MeshContent.objects.exists()


def test_mesh_of_an_image_that_is_gone_ends(alice: User, image: ProjectImage) -> None:
    mesh = asked_for(alice, image)
    delete_image(actor=SYSTEM, image=image)
    work_off()
    assert mesh.job is not None
    mesh.job.refresh_from_db()
    assert mesh.job.status == Status.FAILED
    Job.objects.update(finished_at=timezone.now() - timedelta(days=2))
    assert remove_lost_jobs() == 1


def test_mesh_of_other_bytes_is_stale(alice: User, image: ProjectImage, api: Api) -> None:
    mesh = generated(alice, image)
    file = examine(io.BytesIO(encode_png(draw("sparkle"))), "leaf")
    replace_image(actor=SYSTEM, image=image, upload=file)
    assert api.get(f"/meshes/{mesh.id}").json()["stale"]
    answer = api.get(f"/meshes/{mesh.id}/download", format="zip")
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.read("images/leaf.png") == LEAF


def test_target_is_a_ceiling_and_no_budget(alice: User, image: ProjectImage, api: Api) -> None:
    dense = {"detail_factor": 0.001, "internal_vertex_density": 60}
    asked = api.post(f"/images/{image.id}/meshes", parameters=dense, target="mobile").json()
    work_off()
    parts = api.get(f"/meshes/{asked['id']}").json()["parts"]
    assert parts[0]["vertices"] <= 300
    few = generated(alice, image, MeshOrder(MeshParameters(), target="mobile"))
    free = generated(alice, image)
    assert few.summary is not None
    assert free.summary is not None
    assert few.summary["parts"] == free.summary["parts"]


def test_wrong_parameters_are_all_named_and_nothing_is_kept(image: ProjectImage, api: Api) -> None:
    wrong = {"detail_factor": 7, "islands": "some", "nothing": 1}
    for path in ("meshes", "preview"):
        answer = api.post(f"/images/{image.id}/{path}", parameters=wrong, target="moon")
        assert answer.status_code == 422
        named = {one["parameter"] for one in answer.json()["error"]["details"]["parameters"]}
        assert named == {*wrong, "target"}
    assert not Mesh.objects.exists()


def test_batch_is_finished_once_and_counts(alice: User, project: Project, api: Api) -> None:
    for name in ("one", "two", "three"):
        image_in(project, name)
    image_in(project, "ghost", EMPTY)
    batch = batch_of(alice, project)
    jobs = list(Job.objects.values_list("id", flat=True))

    def work(job_id: Any) -> None:
        try:
            look(job_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, jobs))
    shown = api.get(f"/batches/{batch.id}").json()
    assert (shown["total"], shown["completed"], shown["failed"]) == (4, 3, 1)
    assert (shown["status"], shown["progress"]) == ("failed", 100)
    entry = AuditEntry.objects.get(action="batch.finished")
    assert entry.after == {"completed": 3, "failed": 1, "cancelled": 0}
    assert api.post(f"/batches/{batch.id}/retry").json() == {"retried": 1}
    work_off()
    assert AuditEntry.objects.filter(action="batch.finished").count() == 2
    assert list(faults()) == []


def test_cancelled_batch_keeps_what_is_done(alice: User, project: Project, api: Api) -> None:
    for name in ("one", "two"):
        image_in(project, name)
    batch = batch_of(alice, project)
    look(Job.objects.values_list("id", flat=True)[0])
    shown = api.post(f"/batches/{batch.id}/cancel").json()
    assert (shown["completed"], shown["cancelled"]) == (1, 1)
    assert shown["finished_at"] is not None


def test_locked_mesh_is_passed_over_by_batches(alice: User, project: Project, api: Api) -> None:
    mesh = generated(alice, image_in(project, "one"))
    image_in(project, "two")
    assert api.patch(f"/meshes/{mesh.id}", locked=True).json()["locked"]
    assert batch_of(alice, project).meshes.count() == 1
    assert batch_of(alice, project, with_locked=True).meshes.count() == 2


def test_no_more_jobs_than_a_user_may_have(image: ProjectImage, api: Api, settings: Any) -> None:
    settings.LIMITS = settings.LIMITS.__class__(jobs=1)
    assert api.post(f"/images/{image.id}/meshes").status_code == 202
    answer = api.post(f"/images/{image.id}/meshes", preset="performance")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Mesh.objects.count() == 1


def test_edit_is_a_locked_version_and_a_bad_one_says_why(
    alice: User, image: ProjectImage, api: Api
) -> None:
    mesh = generated(alice, image)
    fields = MeshContent.objects.get(mesh=mesh).fields
    vertices, hull = fields["vertices"], fields["hull"]
    edited = api.post(f"/meshes/{mesh.id}/edit", vertices=vertices, hull=hull)
    assert edited.status_code == 201
    assert edited.json()["locked"]
    assert edited.json()["number"] == 2
    crossed = [vertices[1], vertices[0], *vertices[2:]]
    refused = api.post(f"/meshes/{mesh.id}/edit", vertices=crossed, hull=hull)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "EDIT_REFUSED"
    assert Mesh.objects.count() == 2


def test_older_version_becomes_the_newest(alice: User, image: ProjectImage, api: Api) -> None:
    first, second = generated(alice, image), generated(alice, image, FINER)
    restored = api.post(f"/meshes/{first.id}/restore").json()
    assert (restored["number"], restored["parts"]) == (3, first.summary["parts"])  # type: ignore[index]
    assert Mesh.objects.current().get().id == Mesh.objects.get(number=3).id
    compared = api.get(f"/meshes/{first.id}/compare/{second.id}").json()
    assert compared["parameters"] == {"detail_factor": [0.01, 0.005]}


@pytest.mark.parametrize("version", SPINE_VERSIONS)
def test_download_is_what_spine_takes(
    alice: User, image: ProjectImage, api: Api, version: str
) -> None:
    mesh = generated(alice, image)
    answer = api.get(f"/meshes/{mesh.id}/download", spine_version=version)
    assert answer["Content-Disposition"] == 'attachment; filename="leaf.json"'
    document = json.loads(answer.content)
    assert document["skeleton"]["spine"] == SPINE_VERSIONS[version]
    attachment = document["skins"][0]["attachments"]["leaf"]["leaf"]
    assert attachment == MeshContent.objects.get(mesh=mesh).fields["attachment"]


def test_zip_of_a_project_has_all_its_meshes(alice: User, project: Project, api: Api) -> None:
    generated(alice, image_in(project, "arm/left"))
    generated(alice, image_in(project, "光"))
    image_in(project, "not meshed")
    answer = api.get(f"/projects/{project.id}/download", atlas=True)
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        names = set(archive.namelist())
    assert {"skeleton.json", "images/arm/left.png", "images/光.png", "skeleton.atlas"} <= names
    assert AuditEntry.objects.get(action="project.downloaded").after["meshes"] == 2


def test_preview_keeps_nothing_and_is_what_would_be_kept(
    alice: User, image: ProjectImage, api: Api
) -> None:
    entries = AuditEntry.objects.count()
    answer = api.post(f"/images/{image.id}/preview", preset="performance").json()
    assert not Mesh.objects.exists()
    assert not Job.objects.exists()
    assert AuditEntry.objects.count() == entries + 0
    order = MeshOrder(MeshParameters(detail_factor=0.025))
    kept = MeshContent.objects.get(mesh=generated(alice, image, order)).fields
    del answer["milliseconds"]
    assert answer == kept


def test_failed_meshes_go_after_a_week(alice: User, project: Project) -> None:
    generated(alice, image_in(project, "ghost", EMPTY))
    kept = generated(alice, image_in(project))
    assert remove_failed_meshes() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert remove_failed_meshes() == 1
    assert list(Mesh.objects.all()) == [kept]
    assert AuditEntry.objects.filter(action="mesh.deleted").count() == 1
