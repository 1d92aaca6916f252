"""What has happened is told to who asked for it, once, if it has happened at all."""

from __future__ import annotations

from typing import Any

import pytest

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.events import BatchFinished
from spinelift.web.jobs.models import Job
from spinelift.web.meshes.batches import cancel_batch, retry_batch
from spinelift.web.notifications.models import Channel, Delivery, Kind, Notification
from spinelift.web.notifications.services import change_settings
from spinelift.web.notifications.words import text_of, title_of
from spinelift.web.operations import operation
from spinelift.web.projects.models import Project, Role
from spinelift.web.projects.services import change_role, remove_member

from .conftest import begun, finish, image_of, meshed, wants


def one() -> Notification:
    return Notification.objects.get()


def test_batch_is_told_as_a_whole_to_who_asked_for_it(project: Project, bob: User) -> None:
    image_of(project, "arm")
    image_of(project, "nothing", is_empty=True)
    batch = begun(bob, project)
    assert not Notification.objects.exists()

    finish(batch)

    assert (one().user, one().kind, one().project) == (bob, "batch_finished", project)
    assert one().payload == {
        "project_id": str(project.id),
        "project": "Fox",
        "batch_id": str(batch.id),
        "total": 2,
        "completed": 1,
        "failed": 1,
        "cancelled": 0,
    }
    assert title_of(one()) == "Fox: 1 of 2 meshes made"
    assert text_of(one()) == "The batch of 2 meshes in Fox has finished: 1 completed, 1 failed."


def test_batch_that_finishes_again_is_told_again(project: Project, bob: User) -> None:
    image_of(project, "nothing", is_empty=True)
    batch = begun(bob, project)
    finish(batch)
    retry_batch(actor=SYSTEM, batch=batch)
    finish(batch)
    assert Notification.objects.count() == 2


def test_cancelled_batch_has_finished(project: Project, bob: User) -> None:
    image_of(project, "arm")
    cancel_batch(actor=SYSTEM, batch=begun(bob, project))
    assert title_of(one()) == "Fox: 0 of 1 mesh made"
    assert text_of(one()) == "The batch of 1 mesh in Fox has finished: 1 cancelled."


def test_mesh_that_failed_is_told_with_its_reason(project: Project, bob: User) -> None:
    image = image_of(project, "nothing", is_empty=True)
    mesh = meshed(bob, image)

    assert (one().user, one().kind) == (bob, "mesh_failed")
    payload = one().payload
    assert (payload["mesh_id"], payload["image_id"]) == (str(mesh.id), str(image.id))
    assert payload["error"]["code"] == "IMAGE_EMPTY"
    assert title_of(one()) == "Fox: no mesh of nothing"
    assert text_of(one()).endswith(payload["error"]["message"])


def test_mesh_that_is_there_needs_no_telling(project: Project, bob: User) -> None:
    meshed(bob, image_of(project, "arm"))
    assert not Notification.objects.exists()


def test_who_has_left_the_project_is_not_told(project: Project, bob: User) -> None:
    image_of(project, "arm")
    batch = begun(bob, project)
    remove_member(actor=SYSTEM, project=project, user=bob)
    finish(batch)
    assert not Notification.objects.exists()


def test_who_may_only_look_now_is_told(project: Project, bob: User) -> None:
    image_of(project, "arm")
    batch = begun(bob, project)
    change_role(actor=SYSTEM, project=project, user=bob, role=Role.VIEWER)
    finish(batch)
    assert one().user == bob


@pytest.mark.parametrize("is_gone", [True, False])
def test_who_cannot_sign_in_any_more_is_not_told(
    project: Project, bob: User, is_gone: bool
) -> None:
    image_of(project, "arm")
    batch = begun(bob, project)
    if is_gone:
        bob.delete()
    else:
        User.objects.filter(id=bob.id).update(is_active=False)
    finish(batch)
    assert not Notification.objects.exists()


def test_what_was_undone_is_not_told(project: Project, bob: User) -> None:
    image_of(project, "arm")
    batch = begun(bob, project)

    def fail(after: dict[str, Any]) -> None:
        with operation(SYSTEM) as publish:
            publish(BatchFinished(project_id=project.id, batch_id=batch.id, after=after))

    with pytest.raises(TypeError):  # of the audit, which comes last
        fail({"completed": object()})
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_kind_that_is_off_everywhere_leaves_nothing(project: Project, bob: User) -> None:
    off = {Kind.MESH_FAILED: dict.fromkeys(Channel, False)}
    change_settings(actor=SYSTEM, user=bob, choices=off)
    meshed(bob, image_of(project, "nothing", is_empty=True))
    assert not Notification.objects.exists()


def test_what_is_off_in_the_application_is_sent_and_not_listed(project: Project, bob: User) -> None:
    choices = {Kind.MESH_FAILED: {Channel.APP: False, Channel.EMAIL: True}}
    change_settings(actor=SYSTEM, user=bob, choices=choices)
    meshed(bob, image_of(project, "nothing", is_empty=True))
    assert list(Notification.objects.visible_to(bob)) == []
    assert Delivery.objects.get().channel == "email"


def test_nothing_is_sent_unasked(project: Project, bob: User) -> None:
    meshed(bob, image_of(project, "nothing", is_empty=True))
    assert list(Notification.objects.visible_to(bob)) == [one()]
    assert not Delivery.objects.exists()


def test_what_is_sent_takes_no_room_of_a_users_jobs(project: Project, bob: User) -> None:
    wants(bob, "https://art.example/", email=True)
    meshed(bob, image_of(project, "nothing", is_empty=True))
    assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["email", "webhook"]
    jobs = Job.objects.filter(kind="notification")
    assert [(job.user, job.status) for job in jobs] == [(None, "queued")] * 2
    assert {job.subject for job in jobs} == set(Delivery.objects.values_list("id", flat=True))
