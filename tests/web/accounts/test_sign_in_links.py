"""Links that sign in: each once, in time, by a button that another page cannot press."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.validators import validate_email
from django.db import connection
from django.test import Client
from django.utils import timezone

from spinelift.web.accounts.models import SignInLink, User
from spinelift.web.accounts.services import local_user, make_sign_in_link, use_sign_in_link
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults

SOON = timedelta(minutes=10)
RACERS = 10


def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def press(client: Client, secret: str, **headers: str) -> int:
    """Follow the link, and press the button of its page."""
    page = client.get(f"/open/{secret}")
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    content = {} if found is None else {"csrfmiddlewaretoken": found[1]}
    return client.post(f"/open/{secret}", content, headers=headers).status_code


def test_link_signs_in_once(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=SOON)
    first, second = browser(), browser()
    assert second.get(f"/open/{secret}").status_code == 200, "to look at it uses nothing up"

    page = first.get(f"/open/{secret}")
    assert page.status_code == 200
    assert press(first, secret) == 302

    assert first.get("/api/v1/me").json()["email"] == alice.email
    token = second.cookies["csrftoken"].value
    again = second.post(f"/open/{secret}", {"csrfmiddlewaretoken": token})
    assert again.status_code == 403
    assert "spinelift serve" in again.content.decode()
    assert second.get("/api/v1/me").status_code == 401
    assert not SignInLink.objects.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        *("sign_in_link.made", "sign_in_link.used", "user.logged_in")
    ]


def test_link_goes_on_to_the_application(alice: User) -> None:
    client = Client()
    answer = client.post(f"/open/{make_sign_in_link(user=alice, lifetime=SOON)}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("secret", ["x", "x" * 5_000, "%00", "%ff", "é", "<b>"])
def test_link_that_is_made_up_opens_nothing(alice: User, secret: str) -> None:
    make_sign_in_link(user=alice, lifetime=SOON)
    client = Client()
    for answer in (client.get(f"/open/{secret}"), client.post(f"/open/{secret}")):
        assert answer.status_code == 403
        assert b"<b>" not in answer.content
    assert client.get("/api/v1/me").status_code == 401


def test_link_that_has_expired_opens_nothing(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=-SOON)
    assert Client().get(f"/open/{secret}").status_code == 403
    assert press(browser(), secret) == 403
    assert Client().post(f"/open/{secret}").status_code == 403
    make_sign_in_link(user=alice, lifetime=SOON)
    assert SignInLink.objects.get().expires_at > timezone.now(), "those that have expired are gone"


def test_link_of_somebody_who_may_not_sign_in_opens_nothing(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=SOON)
    alice.is_active = False
    alice.save()
    assert Client().post(f"/open/{secret}").status_code == 403


def test_button_is_pressed_from_its_own_page_alone(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=SOON)
    client = browser()
    assert client.post(f"/open/{secret}").status_code == 403
    assert press(client, secret, Origin="https://evil.example.net") == 403
    assert press(client, secret, Origin="http://testserver") == 302


def test_page_is_kept_nowhere_and_tells_nobody_its_address(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=SOON)
    for answer in (Client().get(f"/open/{secret}"), Client().get("/open/x")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert b"<script" not in answer.content
        assert b"http" not in answer.content
    assert Client().put(f"/open/{secret}").status_code == 405


def test_secret_is_nowhere_to_be_found(alice: User) -> None:
    secret = make_sign_in_link(user=alice, lifetime=SOON)
    assert secret not in f"{list(SignInLink.objects.values())}{list(AuditEntry.objects.values())}"


def test_who_is_signed_in_as_another_is_so_no_more(alice: User, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    assert press(client, make_sign_in_link(user=alice, lifetime=SOON)) == 302
    assert client.get("/api/v1/me").json()["email"] == alice.email


@pytest.mark.django_db(transaction=True)
def test_of_those_who_press_at_once_one_is_signed_in() -> None:
    secret = make_sign_in_link(user=local_user(), lifetime=SOON)

    def race(_: int) -> int:
        try:
            return Client().post(f"/open/{secret}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        statuses = sorted(pool.map(race, range(RACERS)))
    assert statuses == [302] + [403] * (RACERS - 1)
    assert AuditEntry.objects.filter(action="user.logged_in").count() == 1
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
def test_there_is_one_local_user_who_may_do_all() -> None:
    def ask(_: int) -> User:
        try:
            return local_user()
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        [user] = set(pool.map(ask, range(RACERS)))
    validate_email(user.email)
    assert not user.has_usable_password()
    assert AuditEntry.objects.count() == 1

    client = Client()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200


def test_link_signs_in_its_own_user(alice: User, bob: User) -> None:
    secrets = {
        user: make_sign_in_link(user=user, lifetime=SOON) for user in (alice, bob, local_user())
    }
    for user, secret in secrets.items():
        assert use_sign_in_link(actor=SYSTEM, secret=secret) == user
