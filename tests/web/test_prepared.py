"""What is prepared finds, changes and writes what Django's own queries do."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import F, JSONField, Model, TextField, UUIDField
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from spinelift.web.accounts.models import IdempotencyKey, User
from spinelift.web.images.models import ProjectImage
from spinelift.web.jobs.models import Job, Status
from spinelift.web.meshes.models import Mesh, MeshContent, MeshQuerySet
from spinelift.web.prepared import Parameter, PreparedQuery, PreparedUpdate, insert
from spinelift.web.projects.models import Project

from .meshes.making import generated, image_in

pytestmark = pytest.mark.django_db

AWKWARD = {"quote": 'it\'s "50 %s" 🦊', "list": [1, 2.5, None, True], "empty": {}}


@pytest.fixture
def meshes(alice: User, project: Project) -> list[Mesh]:
    """One has a job that failed, for an awkward reason."""
    made = [generated(alice, image_in(project, f"leaf {number}")) for number in range(3)]
    Job.objects.filter(mesh=made[1]).update(status=Status.FAILED, error=AWKWARD)
    return made


def columns(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def jobs() -> dict[UUID, dict[str, object]]:
    return {job.id: columns(job) for job in Job.objects.all()}


def test_query_gives_what_the_queryset_gives(
    alice: User, bob: User, charlie: User, meshes: list[Mesh]
) -> None:
    def visible(user: User | Parameter) -> MeshQuerySet:
        related = ("image__project", "job")
        return Mesh.objects.visible_to(user).select_related(*related).order_by("image__name")

    prepared = PreparedQuery(lambda: visible(Parameter("user", UUIDField())))
    for user in (alice, bob, charlie, alice):
        found, expected = prepared.all(user=user.id), list(visible(user))
        assert len(found) == (0 if user == charlie else len(meshes))
        with CaptureQueriesContext(connection) as asked:
            for one, other in zip(found, expected, strict=True):
                assert one.role == other.role
                assert columns(one) == columns(other)
                assert columns(one.image) == columns(other.image)
                assert columns(one.image.project) == columns(other.image.project)
                assert one.job is not None
                assert other.job is not None
                assert columns(one.job) == columns(other.job)
        assert not asked.captured_queries


def test_what_is_left_out_is_fetched_when_it_is_wanted(meshes: list[Mesh]) -> None:
    prepared = PreparedQuery(
        lambda: Mesh.objects.only("number").filter(id=Parameter("id", UUIDField()))
    )
    found = prepared.first(id=meshes[0].id)
    assert found is not None
    assert found.get_deferred_fields() >= {"parameters", "summary"}
    assert found.summary == meshes[0].summary
    assert prepared.first(id=uuid4()) is None


def test_update_changes_the_rows_of_its_condition_alone_and_gives_them(
    meshes: list[Mesh],
) -> None:
    prepared = PreparedUpdate(
        lambda: (
            Job.objects.filter(id=Parameter("id", UUIDField()), status=Status.FAILED),
            {
                "error": Parameter("error", JSONField()),
                "message": Parameter("message", TextField()),
                "sequence": F("sequence") + 1,
                "started_at": None,
            },
        )
    )
    before = jobs()
    given = {"error": AWKWARD, "message": AWKWARD["quote"]}
    assert prepared.all(id=meshes[0].job_id, **given) == []
    [changed] = prepared.all(id=meshes[1].job_id, **given)
    after = jobs()
    assert columns(changed) == after[changed.id]
    expected = {**before[changed.id], **given, "started_at": None}
    assert after == before | {changed.id: expected | {"sequence": changed.sequence}}
    assert changed.sequence == before[changed.id]["sequence"] + 1  # type: ignore[operator]


def test_insert_writes_what_save_writes(alice: User, meshes: list[Mesh]) -> None:
    content = MeshContent.objects.get(mesh=meshes[0])
    content.delete()
    insert(MeshContent(mesh=meshes[0], fields=AWKWARD))
    assert MeshContent.objects.get(mesh=meshes[0]).fields == AWKWARD

    rows = [
        IdempotencyKey(user=alice, key=key, request="0" * 64, holder=uuid4(), content=key)
        for key in ("it's", "50 %")
    ]
    insert(rows[0])
    rows[1].save(force_insert=True)
    stored = [IdempotencyKey.objects.get(key=row.key) for row in rows]
    for row, found in zip(rows, stored, strict=True):
        assert model_to_dict(found, exclude=["id"]) == model_to_dict(row, exclude=["id"])
        assert timezone.now() - found.created_at < timedelta(minutes=1)


def test_image_of_a_prepared_mesh_can_be_saved(meshes: list[Mesh]) -> None:
    """They are rows like any others."""
    prepared = PreparedQuery(
        lambda: Mesh.objects.select_related("image").filter(id=Parameter("id", UUIDField()))
    )
    found = prepared.first(id=meshes[0].id)
    assert found is not None
    found.image.name = "renamed"
    found.image.save()
    assert ProjectImage.objects.get(id=found.image_id).name == "renamed"
