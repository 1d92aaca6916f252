"""`/me` and `/tokens` over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from spinelift.web.accounts.models import ApiToken, Scope, User
from spinelift.web.audit.models import AuditEntry

from ..conftest import asking, error


def test_who_asks_is_told_who_they_are(alice: User) -> None:
    answer = asking(alice)("GET", "/me")
    assert answer.json() == {"id": str(alice.id), "email": alice.email}


def test_token_is_shown_once(alice: User) -> None:
    ask = asking(alice)
    made = ask("POST", "/tokens", {"name": " CI ", "scope": "read"})
    assert made.status_code == 201
    token = made.json()
    assert (token["name"], token["scope"]) == ("CI", "read")

    listed = ask("GET", "/tokens").json()["items"]
    assert listed[0] == {name: value for name, value in token.items() if name != "text"}

    bearer = {"Authorization": f"Bearer {token['text']}"}
    assert Client().get("/api/v1/me", headers=bearer).status_code == 200


def test_token_that_was_revoked_or_has_expired_opens_nothing(alice: User) -> None:
    ask = asking(alice)
    past, later = (timezone.now() + timedelta(days) for days in (-1, 1))
    refused = ask("POST", "/tokens", {"name": "CI", "expires_at": past.isoformat()})
    assert error(refused) == (422, "REQUEST_UNREADABLE")
    expired = ask("POST", "/tokens", {"name": "CI", "expires_at": later.isoformat()}).json()
    ApiToken.objects.filter(id=expired["id"]).update(expires_at=past)
    revoked = ask("POST", "/tokens", {"name": "CI"}).json()
    assert ask("DELETE", f"/tokens/{revoked['id']}").status_code == 204
    assert ask("DELETE", f"/tokens/{revoked['id']}").status_code == 204
    for token in (expired, revoked):
        bearer = {"Authorization": f"Bearer {token['text']}"}
        answer = Client().get("/api/v1/me", headers=bearer)
        assert error(answer) == (401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    shown = {token["id"]: token["revoked_at"] for token in ask("GET", "/tokens").json()["items"]}
    assert shown[revoked["id"]] is not None


def test_token_that_may_read_makes_none_that_may_write(alice: User) -> None:
    ask = asking(alice, Scope.READ)
    assert ask("GET", "/tokens").status_code == 200
    assert error(ask("POST", "/tokens", {"name": "CI"})) == (403, "NOT_ALLOWED")


def test_what_a_program_does_is_remembered_as_its_users(alice: User) -> None:
    asking(alice)("POST", "/tokens", {"name": "CI"}, **{"X-Forwarded-For": "192.0.2.1"})
    entry = AuditEntry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.actor_id, entry.actor, entry.address) == (alice.id, alice.email, "127.0.0.1")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer sl_", "Basic YTpi", "Bearer " + "x" * 9_000]
)
def test_what_is_no_token_is_nobodys(alice: User, authorization: str) -> None:
    asking(alice)
    answer = Client().get("/api/v1/me", headers={"Authorization": authorization})
    assert error(answer) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "wanted",
    [
        *({}, {"name": None}, {"name": "CI", "scope": "all"}, {"name": "CI", "expires_at": "soon"}),
        {"name": "CI", "expires_at": 1e300},
    ],
)
def test_token_that_is_not_described_as_it_has_to_be_is_not_made(
    alice: User, wanted: dict[str, object]
) -> None:
    assert error(asking(alice)("POST", "/tokens", wanted)) == (422, "REQUEST_UNREADABLE")
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("expires_at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_time_at_the_end_of_all_calendars_is_no_bug(alice: User, expires_at: str) -> None:
    answer = asking(alice)("POST", "/tokens", {"name": "CI", "expires_at": expires_at})
    assert error(answer) == (422, "REQUEST_UNREADABLE")


def test_time_without_a_zone_is_refused(alice: User) -> None:
    """Whose midnight would it be?"""
    wanted = {"name": "CI", "expires_at": "2030-01-01T00:00:00"}
    assert error(asking(alice)("POST", "/tokens", wanted)) == (422, "REQUEST_UNREADABLE")
