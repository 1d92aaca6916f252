"""The OpenAPI document is what the API does, and the committed one is that document."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from ninja import Schema
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.api import api
from spinelift.web.audit.services import faults
from spinelift.web.projects.services import create_project

from .golden import DOCUMENT, document

SECONDS = 30
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "unsupported_method", "allow_header_conformance"),
    "ignored_auth",
)


def test_committed_document_is_what_the_api_says() -> None:
    assert DOCUMENT.read_text() == document(), "run python -m tests.web.golden"


def test_document_is_for_everybody() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == json.loads(document())


def test_each_schema_has_a_name_of_its_own() -> None:
    """Of two that have one name, the document would have one."""
    names = Counter(
        one.__name__ for one in kinds_of(Schema) if one.__module__.startswith("spinelift.")
    )
    assert [name for name, count in names.items() if count > 1] == []


def kinds_of(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from kinds_of(one)


def test_every_list_is_paged() -> None:
    for path, operations in api.get_openapi_schema()["paths"].items():
        for operation in operations.values():
            answer = operation["responses"].get(200, {}).get("content", {})
            schema = answer.get("application/json", {}).get("schema", {})
            assert schema.get("type") != "array", path


@pytest.mark.django_db(transaction=True)
def test_requests_made_of_the_document_find_no_bug(
    live_server: LiveServer, settings: Settings, tmp_path: Path
) -> None:
    """Schemathesis: valid and invalid requests, and chains of them, for a bounded time."""
    settings.LIMITS = dataclasses.replace(settings.LIMITS, requests_a_minute=10**9)
    alice = User.objects.create_user("alice@example.com")
    create_project(actor=SYSTEM, owner=alice, name="Fox")
    _, text = create_token(actor=SYSTEM, user=alice, name="tests", scope=Scope.WRITE)
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        (
            *(program, "run", f"{live_server.url}/api/v1/openapi.json", "--no-color"),
            *("--header", f"Authorization: Bearer {text}"),
            *("--checks", ",".join(CHECKS), "--max-time", str(SECONDS), "--warnings", "off"),
        ),
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20 * SECONDS,
    )
    assert done.returncode == 0, done.stdout
    operations = sum(map(len, json.loads(document())["paths"].values()))
    assert f"Tested: {operations}" in done.stdout
    assert list(faults()) == []
