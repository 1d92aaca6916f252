"""HEAD is answered wherever GET is, as GET is, without a body."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory

from spinelift.web.http.heads import WithoutBody
from spinelift.web.http.streaming import pieces_of, streaming

from .access import ACCESS, make_world
from .conftest import asking

READS = sorted(operation for operation in ACCESS if operation.startswith("GET "))


@pytest.mark.django_db
@pytest.mark.parametrize("operation", READS)
def test_head_has_the_headers_of_get(operation: str) -> None:
    world = make_world()
    place = "/api/v1" + operation.removeprefix("GET ").format(**ACCESS[operation].path(world))
    place += "?action=project" if "/audit" in operation else ""  # of which asking makes no more
    client = Client(headers={"Authorization": f"Bearer {asking(world.alice).token}"})

    read, head = client.get(place), client.head(place)

    assert read.status_code == head.status_code == 200
    assert read.getvalue() != head.getvalue() == b""
    assert dict(read.headers) == dict(head.headers)


@pytest.mark.django_db
def test_head_is_among_the_methods_that_are_allowed() -> None:
    answer = asking(make_world().alice)("DELETE", "/me")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


async def pieces() -> AsyncIterator[bytes]:
    yield b"piece"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: HttpResponse(b"whole"),
        lambda: StreamingHttpResponse([b"piece"]),
        lambda: StreamingHttpResponse(pieces()),
    ],
)
def test_body_is_left_out_for_head_alone(method: str, answer: type[HttpResponseBase]) -> None:
    given = WithoutBody(lambda _: answer())(RequestFactory().generic(method, "/"))
    assert (content_of(given) == b"") == (method == "HEAD")


def content_of(answer: HttpResponseBase) -> bytes:
    if not isinstance(answer, StreamingHttpResponse):
        assert isinstance(answer, HttpResponse)
        return answer.content

    async def read() -> bytes:
        return b"".join([piece async for piece in answer])

    return asyncio.run(read()) if answer.is_async else b"".join(answer)


@pytest.mark.parametrize("is_asgi", [False, True])
def test_file_that_is_not_to_be_sent_is_closed(is_asgi: bool) -> None:
    file = io.BytesIO(b"content")
    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": []}
    request: HttpRequest = RequestFactory().head("/")
    if is_asgi:
        request = ASGIRequest(scope, io.BytesIO())

    WithoutBody(
        lambda request: streaming(request, pieces_of(file), kind="image/png", name="arm.png")
    )(request)

    assert file.closed
