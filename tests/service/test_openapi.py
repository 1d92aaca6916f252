"""The OpenAPI document is what the service does, and the committed one is that document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from spinelift.service.wire import (
    BatchAnswer,
    Catalogue,
    ErrorEvent,
    JobStatus,
    MeshAnswer,
    ProblemAnswer,
    ProgressEvent,
    ResultEvent,
    Validation,
)

from .golden import DOCUMENT, document
from .serving import BATCH, GENERATE, STREAM, VALIDATE, WAIT, events, picture, send, serving

SECONDS = 30


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving(waiting=100) as client:
        yield client


def test_committed_document_is_what_the_service_says(client: httpx.Client) -> None:
    assert DOCUMENT.read_text() == document(), "run python -m tests.service.golden"
    assert client.get("/openapi.json").json() == json.loads(document())


def is_described(answer: Any, model: type[BaseModel]) -> bool:
    """Whether the model knows all of it, and changes nothing in it."""
    return bool(model.model_validate(answer).model_dump(exclude_unset=True) == answer)


def test_answers_are_as_described(client: httpx.Client) -> None:
    accepted = send(client)
    assert is_described(accepted.json(), JobStatus)
    assert is_described(client.get(accepted.json()["status_url"]).json(), JobStatus)
    split = {"parameters": {"islands": "split"}}
    assert is_described(send(client, headers=WAIT, fields=split).json(), MeshAnswer)
    assert is_described(client.post(GENERATE, json={}).json(), ProblemAnswer)
    assert is_described(client.get("/api/v1/parameters").json(), Catalogue)
    image = {"image": ("a.png", picture())}
    wrong = {"parameters": '{"padding": -1}'}
    assert is_described(client.post(VALIDATE, files=image, data=wrong).json(), Validation)
    files = [("image", (name, content)) for name, content in (("a", picture()), ("b", b"none"))]
    assert is_described(client.post(BATCH, files=files, headers=WAIT).json(), BatchAnswer)


def test_lines_of_streams_are_as_described(client: httpx.Client) -> None:
    models: dict[str, type[BaseModel]] = {
        "progress": ProgressEvent,
        "result": ResultEvent,
        "error": ErrorEvent,
    }
    files = [("image", (name, content)) for name, content in (("a", picture()), ("b", b"none"))]
    lines = events(client.post(BATCH, files=files, headers=STREAM))
    assert {line["event"] for line in lines} == set(models)
    assert all(is_described(line, models[line["event"]]) for line in lines)


def test_requests_made_of_the_document_find_no_bug(client: httpx.Client, tmp_path: Path) -> None:
    """Schemathesis: valid and invalid requests, and chains of them, for a bounded time."""
    checks = (
        *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
        *("response_schema_conformance", "unsupported_method", "allow_header_conformance"),
    )
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        (
            *(program, "run", str(client.base_url.join("/openapi.json")), "--no-color"),
            *("--checks", ",".join(checks), "--max-time", str(SECONDS), "--warnings", "off"),
        ),
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20 * SECONDS,
    )
    assert done.returncode == 0, done.stdout
    assert "Tested: 11" in done.stdout
