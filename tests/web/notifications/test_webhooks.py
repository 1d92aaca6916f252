"""Webhooks, to receivers that verify them, and to receivers that are down, gone or forbidden."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import WebhookVerificationError

from spinelift.web import components
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.jobs.models import ATTEMPTS, Job
from spinelift.web.notifications.jobs import NotificationJob
from spinelift.web.notifications.models import Delivery, NotificationSettings
from spinelift.web.notifications.services import change_settings, make_secret
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import delete_project

from .conftest import delivery, send, told, wants
from .receiver import Receiver


def code(job: Job) -> object:
    assert job.error is not None
    return job.error["code"]


def test_webhook_is_verified_and_says_what_happened(
    project: Project, bob: User, receiver: Receiver, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://spinelift.example/"
    secret = wants(bob, receiver.url)
    notification = told(bob, project)

    assert send().status == "completed"

    [sent] = receiver.sent
    said = sent.verified(secret)
    assert sent.headers["webhook-id"] == str(delivery().id)
    assert (said["type"], said["data"]["project"]) == ("batch.finished", "Fox")
    assert said["data"]["notification_id"] == str(notification.id)
    assert said["data"]["url"] == f"https://spinelift.example/#project/{project.id}"
    assert (said["data"]["total"], said["data"]["failed"]) == (3, 1)
    assert (delivery().delivered_at is not None, delivery().error) == (True, None)


def test_receiver_that_was_down_has_it_once_when_it_is_up(
    project: Project, bob: User, receiver: Receiver
) -> None:
    secret = wants(bob, receiver.url)
    told(bob, project)
    receiver.kill()
    for _ in range(ATTEMPTS + 1):
        job = send()
        assert (job.status, job.attempts_left) == ("queued", ATTEMPTS)
        assert "127.0.0.1" in job.message
    assert (delivery().delivered_at, delivery().error) == (None, None)

    receiver.start()
    assert send().status == "completed"
    send()
    [sent] = receiver.sent
    assert sent.verified(secret)["type"] == "batch.finished"
    assert delivery().delivered_at is not None


def test_receiver_that_is_busy_is_left_alone_for_as_long_as_it_asks(
    project: Project, bob: User, receiver: Receiver
) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    receiver.status, receiver.headers = 503, {"Retry-After": "300"}
    now = timezone.now()
    job = send()
    assert (job.status, job.message) == ("queued", "The receiver answers 503.")
    assert timedelta(seconds=299) < job.due_at - now < timedelta(seconds=400)


def test_each_attempt_has_the_same_id_and_the_same_words(
    project: Project, bob: User, receiver: Receiver
) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    job = Job.objects.get(kind="notification")
    for _ in range(2):
        NotificationJob().run(job, lambda _: None)
    first, second = receiver.sent
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_receiver_that_stays_down_is_given_up_after_an_hour(
    project: Project, bob: User, receiver: Receiver
) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    receiver.status = 500
    send()
    Job.objects.update(postponed_since=timezone.now() - timedelta(minutes=61))
    assert code(send()) == "JOB_GIVEN_UP"
    error = delivery().error
    assert error["message"] == "The receiver answers 500. It was tried again for an hour."


@pytest.mark.parametrize("status", [400, 404, 410])
def test_receiver_that_refuses_is_not_asked_again(
    project: Project, bob: User, receiver: Receiver, status: int
) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    receiver.status = status
    assert send().status == "failed"
    send()
    assert len(receiver.sent) == 1
    assert delivery().error == {
        "code": "NOT_DELIVERED",
        "message": f"The receiver answers {status}.",
        "details": {},
    }


def test_redirect_is_not_followed(project: Project, bob: User, receiver: Receiver) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    with Receiver() as other:
        receiver.status, receiver.headers = 307, {"Location": other.url}
        assert code(send()) == "NOT_DELIVERED"
        assert other.sent == []
    assert "answers with a redirect (307)" in delivery().error["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_receiver_inside_is_never_reached(
    project: Project, bob: User, receiver: Receiver, settings: Settings, host: str
) -> None:
    wants(bob, receiver.url)
    # As though the operator had allowed it then, or the name had led elsewhere.
    url = receiver.url.replace("127.0.0.1", host)
    NotificationSettings.objects.filter(user=bob).update(webhook_url=url)
    settings.WEBHOOK_ALLOWED_HOSTS = []
    components.close()
    told(bob, project)

    assert code(send()) == "NOT_DELIVERED"
    assert receiver.sent == []
    assert "is not a public address" in delivery().error["message"]


def test_new_secret_signs_what_is_sent_from_then_on(
    project: Project, bob: User, receiver: Receiver
) -> None:
    old = wants(bob, receiver.url)
    told(bob, project)
    new = make_secret(actor=SYSTEM, user=bob)
    send()
    [sent] = receiver.sent
    assert sent.verified(new)
    with pytest.raises(WebhookVerificationError):
        sent.verified(old)


def test_what_was_switched_off_meanwhile_is_not_sent(
    project: Project, bob: User, receiver: Receiver
) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    change_settings(actor=SYSTEM, user=bob, choices={}, webhook_url="")
    assert code(send()) == "NOT_DELIVERED"
    assert receiver.sent == []


def test_what_is_gone_is_not_sent(project: Project, bob: User, receiver: Receiver) -> None:
    wants(bob, receiver.url)
    told(bob, project)
    delete_project(actor=SYSTEM, project=project)
    assert not Delivery.objects.exists()
    assert code(send()) == "NOT_FOUND"
    assert receiver.sent == []
