"""The admin shows all and changes nothing but by actions, which the audit knows of."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.jobs.models import Job, Queue
from spinelift.web.jobs.services import claim
from spinelift.web.meshes.batches import cancel_batch
from spinelift.web.read_only import ReadOnlyAdmin

from .access import World, make_world
from .conftest import asking

pytestmark = pytest.mark.django_db

SHOWN = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def operator(world: World) -> User:  # noqa: ARG001  # whose rows are shown
    return User.objects.create_superuser("operator@example.com")


@pytest.fixture
def client(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def place(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def act(client: Client, model: type[Model], action: str, *rows: Model) -> str:
    """Have an action done to rows; gives the page that tells of it."""
    asked = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(place(model, "changelist"), asked, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_there_are_users_projects_jobs_and_the_audit() -> None:
    assert {model._meta.label for model in SHOWN} == {
        "accounts.User",
        "audit.AuditEntry",
        "jobs.Job",
        "projects.Project",
    }
    assert all(isinstance(one, ReadOnlyAdmin) for one in admin.site._registry.values())


@pytest.mark.parametrize("model", SHOWN)
def test_list_and_row_are_shown(model: type[Model], client: Client) -> None:
    row = model._default_manager.first()
    assert row is not None
    listed = client.get(place(model, "changelist"))
    assert listed.status_code == 200
    assert str(row.pk) in listed.content.decode()
    shown = client.get(place(model, "change", row.pk))
    assert shown.status_code == 200
    assert "_save" not in shown.content.decode()


@pytest.mark.parametrize("model", SHOWN)
@pytest.mark.parametrize("words", ["alice@example.com", "arm", "0" * 32, "%", "'\"\\", "\0"])
def test_whatever_is_looked_for_is_no_bug(model: type[Model], words: str, client: Client) -> None:
    assert client.get(place(model, "changelist"), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", SHOWN)
def test_row_cannot_be_added_changed_or_deleted(model: type[Model], client: Client) -> None:
    row = model._default_manager.first()
    assert row is not None
    before = list(model._default_manager.values())
    for page, args in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        assert client.post(place(model, page, *args), {"post": "yes"}).status_code == 403
    act(client, model, "delete_selected", row)
    assert list(model._default_manager.values()) == before


@pytest.mark.parametrize("model", SHOWN)
def test_admin_is_for_operators(model: type[Model], world: World) -> None:
    client = Client()
    client.force_login(world.alice)
    assert client.get(place(model, "changelist")).status_code == 302


def test_password_is_not_shown(world: World, client: Client) -> None:
    world.alice.set_password("correct horse battery")
    world.alice.save()
    shown = client.get(place(User, "change", world.alice.pk)).content.decode()
    assert world.alice.email in shown
    assert world.alice.password not in shown
    assert "md5" not in shown


def test_deactivated_user_is_let_in_no_more(world: World, operator: User, client: Client) -> None:
    ask, hers = asking(world.alice), Client()
    hers.force_login(world.alice)
    told = act(client, User, "deactivate", world.alice, world.bob)
    assert "Users deactivated: 2 of 2." in told
    assert "Users deactivated: 0 of 1." in act(client, User, "deactivate", world.alice)
    assert ask("GET", "/me").status_code == 401
    assert hers.get("/api/v1/me").status_code == 401
    entry = AuditEntry.objects.get(action="user.deactivated", subject=f"user/{world.alice.id}")
    assert entry.actor == operator.email
    assert entry.after == {"email": world.alice.email}

    assert "Users activated: 1 of 1." in act(client, User, "activate", world.alice)
    assert "Users activated: 0 of 1." in act(client, User, "activate", world.alice)
    assert ask("GET", "/me").status_code == 200
    assert actions().count("user.activated") == 1
    assert list(faults()) == []


def test_operator_stays(operator: User, client: Client) -> None:
    assert "somebody else has to do that" in act(client, User, "deactivate", operator)
    operator.refresh_from_db()
    assert operator.is_active


def test_who_may_only_look_lets_nobody_in_or_out(world: World) -> None:
    world.newcomer.is_staff = True
    world.newcomer.save()
    client = Client()
    client.force_login(world.newcomer)
    asked = {"action": "deactivate", "_selected_action": [world.alice.pk]}
    assert client.post(place(User, "changelist"), asked).status_code == 403
    world.alice.refresh_from_db()
    assert world.alice.is_active


def test_jobs_are_listed_with_their_image_the_newest_first(world: World, client: Client) -> None:
    older, newer = world.failed.job, _notifying_job()
    assert older is not None
    shown = client.get(place(Job, "changelist"))
    assert [job.id for job in shown.context["cl"].result_list] == [newer.id, older.id]
    page = shown.content.decode()
    for named in (world.project.name, world.image.name):
        assert page.count(f">{named}</td>") == 1
        found = client.get(place(Job, "changelist"), {"q": named})
        assert [job.id for job in found.context["cl"].result_list] == [older.id]


def _notifying_job() -> Job:
    """Which is of no image."""
    now = timezone.now()
    return Job.objects.create(
        kind="notification", queue=Queue.DEFAULT, subject=uuid.uuid4(), due_at=now, wake_at=now
    )


def test_operators_cancelling_is_the_meshs_and_its_batchs(
    world: World, operator: User, client: Client
) -> None:
    ask = asking(world.alice)
    batch = ask("POST", f"/projects/{world.project.id}/batches", {}).json()
    job = Job.objects.get(mesh__batch=batch["id"])
    assert claim(job_id=job.id) is not None
    assert "Jobs cancelled: 1 of 1." in act(client, Job, "cancel", job)
    assert "Jobs cancelled: 0 of 1." in act(client, Job, "cancel", job)
    assert ask("GET", f"/batches/{batch['id']}").json()["status"] == "cancelled"
    assert actions()[-2:] == ["mesh.cancelled", "batch.finished"]
    assert {entry.actor for entry in AuditEntry.objects.order_by("-id")[:2]} == {operator.email}


def test_operators_trying_again_is_the_meshs_and_its_batchs(
    world: World, operator: User, client: Client
) -> None:
    failed = world.failed.job
    assert failed is not None
    assert "Jobs begun anew: 1 of 1." in act(client, Job, "try_again", failed)
    entry = AuditEntry.objects.get(action="mesh.retried")
    assert (entry.actor, entry.subject) == (operator.email, f"mesh/{world.failed.id}")
    assert "has not ended" in act(client, Job, "try_again", failed)
    cancel_batch(actor=SYSTEM, batch=world.batch)
    act(client, Job, "try_again", failed)
    world.batch.refresh_from_db()
    assert world.batch.finished_at is None
    cancel_batch(actor=SYSTEM, batch=world.batch)
    assert actions().count("batch.finished") == 2
    assert list(faults()) == []


def test_password_that_is_changed_here_is_audited(operator: User) -> None:
    old, new = "correct horse battery", "three red foxes"
    operator.set_password(old)
    operator.save()
    client, page = Client(), reverse("admin:password_change")
    assert client.get(page).status_code == 302
    client.force_login(operator)
    assert "Old password" in client.get(page).content.decode()

    def change(old: str) -> int:
        form = {"old_password": old, "new_password1": new, "new_password2": new}
        return client.post(page, form).status_code

    assert change("wrong") == 200
    assert "password.changed" not in actions()
    assert change(old) == 302
    operator.refresh_from_db()
    assert operator.check_password(new)
    entry = AuditEntry.objects.get(action="password.changed")
    assert (entry.actor, entry.subject) == (operator.email, f"user/{operator.id}")
