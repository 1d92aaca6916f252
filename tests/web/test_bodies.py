"""Of a large body nothing is read before its sender is known, and no more than may come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from spinelift.web.accounts.models import User
from spinelift.web.bodies import Receive, Scope, Send, bounded

from .conftest import asking

pytestmark = pytest.mark.django_db(transaction=True)

CHUNK = b"x" * 1_000_000
LARGE = [(b"content-length", b"5000000000")]
IN_PIECES = [(b"transfer-encoding", b"chunked")]
Headers = Sequence[tuple[bytes, bytes]]


class Asked:
    """A request whose body does not end, and what came of it."""

    def __init__(self, headers: Headers) -> None:
        self.read = 0
        self.status = 0
        self.content = b""
        self._scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/projects",
            "query_string": b"",
            "headers": [(b"host", b"testserver"), *headers],
            "client": ("127.0.0.1", 1),
        }

    def sent_to(self, application: Any) -> Asked:
        asyncio.run(bounded(application)(self._scope, self._receive, self._send))
        return self

    async def _receive(self) -> Any:
        self.read += len(CHUNK)
        return {"type": "http.request", "body": CHUNK, "more_body": True}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.content += message.get("body", b"")

    @property
    def code(self) -> str:
        return str(json.loads(self.content)["error"]["code"])


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    """As Django does."""
    while (await receive())["type"] != "http.disconnect":
        pass


def token_of(user: User) -> tuple[bytes, bytes]:
    return (b"authorization", f"Bearer {asking(user).token}".encode())


@pytest.mark.parametrize("headers", [LARGE, IN_PIECES])
@pytest.mark.parametrize("who", [[], [(b"authorization", b"Bearer sl_nobody")]])
def test_nothing_is_read_of_whom_nobody_knows(headers: Headers, who: Headers) -> None:
    asked = Asked([*headers, *who]).sent_to(read_all)
    assert (asked.status, asked.code, asked.read) == (401, "UNAUTHORIZED", 0)


def test_nothing_is_read_of_what_is_said_to_be_too_much(alice: User) -> None:
    asked = Asked([*LARGE, token_of(alice)]).sent_to(read_all)
    assert (asked.status, asked.code, asked.read) == (413, "REQUEST_TOO_LARGE", 0)


def test_no_more_is_read_than_may_come(alice: User, settings: Settings) -> None:
    settings.LIMITS = replace(settings.LIMITS, request_bytes=10_500_000)
    asked = Asked([*IN_PIECES, token_of(alice)]).sent_to(read_all)
    assert (asked.status, asked.code, asked.read) == (413, "REQUEST_TOO_LARGE", 11_000_000)


def test_small_body_comes_from_anybody() -> None:
    got = []

    async def once(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        got.append(await receive())
        await send({"type": "http.response.start", "status": 204, "headers": []})

    asked = Asked([(b"content-length", b"1000000")]).sent_to(once)
    assert (asked.status, got[0]["body"]) == (204, CHUNK)
