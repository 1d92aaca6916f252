"""The hub of this process, where it has one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from spinelift.web.components import hints
from spinelift.web.live.cable import Connection
from spinelift.web.live.hub import Hub

_running: Hub | None = None


def running_hub() -> Hub | None:
    """None where nothing is followed in this process."""
    return _running


@contextlib.asynccontextmanager
async def hub_of_process() -> AsyncIterator[Hub]:
    """Run the hub of this process, in its loop, for the time of the block."""
    global _running  # noqa: PLW0603  # of the process
    async with Hub(hints()) as hub:
        _running = hub
        try:
            yield hub
        finally:
            _running = None


async def cable(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application for WebSockets, which are at `/cable`."""
    if scope["path"] != "/cable" or _running is None:
        await receive()
        await send({"type": "websocket.close", "code": 1001})
        return
    await Connection(_running, scope, receive, send).serve()
