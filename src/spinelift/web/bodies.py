"""Bodies of requests over ASGI, which Django has on its disk before it knows whose they are.

So who sends a large one is asked for first, and nobody may send more than there may be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpResponse

from spinelift.images.amounts import BYTES, in_words
from spinelift.web.http.problems import problem_response
from spinelift.web.live.senders import sender_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[..., Coroutine[Any, Any, None]]

ENDED = {"type": "http.disconnect"}


def bounded(application: Application) -> Application:
    """The application, which gets no more of a body than its sender may send."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        size = _size(headers)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size is None or size > most:
            if await asyncio.to_thread(_is_unknown, scope):
                words = "Sign in, or send a token, to send as much as that."
                await _refuse(send, problem_response("UNAUTHORIZED", words))
                return
            most = settings.LIMITS.request_bytes
        words = f"The request has more than {in_words(most, BYTES)}."
        too_much = problem_response("REQUEST_TOO_LARGE", words)
        if size is not None and size > most:
            await _refuse(send, too_much)
            return
        body = _Body(receive, send, most)
        await application(scope, body.receive, body.send)
        if body.is_too_much and not body.is_answered:
            await _refuse(send, too_much)

    return answer


class _Body:
    """What has come of one, and whether it was answered."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive = receive
        self._send = send
        self._left = most
        self.is_answered = False

    @property
    def is_too_much(self) -> bool:
        return self._left < 0

    async def receive(self) -> Any:
        if self.is_too_much:
            return ENDED
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return ENDED if self.is_too_much else message

    async def send(self, message: Any) -> None:
        self.is_answered = True
        await self._send(message)


def _size(headers: Mapping[bytes, bytes]) -> int | None:
    """As it is said; None where it comes in pieces. The server has checked that it is a number."""
    if b"transfer-encoding" in headers:
        return None
    return int(headers.get(b"content-length", b"0"))


def _is_unknown(scope: Scope) -> bool:
    try:
        return sender_of(scope, from_anywhere=True) is None
    finally:
        connections.close_all()


async def _refuse(send: Send, answer: HttpResponse) -> None:
    """And read no more of it."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(answer.content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
