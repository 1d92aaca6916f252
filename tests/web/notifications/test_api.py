"""Notifications and their settings over HTTP: each user's own, and nobody's secrets."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from spinelift.web import components
from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import ACCOUNTS
from spinelift.web.notifications.models import Notification, NotificationSettings
from spinelift.web.projects.models import Project

from ..conftest import asking, error
from .conftest import send, told, wants
from .receiver import Receiver

DEFAULT = {"app": True, "email": False, "webhook": True}


def listed(user: User, query: str = "") -> list[dict[str, Any]]:
    answer = asking(user)("GET", f"/notifications{query}").json()
    assert len(answer["items"]) == answer["count"]
    items: list[dict[str, Any]] = answer["items"]
    return items


def unread(user: User) -> int:
    count: int = asking(user)("GET", "/notifications/count").json()["unread"]
    return count


def test_list_has_the_newest_first_and_says_how_each_was_sent(
    project: Project, bob: User, receiver: Receiver
) -> None:
    older = told(bob, project)
    wants(bob, receiver.url)
    newer = told(bob, project)
    receiver.status = 410
    send()

    [first, second] = listed(bob)

    assert [first["id"], second["id"]] == [str(newer.id), str(older.id)]
    assert (first["kind"], first["title"]) == ("batch_finished", "Fox: 2 of 3 meshes made")
    assert (first["project_id"], first["payload"]["failed"]) == (str(project.id), 1)
    [sent] = first["deliveries"]
    assert (sent["channel"], sent["error"]["message"]) == ("webhook", "The receiver answers 410.")
    assert second["deliveries"] == []


def test_what_is_read_counts_no_more(project: Project, bob: User, val: User) -> None:
    first, second, _ = (told(bob, project) for _ in range(3))
    told(val, project)
    ask = asking(bob)

    answer = ask("POST", f"/notifications/{first.id}/read").json()
    again = ask("POST", f"/notifications/{first.id}/read").json()

    assert answer["read_at"] == again["read_at"] is not None
    assert unread(bob) == 2
    assert str(second.id) in {one["id"] for one in listed(bob, "?unread=true")}
    assert str(first.id) not in {one["id"] for one in listed(bob, "?unread=true")}
    assert ask("POST", "/notifications/read").json() == {"read": 2}
    assert (unread(bob), unread(val)) == (0, 1)
    assert len(listed(bob)) == 3


def test_notifications_of_others_are_not_there(project: Project, bob: User, val: User) -> None:
    notification = told(val, project)
    assert listed(bob) == []
    for notification_id in (notification.id, uuid4()):
        answer = asking(bob)("POST", f"/notifications/{notification_id}/read")
        assert error(answer) == (404, "NOT_FOUND")
    assert unread(val) == 1


def test_settings_stay_but_for_what_is_sent(bob: User, val: User) -> None:
    ask = asking(bob)
    before = {
        "batch_finished": DEFAULT,
        "mesh_failed": DEFAULT,
        "webhook_url": None,
        "has_webhook_secret": False,
    }
    assert ask("GET", "/notifications/settings").json() == before

    change = {"mesh_failed": {"email": True}, "webhook_url": "https://art.example/hook"}
    after = {
        **before,
        "mesh_failed": {**DEFAULT, "email": True},
        "webhook_url": change["webhook_url"],
    }
    assert ask("PATCH", "/notifications/settings", change).json() == after
    assert ask("PATCH", "/notifications/settings", {}).json() == after
    assert ask("GET", "/notifications/settings").json() == after
    assert asking(val)("GET", "/notifications/settings").json() == before

    ended = ask("PATCH", "/notifications/settings", {"webhook_url": ""}).json()
    assert ended == {**after, "webhook_url": None}


@pytest.mark.parametrize(
    "url",
    [
        *("http://art.example/", "ftp://art.example/", "art.example", "https://", "\0"),
        *("https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://10.1.2.3/"),
        *("https://bob:secret@art.example/", "https://art.example:0/", "https://\ud800/"),
    ],
)
def test_url_that_may_not_be_opened_is_refused(bob: User, url: str) -> None:
    answer = asking(bob)("PATCH", "/notifications/settings", {"webhook_url": url})
    assert answer.status_code == 422
    assert not NotificationSettings.objects.exists()


def test_name_that_leads_inside_is_refused(bob: User) -> None:
    change = {"webhook_url": "https://localhost/"}
    answer = asking(bob)("PATCH", "/notifications/settings", change)
    assert error(answer) == (422, "URL_REFUSED")
    assert not NotificationSettings.objects.exists()


def test_name_that_the_operator_allows_may_be_set(bob: User, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost"]
    components.close()
    change = {"webhook_url": "https://localhost/"}
    assert asking(bob)("PATCH", "/notifications/settings", change).status_code == 200


def test_secret_is_shown_once_and_kept_out_of_the_audit(bob: User) -> None:
    ask = asking(bob)
    change = {
        "webhook_url": "https://art.example/hook?key=open-sesame",
        "mesh_failed": {"app": False},
    }
    ask("PATCH", "/notifications/settings", change)
    secret = ask("POST", "/notifications/settings/secret").json()["secret"]
    ask("PATCH", "/notifications/settings", change)

    shown = ask("GET", "/notifications/settings").json()
    assert shown["has_webhook_secret"]
    assert secret not in json.dumps(shown)
    entries = list(AuditEntry.objects.filter(actor_id=bob.id).values("action", "before", "after"))
    assert entries == [
        {
            "action": "notification_settings.changed",
            "before": {"choices": {}, "webhook_host": None},
            "after": {"choices": {"mesh_failed": {"app": False}}, "webhook_host": "art.example"},
        },
        {"action": "webhook_secret.made", "before": {}, "after": {}},
    ]


def test_test_says_what_came_back(bob: User, receiver: Receiver) -> None:
    secret = wants(bob, receiver.url)
    ask = asking(bob)

    good = ask("POST", "/notifications/test").json()
    receiver.status = 500
    bad = ask("POST", "/notifications/test").json()
    receiver.kill()
    down = ask("POST", "/notifications/test").json()

    assert (good["delivered"], good["status"], good["reason"]) == (True, 200, None)
    assert (bad["delivered"], bad["status"]) == (False, 500)
    assert bad["reason"] == "The receiver answers 500."
    assert (down["delivered"], down["status"]) == (False, None)
    assert "The connection to 127.0.0.1 failed" in down["reason"]
    assert receiver.sent[0].verified(secret)["type"] == "test"
    assert not Notification.objects.exists()


def test_what_was_read_and_tested_is_in_the_audit(
    project: Project, bob: User, receiver: Receiver
) -> None:
    wants(bob, receiver.url)
    first, _, _ = (told(bob, project) for _ in range(3))
    ask, end = asking(bob), AuditEntry.objects.count()
    receiver.status = 500
    for asked in (f"{first.id}/read", f"{first.id}/read", "read", "read", "test"):
        ask("POST", f"/notifications/{asked}")

    entries = AuditEntry.objects.order_by("id")[end:]
    assert [(entry.action, entry.subject, entry.after) for entry in entries] == [
        ("notification.read", f"notification/{first.id}", {}),
        ("notifications.read", f"user/{bob.id}", {"count": 2}),
        (
            "webhook.tested",
            f"user/{bob.id}",
            {"webhook_host": "127.0.0.1", "delivered": False, "status": 500},
        ),
    ]
    assert {(entry.actor_id, entry.chain) for entry in entries} == {(bob.id, ACCOUNTS)}


def test_test_takes_a_url_and_a_secret(bob: User) -> None:
    ask = asking(bob)
    assert error(ask("POST", "/notifications/test")) == (422, "WEBHOOK_UNREADY")
    ask("PATCH", "/notifications/settings", {"webhook_url": "https://art.example/"})
    assert error(ask("POST", "/notifications/test")) == (422, "WEBHOOK_UNREADY")


def test_tests_are_few_in_a_minute(bob: User, val: User, receiver: Receiver) -> None:
    for user in (bob, val):
        wants(user, receiver.url)
    url = {"webhook_url": receiver.url}
    answers = [asking(bob)("POST", "/notifications/test") for _ in range(10)]
    answers.append(asking(bob)("PATCH", "/notifications/settings", url))
    assert error(answers[-1]) == (429, "TOO_MANY_REQUESTS")
    assert int(answers[-1]["Retry-After"]) <= 60
    assert len(receiver.sent) == 10
    assert asking(val)("POST", "/notifications/test").status_code == 200
