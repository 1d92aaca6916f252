"""What is answered, and logged, when something is raised that no view has foreseen."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from spinelift.logs import configure_logs
from spinelift.web.errors import TooManyRequests
from spinelift.web.http.limits import count_request

from .conftest import error


@pytest.fixture(autouse=True)
def _failing(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.web.failing_urls"


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What this process logs, the way its programs do."""
    handlers, level = logging.root.handlers[:], logging.root.level
    stream = StringIO()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("database", "DATABASE_UNAVAILABLE"),
        ("connection", "DATABASE_UNAVAILABLE"),
        ("cache", "CACHE_UNAVAILABLE"),
    ],
)
def test_what_is_away_is_to_be_asked_for_again(path: str, code: str) -> None:
    answer = Client().get(f"/api/v1/{path}")
    assert error(answer) == (503, code)
    assert int(answer.headers["Retry-After"]) > 0


def test_bug_is_answered_without_a_word_of_it_and_logged(logged: StringIO) -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/bug")
    assert error(answer) == (500, "BROKEN")
    [line] = logged.getvalue().splitlines()
    event: dict[str, Any] = json.loads(line)
    assert (event["event"], event["level"], event["path"]) == (
        "request.bug",
        "error",
        "/api/v1/bug",
    )
    assert "ZeroDivisionError" in event["exception"]
    assert b"division" not in answer.content


def test_what_a_client_does_wrong_is_not_logged(logged: StringIO) -> None:
    assert Client().get("/nothing").status_code == 404
    assert logged.getvalue() == ""


def test_nobody_is_counted_without_the_cache(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.LIMITS = type(settings.LIMITS)(requests_a_minute=1)
    count_request("alice")
    with pytest.raises(TooManyRequests):
        count_request("alice")

    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "incr", refuse)
    count_request("alice")
