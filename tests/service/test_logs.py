"""What the service says of itself, and what it never says."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog

from spinelift.logs import MOST_LETTERS, configure_logs
from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings

from .processes import Replica, replica
from .serving import GENERATE, picture


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Where all logs of this process go, for a test."""
    handlers, level = logging.root.handlers[:], logging.root.level
    stream: io.StringIO = request.param()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


FORGERY = 'arm\n{"event": "forged"}\r\x1b[2J\u2028\x00'


def test_no_text_can_begin_a_line_or_steer_a_terminal(stream: io.StringIO) -> None:
    structlog.get_logger().info("test.said", name=FORGERY)
    logging.getLogger("library").warning("Cannot read %s", FORGERY)

    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all("forged" in line for line in lines)
    assert not [what for what in ("\r", "\x1b[2J", "\x00") if what in stream.getvalue()]


def test_no_exception_can_steer_a_terminal(stream: io.StringIO) -> None:
    try:
        raise ValueError(FORGERY)
    except ValueError:
        structlog.get_logger().exception("test.broke")

    assert "forged" in stream.getvalue()
    assert not [what for what in ("\r", "\x1b[2J", "\x00") if what in stream.getvalue()]


def test_no_text_is_endless(stream: io.StringIO) -> None:
    structlog.get_logger().info("test.said", name="a" * 10 * MOST_LETTERS)

    assert len(stream.getvalue()) < 2 * MOST_LETTERS


def test_exceptions_are_told_in_full(stream: io.StringIO) -> None:
    try:
        raise ValueError("what happened")
    except ValueError:
        structlog.get_logger().exception("test.broke")
        logging.getLogger("library").exception("It broke")

    assert stream.getvalue().count("ValueError: what happened") == 2


def test_what_libraries_do_is_not_logged(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com/?key=s3cret")

    assert stream.getvalue() == ""


def raw(replica: Replica, request: bytes) -> bytes:
    """What comes back for bytes that no client would send."""
    port = replica.client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        return connection.recv(65536)


@pytest.fixture(scope="module")
def talked() -> Iterator[tuple[Replica, list[dict[str, Any]]]]:
    """A service that was asked all sorts of things, and its lines of requests."""
    token = {"Authorization": "Bearer s3cret-token"}
    with replica(token="s3cret-token") as running:  # noqa: S106
        client = running.client
        client.get("/live", params={"key": "s3cret"}, headers={"X-Request-ID": "mine-1"})
        client.get("/api/v1/parameters", headers=token)
        client.get("/api/v1/parameters", headers={"Authorization": "Bearer s3cret-guess"})
        client.get("/api/v1/mesh/s3cret%0Ajob/status", headers=token)
        client.get("/api/v1/mesh/known-job/status", headers=token)
        client.get("/s3cret%0A%7B%22event%22:%22forged%22%7D")
        client.request("S3CRET", "/live")
        name = 's3cret\n{"event": "forged"}.png'
        client.post(GENERATE, files={"image": (name, picture())}, headers=token)
        client.post(GENERATE, json={"image_url": "ftp://s3cret.example/a?b"}, headers=token)
        raw(running, b"GET /live HTTP/1.1\r\nHost: x\r\nX-Request-ID: s3cret\x1b[31m\r\n\r\n")
        raw(running, b"GET /live\ns3cret: HTTP/1.1\r\n\r\n")
        assert running.stop() == 0
        yield running, running.events("request.answered")


def test_every_request_is_one_line(talked: tuple[Replica, list[dict[str, Any]]]) -> None:
    _, lines = talked

    status = "/api/v1/mesh/{job_id}/status"
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/live", 200),
        ("GET", "/api/v1/parameters", 200),
        ("GET", "/api/v1/parameters", 401),
        ("GET", status, 404),
        ("GET", status, 404),
        ("GET", "none", 404),
        ("other", "/live", 405),
        ("POST", GENERATE, 202),
        ("POST", GENERATE, 422),
        ("GET", "/live", 200),
    ]
    assert all(line["milliseconds"] >= 0 for line in lines)


def test_jobs_are_named_where_they_are_known(
    talked: tuple[Replica, list[dict[str, Any]]],
) -> None:
    _, lines = talked

    named = [line.get("job_id") for line in lines]
    assert named[4] == "known-job"
    assert isinstance(named[7], str)
    assert [name for index, name in enumerate(named) if index not in (4, 7)] == [None] * 8


def test_no_secret_and_no_text_of_a_client_is_logged(
    talked: tuple[Replica, list[dict[str, Any]]],
) -> None:
    running, _ = talked

    text = running.log.read_text()
    assert "s3cret" not in text.lower()
    assert "forged" not in text


def test_a_clients_id_is_kept_if_it_is_one(
    talked: tuple[Replica, list[dict[str, Any]]],
) -> None:
    _, lines = talked

    ids = [line["request_id"] for line in lines]
    assert ids[0] == "mine-1"
    assert len(set(ids)) == len(ids)


def test_answer_to_a_bug_names_the_request_too() -> None:
    app = create_app(ServiceSettings(storage="memory:"))

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError

    async def ask(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.get(path, headers={"X-Request-ID": "mine-2"})

    for path, status in (("/bug", 500), ("/live", 200), ("/nothing", 404)):
        answer = asyncio.run(ask(path))
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "mine-2")


def test_lines_are_json(talked: tuple[Replica, list[dict[str, Any]]]) -> None:
    running, _ = talked

    for line in running.log.read_text().splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
