"""Images that do not come with the request: fetched from a URL, or taken from the storage."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import spinelift

from ..outbound.servers import Answer, Server, saying
from ..outbound.servers import serving as serving_http
from .serving import GENERATE, VALIDATE, WAIT, error, picture, serving


@contextlib.contextmanager
def answering(answer: Answer) -> Iterator[Server]:
    """A server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = serving_http(answer)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def file(content: bytes) -> Answer:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
    return saying(head.encode() + content)


ALLOWING: dict[str, Any] = {"allowed_hosts": ["127.0.0.1"], "allow_http_urls": True}


def test_image_is_fetched_and_named_by_its_url() -> None:
    with answering(file(picture())) as server, serving(**ALLOWING) as client:
        url = f"http://127.0.0.1:{server.port}/art/left%20arm.png?key=secret"
        result = client.post(GENERATE, json={"image_url": url}, headers=WAIT).json()

    assert result["name"] == "left arm"
    mesh = spinelift.generate_mesh(picture())
    assert result["vertices"] == mesh.vertices.tolist()


@pytest.fixture(scope="module")
def strict() -> Iterator[httpx.Client]:
    with serving(allow_http_urls=True) as client:
        yield client


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "0.0.0.0", "[::ffff:10.0.0.1]", "169.254.169.254", "[::1]"),  # noqa: S104
        *("2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "10.0.0.1"),
        *("localhost", "user:password@example.com", "", "exa mple.com"),
    ],
)
def test_url_that_leads_inside_is_refused(strict: httpx.Client, scheme: str, host: str) -> None:
    response = strict.post(GENERATE, json={"image_url": f"{scheme}://{host}/a.png"})

    assert error(response) == (422, "URL_REFUSED")
    if not set(host) & set("@ ") and host:
        assert "is not a public address" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/a", "gopher:", "data:,", "/"]
)
def test_only_the_web_is_opened(strict: httpx.Client, url: str) -> None:
    assert error(strict.post(GENERATE, json={"image_url": url})) == (422, "URL_REFUSED")


def test_plain_http_is_opened_only_where_it_is_allowed() -> None:
    with serving() as client:
        response = client.post(GENERATE, json={"image_url": "http://example.com/a.png"})
    assert error(response) == (422, "URL_REFUSED")


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "https://127.0.0.1/", "/b.png"])
def test_redirect_is_refused_wherever_it_leads(place: str) -> None:
    moved = saying(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
    with answering(moved) as server, serving(**ALLOWING) as client:
        url = f"http://127.0.0.1:{server.port}/a.png"
        response = client.post(GENERATE, json={"image_url": url})

    assert error(response) == (422, "URL_REFUSED")
    assert "redirect" in response.json()["error"]["message"]


def test_url_that_gives_no_image_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dead = listening.getsockname()[1]
    missing = saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    with answering(missing) as server, serving(**ALLOWING) as client:
        for port in (server.port, dead):
            body = {"image_url": f"http://127.0.0.1:{port}/a.png"}
            assert error(client.post(GENERATE, json=body)) == (502, "URL_UNREACHABLE")


def test_too_large_an_image_is_not_fetched() -> None:
    boast = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
    with answering(boast) as server, serving(**ALLOWING) as client:
        body = {"image_url": f"http://127.0.0.1:{server.port}/a.png"}
        assert error(client.post(GENERATE, json=body)) == (413, "IMAGE_TOO_LARGE")


def test_image_is_taken_from_the_storage_and_left_there(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "tail.png").write_bytes(picture())
    with serving(storage=str(tmp_path)) as client:
        response = client.post(GENERATE, json={"image_key": "art/tail.png"}, headers=WAIT)
        assert response.json()["name"] == "tail"
        advice = client.post(VALIDATE, json={"image_key": "art/tail.png"}).json()
        assert advice["recommendation"]
        missing = client.post(GENERATE, json={"image_key": "art/arm.png"})
        assert error(missing) == (404, "IMAGE_NOT_FOUND")
    assert (tmp_path / "art" / "tail.png").read_bytes() == picture()


@pytest.mark.parametrize(
    "key", ["../a", "/etc/passwd", "a//b", "results/x", "uploads/x", "a\\b", ""]
)
def test_key_that_leads_elsewhere_is_refused(strict: httpx.Client, key: str) -> None:
    assert error(strict.post(GENERATE, json={"image_key": key})) == (422, "REQUEST_UNREADABLE")


def test_same_id_with_another_image_is_a_conflict(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture())
    with serving(storage=str(tmp_path)) as client:
        body = {"image_key": "a.png", "job_id": "one-and-only"}
        assert client.post(GENERATE, json=body, headers=WAIT).status_code == 200
        assert client.post(GENERATE, json=body).status_code == 202
        body["image_key"] = "b.png"
        assert error(client.post(GENERATE, json=body)) == (409, "JOB_CONFLICT")


def test_resent_request_is_answered_though_its_image_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    with serving(storage=str(tmp_path)) as client:
        body = {"image_key": "a.png", "job_id": "sent-twice"}
        first = client.post(GENERATE, json=body, headers=WAIT).json()
        (tmp_path / "a.png").unlink()
        assert client.post(GENERATE, json=body, headers=WAIT).json() == first


def test_one_image_is_one_image(strict: httpx.Client) -> None:
    body = {"image_url": "https://example.com/a.png", "image_key": "a.png"}
    assert error(strict.post(GENERATE, json=body)) == (422, "REQUEST_UNREADABLE")
    assert error(strict.post(VALIDATE, json=body)) == (422, "REQUEST_UNREADABLE")
