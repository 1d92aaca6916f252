"""Whatever comes over HTTP is answered in the one shape, never by a bug, and harms nobody."""

from __future__ import annotations

import json
import socket
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinelift.mesh.parameters import PARAMETERS

from .serving import BATCH, GENERATE, VALIDATE, WAIT, error, picture, send, serving


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving(upload_seconds=2, upload_bytes=4_000_000) as client:
        yield client


JSON = {"Content-Type": "application/json"}
BOUNDARY = "boundary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

REFUSALS = {404, 408, 409, 413, 422}


@pytest.mark.parametrize("path", [GENERATE, BATCH, VALIDATE])
@pytest.mark.parametrize(
    "kind",
    [
        *(
            "",
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/mixed",
        ),
        *("multipart/form-data", "application/json;charset=utf-16", "\xff", "x" * 5_000),
    ],
)
def test_body_of_another_kind_is_refused(client: httpx.Client, path: str, kind: str) -> None:
    headers = {b"Content-Type": kind.encode("latin-1")}
    response = client.post(path, content=b"<image/>", headers=headers)

    status, code = error(response)
    assert status == 422
    assert code == "REQUEST_UNREADABLE"
    assert len(response.text) < 1_000


@pytest.mark.parametrize("path", [GENERATE, BATCH, VALIDATE])
@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"null",
            b"7",
            b'"image"',
            b"[]",
            b"\xff\xfe{}",
            b"{" * 100_000,
            b"[" * 100_000,
        ),
        *(b'{"image_url": 7}', b'{"image_url": "\\ud800"}', b'{"name": ["a"]}', b'{"\\ud800": 1}'),
        *(b'{"parameters": {"padding": NaN}}', b'{"parameters": {"padding": 1e999}}'),
        *(b'{"parameters": {"padding": ' + b"9" * 4_000 + b"}}", b'{"parameters": []}'),
        b'{"parameters": {"padding": "\\ud800", "\\ud800": "\\u0000"}}',
        b'{"parameters": {"padding": ' + b"[" * 500 + b"]" * 500 + b"}}",
        b'{"items": [' + b"{}," * 1_000 + b"{}]}",
        json.dumps({"parameters": {f"p{number}": number for number in range(10_000)}}).encode(),
        json.dumps({"job_id": "x" * 10_000}).encode(),
    ],
)
def test_hostile_json_is_refused_briefly(client: httpx.Client, path: str, body: bytes) -> None:
    response = client.post(path, content=body, headers=JSON)

    if path == VALIDATE and response.status_code == 200:  # to find such faults is what it is for
        assert not response.json()["valid"]
    else:
        assert error(response)[0] == 422
    assert len(response.text) < 20_000


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("value", [None, True, "x" * 10_000, -1e300, {}, [], "\u202e\n"])
def test_wrong_parameter_is_named_and_said_back_briefly(
    client: httpx.Client, name: str, value: Any
) -> None:
    body = {"image_key": "a.png", "parameters": {name: value, "no such": value}}
    response = client.post(GENERATE, json=body)

    assert error(response) == (422, "INVALID_PARAMETERS")
    named = {one["parameter"] for one in response.json()["error"]["details"]["parameters"]}
    assert named == {"no such"} | (
        {name} if not (value is None and PARAMETERS[name].optional) else set()
    )
    assert len(response.text) < 2_000


def test_text_without_image_is_bounded(client: httpx.Client) -> None:
    body = b'{"name": "' + b"x" * 3_000_000 + b'"}'
    assert error(client.post(GENERATE, content=body, headers=JSON)) == (413, "REQUEST_TOO_LARGE")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), kind=st.sampled_from([JSON, FORM]))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes, kind: dict[str, str]) -> None:
    for path in (GENERATE, BATCH, VALIDATE):
        response = client.post(path, content=body, headers=kind)
        if not (path == VALIDATE and response.status_code == 200):
            assert error(response)[0] in REFUSALS


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from(["image", "parameters", "preset", "job_id", "name", "other", ""]),
            st.none() | st.text(max_size=20),
            st.binary(max_size=60),
        ),
        max_size=4,
    )
)
def test_any_form_is_answered(
    client: httpx.Client, parts: list[tuple[str, str | None, bytes]]
) -> None:
    body = b""
    for name, filename, content in parts:
        file = "" if filename is None else f'; filename="{filename}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        body += head.encode("utf-8", "replace") + content + b"\r\n"
    body += f"--{BOUNDARY}--\r\n".encode()
    for path in (GENERATE, BATCH, VALIDATE):
        response = client.post(path, content=body, headers=FORM | WAIT)
        if response.status_code != 200:
            assert error(response)[0] in REFUSALS


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=80),
    method=st.sampled_from(["GET", "DELETE", "PUT", "HEAD", "OPTIONS", "BREW"]),
)
def test_any_address_is_answered(client: httpx.Client, path: str, method: str) -> None:
    for start in ("/", "/api/v1/mesh/"):
        head = f"{method} {start}{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        status = int(exchange(client, head.encode("latin-1")).split()[1])
        assert status < 500


def exchange(client: httpx.Client, request: bytes, *, hang_up: bool = False) -> bytes:
    """Send bytes, and read what is answered until the service closes."""
    place = ("127.0.0.1", client.base_url.port or 0)
    with socket.create_connection(place, timeout=60) as connection:
        connection.sendall(request)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.read()


def form(content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "7, 9", "", "9" * 30])
def test_content_length_that_is_none_is_refused(client: httpx.Client, length: str) -> None:
    head = f"POST {GENERATE} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n"
    request = f"{head}Content-Type: {JSON['Content-Type']}\r\nConnection: close\r\n\r\n{{}}"
    assert exchange(client, request.encode()).split()[1] in {b"400", b"408", b"422"}


def test_hanging_up_before_the_end_makes_no_job(client: httpx.Client) -> None:
    body = form(picture())
    head = f"POST {GENERATE} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body) + 10}\r\n"
    kind = f"Content-Type: {FORM['Content-Type']}\r\n\r\n"
    # Nobody is there to be answered; the service goes on.
    assert exchange(client, (head + kind).encode() + body, hang_up=True) == b""
    assert send(client).status_code == 202


def test_body_that_is_shorter_than_said_is_waited_for_no_longer_than_any(
    client: httpx.Client,
) -> None:
    body = form(picture())
    head = f"POST {GENERATE} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body) + 10}\r\n"
    kind = f"Content-Type: {FORM['Content-Type']}\r\n\r\n"
    assert exchange(client, (head + kind).encode() + body).split()[1] == b"408"


def test_body_that_is_longer_than_said_is_cut(client: httpx.Client) -> None:
    body = form(picture())
    head = (
        f"POST {GENERATE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n"
        f"Content-Type: {FORM['Content-Type']}\r\n\r\n"
    )
    assert exchange(client, head.encode() + body).split()[1] == b"422"


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def test_bomb_that_says_what_it_is_is_refused(client: httpx.Client) -> None:
    bomb = png(60_000, 60_000, zlib.compress(bytes(10_000)))
    assert error(send(client, image=bomb, headers=WAIT)) == (413, "IMAGE_TOO_LARGE")


def test_bomb_that_hides_what_it_is_is_harmless(client: httpx.Client) -> None:
    squeeze = zlib.compressobj(9)
    data = b"".join([squeeze.compress(bytes(2**20)) for _ in range(512)]) + squeeze.flush()
    response = send(client, image=png(16, 16, data), headers=WAIT)
    # All in it is transparent, or more than there should be: either may be said.
    assert error(response)[1] in {"IMAGE_EMPTY", "IMAGE_UNREADABLE"}


def test_service_is_well_after_all_that(client: httpx.Client) -> None:
    assert send(client, headers=WAIT).status_code == 200
