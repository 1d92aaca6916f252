"""Every operation of the API is for those alone whom it is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from spinelift.web.accounts.models import Scope
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.api import api
from spinelift.web.audit.models import AuditEntry

from .access import ACCESS, Access, Least, World, make_world

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

ROOT = "/api/v1"
READING = {"GET", "HEAD", "OPTIONS"}

MAY: dict[Least, set[str]] = {
    Least.SIGNED_IN: {"alice", "bob", "val", "charlie"},
    Least.VIEWER: {"alice", "bob", "val"},
    Least.EDITOR: {"alice", "bob"},
    Least.OWNER: {"alice"},
    Least.ALICE: {"alice"},
}
SEE = MAY | dict.fromkeys((Least.EDITOR, Least.OWNER), MAY[Least.VIEWER])
"""Who knows that it is there."""

PEOPLE = ("alice", "bob", "val", "charlie", "nobody")


def operations() -> set[str]:
    paths = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path.removeprefix(ROOT)}"
        for path, methods in paths.items()
        for method in methods
    }


def expected(person: str, least: Least) -> set[int]:
    if person == "nobody":
        return {401}
    if person in MAY[least]:
        return {200, 201, 202, 204}
    return {403} if person in SEE[least] else {404}


def ask(world: World, operation: str, person: str, scope: Scope = Scope.WRITE) -> Response:
    """With a token of the person, or with none."""
    method, path = operation.split(" ")
    access = ACCESS[operation]
    headers = {}
    if person != "nobody":
        user = getattr(world, person)
        _, text = create_token(actor=SYSTEM, user=user, name="tests", scope=scope)
        headers["Authorization"] = f"Bearer {text}"
    kind, content = _sent(access, world)
    answer = Client().generic(
        method, ROOT + path.format(**access.path(world)), content, kind, headers=headers
    )
    if answer.streaming:
        answer.getvalue()  # else its file stays open
    return answer


def _sent(access: Access, world: World) -> tuple[str, bytes]:
    body: Any = access.body(world)
    if body is None:
        return "application/octet-stream", b""
    if isinstance(body, bytes):
        return "application/octet-stream", body
    if access.is_form:
        return MULTIPART_CONTENT, encode_multipart(BOUNDARY, body)
    return "application/json", json.dumps(body).encode()


def test_table_has_every_operation() -> None:
    assert operations() == set(ACCESS), "add it to tests/web/access.py"


@pytest.mark.django_db
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("operation", ACCESS)
def test_operation_is_for_those_whom_it_is_for(operation: str, person: str) -> None:
    world = make_world()
    answer = ask(world, operation, person)
    assert answer.status_code in expected(person, ACCESS[operation].least), answer.content
    if answer.status_code >= 400 and not operation.startswith("HEAD"):
        assert set(answer.json()) == {"error"}


@pytest.mark.django_db
@pytest.mark.parametrize("operation", ACCESS)
def test_token_that_may_read_only_reads(operation: str) -> None:
    answer = ask(make_world(), operation, "alice", Scope.READ)
    reads = operation.split(" ")[0] in READING
    assert answer.status_code == (200 if reads else 403), answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["val", "charlie", "nobody"])
def test_who_may_not_changes_nothing(person: str) -> None:
    world = make_world()
    refused = [
        operation
        for operation, access in ACCESS.items()
        if expected(person, access.least) & {401, 403, 404}
        and operation.split(" ")[0] not in READING
    ]
    for operation in refused:
        ask(world, operation, person)
    done = AuditEntry.objects.exclude(action="token.created").filter(actor=f"{person}@example.com")
    assert not done.exists()
    world.project.refresh_from_db()
    assert world.project.name == "Fox"


@pytest.mark.django_db
def test_anybody_may_leave_a_project_but_its_last_owner() -> None:
    world = make_world()
    for person, status in (("val", 204), ("bob", 204), ("charlie", 404), ("alice", 409)):
        _, text = create_token(
            actor=SYSTEM, user=getattr(world, person), name="tests", scope=Scope.WRITE
        )
        answer = Client().delete(
            f"{ROOT}/projects/{world.project.id}/members/{getattr(world, person).id}",
            headers={"Authorization": f"Bearer {text}"},
        )
        assert answer.status_code == status
