"""Bodies of bounded size and time: what is over is refused while it still comes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spinelift.images import ImageLimits
from spinelift.mesh.errors import SpineLiftError

SLACK_BYTES = 256 * 1024
"""What a request may have beside its images, whose bytes alone are what its limit is about."""

TEXT_BYTES = 2**20
"""What a request without images may have."""

LINGER_SECONDS = 5.0
"""How long the rest of a request that is refused is listened to."""


class RequestTooLarge(SpineLiftError):
    """There is no image in the request, and yet it is that long."""

    code: ClassVar[str] = "REQUEST_TOO_LARGE"


class UploadTooSlow(SpineLiftError):
    """The request did not come in time."""

    code: ClassVar[str] = "UPLOAD_TOO_SLOW"


class BoundedBodies:
    """Middleware: reading a request's body raises what it is refused for.

    An answer that comes before the body was read, or for want of a token was not read at all, is
    followed by a while in which the rest of the body is read and thrown away: whoever is still
    sending would find the connection broken, and no answer.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, most_seconds: float) -> None:
        self._app = app
        self._limits = ImageLimits(max_bytes=most_bytes)
        self._most_seconds = most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        has_images = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        until = asyncio.get_running_loop().time() + self._most_seconds
        received = 0
        is_over = False  # whole, hung up on, or not waited for any more

        async def receive_bounded() -> Message:
            nonlocal received, is_over
            if is_over:  # from here on, only a hang-up can come
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                is_over = True
                raise UploadTooSlow(
                    f"The request did not come within {self._most_seconds:g} seconds: "
                    "send it again over a faster line, or scale the image down."
                ) from None
            received += len(message.get("body", b""))
            is_over = not message.get("more_body", False)
            if has_images:
                self._limits.check_bytes(max(0, received - SLACK_BYTES), "The request")
            elif received > TEXT_BYTES:
                raise RequestTooLarge(
                    f"The request has more than {TEXT_BYTES // 2**20} MiB without an image: "
                    "send less of it at a time."
                )
            return message

        async def send_and_linger(message: Message) -> None:
            nonlocal is_over
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if not is_last or is_over:
                await send(message)
                return
            await send({**message, "more_body": True})
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    while (await receive()).get("more_body", False):
                        pass
            is_over = True
            await send({"type": "http.response.body"})

        await self._app(scope, receive_bounded, send_and_linger)
