"""The cast: Alice owns a project, Bob edits it, Val views it, Charlie has nothing to do with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import Settings

from spinelift.web import workers
from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM, Actor
from spinelift.web.audit.guard import CHAINS, TABLE
from spinelift.web.projects.models import Project, Role
from spinelift.web.projects.services import add_member, create_project

from ..mail_server import MailServer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response


def drop_guard() -> None:
    """Let the audit be changed until the next `migrate` or flush."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION audit_keeps CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)",
            [TABLE, CHAINS],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


@pytest.fixture(autouse=True, scope="session")
def _tests_start_clean() -> None:
    """A test whose transactions are real ends with a flush, which the guard would refuse."""
    cases: Any = TransactionTestCase  # whose types leave it out
    flush = cases._fixture_teardown

    def without_guard(case: TransactionTestCase) -> None:
        drop_guard()
        flush(case)  # makes the guard anew, as each `migrate` does

    cases._fixture_teardown = without_guard


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    """Requests are counted in the cache, which the tests of a process share."""
    cache.clear()


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    """The folder that is the storage."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    settings.LOCAL_COPIES = tmp_path / "copies"
    return folder


@pytest.fixture(autouse=True, scope="session")
def _no_worker_is_left() -> Iterator[None]:
    yield
    workers.close()


def actor_of(user: User) -> Actor:
    return Actor(user.id, user.email, "192.0.2.7")


@pytest.fixture
def alice(db: None) -> User:  # noqa: ARG001  # the users are rows
    return User.objects.create_user("alice@example.com")


@pytest.fixture
def bob(db: None) -> User:  # noqa: ARG001  # the users are rows
    return User.objects.create_user("bob@example.com")


@pytest.fixture
def val(db: None) -> User:  # noqa: ARG001  # the users are rows
    return User.objects.create_user("val@example.com")


@pytest.fixture
def charlie(db: None) -> User:  # noqa: ARG001  # the users are rows
    return User.objects.create_user("charlie@example.com")


@pytest.fixture
def project(alice: User, bob: User, val: User) -> Project:
    project = create_project(actor=actor_of(alice), owner=alice, name="Fox")
    add_member(actor=SYSTEM, project=project, user=bob, role=Role.EDITOR)
    add_member(actor=SYSTEM, project=project, user=val, role=Role.VIEWER)
    return project


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """To which Django sends its mails."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server


@dataclass(frozen=True)
class Asking:
    """A program that has a token."""

    token: str

    def __call__(self, method: str, path: str, content: Any = None, **headers: str) -> Response:
        """Ask the API; `path` is below /api/v1, and what is not bytes is sent as JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Client().generic(
            method,
            f"/api/v1{path}",
            b"" if content is None else body,
            "application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )


def asking(user: User, scope: Scope = Scope.WRITE) -> Asking:
    """Give a program that asks for the user."""
    _, text = create_token(actor=SYSTEM, user=user, name="tests", scope=scope)
    return Asking(text)


def error(answer: Response) -> tuple[int, str]:
    """The status and the code of an answer that has to be of the one shape."""
    content = json.loads(answer.content)
    assert list(content) == ["error"]
    found = content["error"]
    assert list(found) == ["code", "message", "details"]
    assert found["message"].endswith((".", "!"))
    return answer.status_code, found["code"]
