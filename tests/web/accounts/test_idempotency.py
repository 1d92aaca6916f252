"""`Idempotency-Key`: however often a request is sent, at once or later, it is done once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.web.accounts import idempotency
from spinelift.web.accounts.idempotency import sweep_keys
from spinelift.web.accounts.models import ApiToken, IdempotencyKey, User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.images.models import Upload
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import delete_project

from ..access import ACCESS, make_world
from ..conftest import actor_of, asking, error

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

THREADS = 8
KEY = {"Idempotency-Key": "7c1f"}
FOX = {"name": "Fox"}


def told(answer: Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def test_request_that_is_sent_again_is_done_once_and_answered_the_same(alice: User) -> None:
    ask = asking(alice)
    first = ask("POST", "/projects", FOX, **KEY)
    entries = AuditEntry.objects.count()
    assert first.status_code == 201
    assert told(ask("POST", "/projects", FOX, **KEY)) == told(first)
    assert told(asking(alice)("POST", "/projects", FOX, **KEY)) == told(first)
    assert Project.objects.count() == 1
    assert AuditEntry.objects.exclude(action="token.created").count() == entries - 1
    assert ask("POST", "/projects", FOX).json() != first.json()


def test_answer_stays_what_it_was(alice: User) -> None:
    ask = asking(alice)
    first = ask("POST", "/projects", FOX, **KEY)
    delete_project(actor=actor_of(alice), project=Project.objects.get())
    assert told(ask("POST", "/projects", FOX, **KEY)) == told(first)
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [("/projects", {"name": "Wolf"}), ("/projects?x=1", FOX), ("/validate", {"parameters": {}})],
)
def test_key_is_of_one_request(alice: User, path: str, body: object) -> None:
    ask = asking(alice)
    ask("POST", "/projects", FOX, **KEY)
    assert error(ask("POST", path, body, **KEY)) == (422, "KEY_REUSED")
    assert Project.objects.count() == 1


def test_key_is_of_one_user(alice: User, bob: User) -> None:
    answers = [asking(user)("POST", "/projects", FOX, **KEY) for user in (alice, bob)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Project.objects.count() == 2


def test_what_was_refused_is_tried_anew(alice: User) -> None:
    ask = asking(alice)
    wanted = {"name": "CI", "parameters": {"padding": 2}}
    other = ask("POST", "/presets", wanted).json()
    assert error(ask("POST", "/presets", wanted, **KEY)) == (409, "NAME_TAKEN")
    assert not IdempotencyKey.objects.exists()
    ask("DELETE", f"/presets/{other['id']}")
    assert ask("POST", "/presets", wanted, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", "a\tb"])
def test_key_that_nobody_could_read_is_refused(alice: User, key: str) -> None:
    answer = asking(alice)("POST", "/projects", FOX, **{"Idempotency-Key": key})
    assert error(answer) == (422, "REQUEST_UNREADABLE")
    assert not Project.objects.exists()


def test_who_is_unknown_has_no_keys() -> None:
    answer = Client().post("/api/v1/projects", FOX, "application/json", headers=KEY)
    assert error(answer) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("path", ["/tokens", "/notifications/settings/secret"])
def test_secret_is_kept_nowhere(alice: User, path: str) -> None:
    ask = asking(alice)
    made = ask("POST", path, {"name": "CI"}, **KEY)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert error(ask("POST", path, {"name": "CI"}, **KEY)) == (409, "SHOWN_ONCE")
    assert ApiToken.objects.count() == (2 if path == "/tokens" else 1)
    assert IdempotencyKey.objects.get().content is None


def test_answer_that_was_lost_is_waited_for_no_more(alice: User) -> None:
    """As when a server is killed between its deed and its answer."""
    ask = asking(alice)
    assert ask("POST", "/projects", {"name": "Fox"}, **KEY).status_code == 201
    an_hour_ago = timezone.now() - timedelta(hours=1)
    IdempotencyKey.objects.update(status=None, content=None, created_at=an_hour_ago)
    assert error(ask("POST", "/projects", {"name": "Fox"}, **KEY)) == (409, "SHOWN_ONCE")
    assert Project.objects.count() == 1


def test_upload_is_begun_once(alice: User) -> None:
    ask = asking(alice)
    answers = [ask("POST", "/uploads", {"size": 7}, **KEY) for _ in range(2)]
    assert told(answers[0]) == told(answers[1])
    assert Upload.objects.count() == 1


def test_request_that_changes_nothing_takes_no_key(alice: User) -> None:
    assert asking(alice)("POST", "/validate", {"parameters": {}}, **KEY).status_code == 200
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "operation",
    [name for name, access in ACCESS.items() if name.startswith("POST") and not access.is_form],
)
def test_every_operation_is_done_once(operation: str) -> None:
    """But for what is a secret, and for what is measured anew."""
    world = make_world()
    access, path = ACCESS[operation], operation.removeprefix("POST ")
    ask, place = asking(world.alice), path.format(**access.path(world))
    first = ask("POST", place, access.body(world), **KEY)
    entries = AuditEntry.objects.count()
    again = ask("POST", place, access.body(world), **KEY)
    assert AuditEntry.objects.count() == entries
    if IdempotencyKey.objects.filter(content=None).exists():
        assert error(again) == (409, "SHOWN_ONCE")
    elif IdempotencyKey.objects.exists():
        assert told(again) == told(first)
    else:
        assert again.status_code == first.status_code


def test_request_whose_first_has_no_answer_yet_is_told_to_wait(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.1)
    ask = asking(alice)
    ask("POST", "/projects", FOX, **KEY)
    IdempotencyKey.objects.update(status=None, content=None)
    answer = ask("POST", "/projects", FOX, **KEY)
    assert error(answer) == (409, "KEY_IN_USE")
    assert int(answer.headers["Retry-After"]) >= 1
    assert Project.objects.count() == 1


def test_bug_leaves_no_key(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was done, and so it can be done."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    ask = asking(alice)
    with monkeypatch.context() as broken:
        broken.setattr("spinelift.web.subscriptions.record", fail)
        with pytest.raises(ZeroDivisionError):
            ask("POST", "/projects", FOX, **KEY)
    assert not IdempotencyKey.objects.exists()
    assert ask("POST", "/projects", FOX, **KEY).status_code == 201


def test_keys_go_after_a_day(alice: User) -> None:
    ask = asking(alice)
    ask("POST", "/projects", FOX, **KEY)
    assert sweep_keys() == 0
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    assert sweep_keys() == 1
    assert ask("POST", "/projects", FOX, **KEY).status_code == 201
    assert Project.objects.count() == 2


def at_once(*asked: tuple[User, str, dict[str, str]]) -> list[Response]:
    """Send all of them at the same time: who asks, for a project of what name, with what key."""
    asking_ones = {user: asking(user) for user, _, _ in asked}

    def send(request: tuple[User, str, dict[str, str]]) -> Response:
        user, name, key = request
        try:
            return asking_ones[user]("POST", "/projects", {"name": name}, **key)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(send, asked))


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_with_one_key_are_done_once() -> None:
    alice = User.objects.create_user("alice@example.com")
    answers = at_once(*[(alice, "Fox", KEY)] * THREADS)
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    assert Project.objects.count() == 1
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
@given(
    asked=st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("12")),
        min_size=2,
        max_size=THREADS,
    )
)
@settings(max_examples=40)
def test_each_key_does_one_request_of_those_that_carry_it(
    asked: list[tuple[str, str, str]],
) -> None:
    users = {name: User.objects.create_user(f"{name}{uuid4()}@example.com") for name in "ab"}
    before = Project.objects.count()
    answers = at_once(*((users[who], name, {"Idempotency-Key": key}) for who, name, key in asked))
    assert Project.objects.count() - before == len({(who, key) for who, _, key in asked})
    done: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for (who, name, key), answer in zip(asked, answers, strict=True):
        if answer.status_code == 201:
            done.setdefault((who, key), set()).add((name, answer.json()["id"]))
        else:
            assert error(answer) == (422, "KEY_REUSED")
    assert all(len(projects) == 1 for projects in done.values())
