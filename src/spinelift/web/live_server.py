"""What serves connections that stay open, with the hub that they follow things by."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Sequence
from typing import ClassVar

import structlog
import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from spinelift.serving import GracefulServer, listen
from spinelift.web import components
from spinelift.web.asgi import application
from spinelift.web.live.cable import LONGEST_COMMAND
from spinelift.web.live.running import hub_of_process

log = structlog.get_logger()

LAST_ANSWER_SECONDS = 5
PATIENCE_SECONDS = 30.0
"""With a client that takes nothing of what is sent, or does not say that it has come."""
NO_COLLECTIONS = 2**31 - 1
ENDED_CONNECTIONS = 1_000
COLLECTION_TICKS = 6_000
"""Garbage that has lived for long is looked for after so many connections have ended, each of which
leaves a little, and every ten minutes, uvicorn's server having ten ticks a second. By itself Python
would look at everything every few seconds, which with 2 000 sockets holds up all messages for a
third of a second."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Lets go of who does not take what they are sent, which would wait for them without end.

    Attributes
    ----------
    ended
        How many connections have ended in this process.
    """

    ended: ClassVar[int] = 0

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        WebSocketProtocol.ended += 1

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.writable.is_set():
            self.transport.abort()


class LiveServer(GracefulServer):
    """Serves the whole application over ASGI; ends what is open when all else has ended."""

    def __init__(self, stops: Sequence[signal.Signals], drain_seconds: float) -> None:
        config = uvicorn.Config(
            application,
            loop="asyncio",
            http="h11",
            ws=WebSocketProtocol,
            ws_max_size=LONGEST_COMMAND,
            ws_per_message_deflate=False,
            ws_ping_interval=None,  # the protocol has its own
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_ANSWER_SECONDS,
        )
        super().__init__(config, stops, drain_seconds)
        # Each request has a thread of its own here, which ends with it.
        settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
        self._open = contextlib.AsyncExitStack()
        self._ended = 0
        """How many connections had ended when garbage was looked for."""

    async def on_tick(self, counter: int) -> bool:
        ended = WebSocketProtocol.ended
        if ended - self._ended >= ENDED_CONNECTIONS or counter % COLLECTION_TICKS == 0:
            self._ended = ended
            gc.collect()
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        assert sockets is not None
        for listening in sockets:
            give_up_after(PATIENCE_SECONDS, listening)
        hub = await self._open.enter_async_context(hub_of_process())
        self._end_open = hub.end
        await super().startup(sockets)
        gc.set_threshold(*gc.get_threshold()[:2], NO_COLLECTIONS)
        host, port, *_ = sockets[0].getsockname()
        log.info("server.listening", host=host, port=port)

    async def drain(self, seconds: float) -> None:  # noqa: ARG002  # nothing waits
        """Say to all who follow something that they may come back soon."""
        self._end_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._open.aclose()


def give_up_after(seconds: float, listening: socket.socket) -> None:
    """Have the kernel end its connections to who takes nothing for so long, where it can.

    No stream could: it only waits until what it has sent is taken.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(seconds * 1000))


def serve_live(host: str, port: int, stops: Sequence[signal.Signals]) -> None:
    """Serve until one of `stops` comes. Raises CannotListen."""
    with listen(host, port) as listening, contextlib.closing(components):
        LiveServer(stops, 0).run(sockets=[listening])
    log.info("live.ended")
