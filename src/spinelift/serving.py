"""What serves HTTP until a signal comes, and then goes on to answer until all work has ended."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from types import FrameType

import uvicorn


class CannotListen(Exception):
    """The address is taken, or not this machine's; the message is one sentence for people."""


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that is listened on. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    is_dual = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        listening = socket.create_server((host, port), family=family, dualstack_ipv6=is_dual)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower().rstrip(".")
        raise CannotListen(
            f"The service cannot listen on port {port} of {host} ({reason}): choose "
            "another with --host and --port."
        ) from None
    # Its connections inherit that. asyncio sets it only where a socket names its protocol, which
    # this one does not; without it, the end of each answer is held back for 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class GracefulServer(uvicorn.Server, ABC):
    """Uvicorn's server, which on a signal goes on to answer until `drain` has returned.

    Attributes
    ----------
    is_hurried
        Whether a second signal came.
    """

    def __init__(
        self, config: uvicorn.Config, stops: Sequence[signal.Signals], drain_seconds: float
    ) -> None:
        super().__init__(config)
        self._stops = stops
        self._drain_seconds = drain_seconds
        self._draining: asyncio.Task[None] | None = None
        self.is_hurried = False

    @abstractmethod
    async def drain(self, seconds: float) -> None:
        """Let what was begun end, for so long; may be called again, with less."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is there now stays to the end: the garbage collector need not look at it, which was
        # a tenth of this process's work.
        gc.collect()
        gc.freeze()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take a signal as a wish, carried out by the loop: raised as an error, it could get lost.

        What the caller ignores stays ignored.
        """
        loop = asyncio.get_running_loop()
        before = {
            stop: signal.getsignal(stop)
            for stop in self._stops
            if signal.getsignal(stop) != signal.SIG_IGN
        }

        def wish(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
            loop.call_soon_threadsafe(self._stop)

        for number in before:
            signal.signal(number, wish)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self) -> None:
        """Begin to drain; asked again, drain no longer."""
        seconds = self._drain_seconds
        if self._draining is not None:
            self.is_hurried = True
            self.config.timeout_graceful_shutdown = 0
            seconds = 0
        self._draining = asyncio.create_task(self._drain(seconds))

    async def _drain(self, seconds: float) -> None:
        try:
            if self.started:
                await self.drain(seconds)
        finally:
            self.should_exit = True
