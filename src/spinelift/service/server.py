"""One replica as a process of its own: listens, serves, and drains when it is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator, Sequence
from types import FrameType

import structlog
import uvicorn

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.runner import Work
from spinelift.service.app import create_app
from spinelift.service.logs import configure_logs
from spinelift.service.settings import ServiceSettings, UnusableSettings

log = structlog.get_logger()

LAST_ANSWER_SECONDS = 5
"""How long, when all jobs have ended or were left, the last answers may take on their way."""


def run_service(
    settings: ServiceSettings,
    stops: Sequence[signal.Signals],
    work: Work[GenerationTask, Answer] = generate_answer,
) -> None:
    """Serve until one of `stops` comes, and drain. Raises UnusableSettings.

    A second of those signals does not wait for jobs, and ends with KeyboardInterrupt.
    """
    configure_logs()
    with listen(settings.host, settings.port) as listening:
        server = _Server(settings, stops, work)
        server.run(sockets=[listening])
        log.info("service.ended")
        if server.is_hurried:
            raise KeyboardInterrupt


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that the service listens on. Raises UnusableSettings."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    is_dual = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        listening = socket.create_server((host, port), family=family, dualstack_ipv6=is_dual)
    except OSError as error:
        raise UnusableSettings(
            f"The service cannot listen on port {port} of {host} "
            f"({(error.strerror or str(error)).lower()}): choose another with --host and --port."
        ) from None
    # Its connections inherit that. asyncio sets it only where a socket names its protocol, which
    # this one does not; without it, the end of each answer is held back for 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    """Uvicorn's server, which on a signal goes on to answer until the jobs have ended."""

    def __init__(
        self,
        settings: ServiceSettings,
        stops: Sequence[signal.Signals],
        work: Work[GenerationTask, Answer],
    ) -> None:
        self._settings = settings
        self._stops = stops
        self._replica = create_app(settings, work)
        self._draining: asyncio.Task[None] | None = None
        self.is_hurried = False
        super().__init__(
            uvicorn.Config(
                self._replica,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWER_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is there now stays to the end: the garbage collector need not look at it, which was
        # a tenth of this process's work.
        gc.collect()
        gc.freeze()
        assert sockets is not None
        host, port, *_ = sockets[0].getsockname()
        log.info("service.listening", host=host, port=port, workers=self._settings.workers)

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
        seconds = self._settings.drain_seconds
        if self._draining is not None:
            self.is_hurried = True
            self.config.timeout_graceful_shutdown = 0
            seconds = 0
        self._draining = asyncio.create_task(self._drain(seconds))

    async def _drain(self, seconds: float) -> None:
        try:
            if self.started:
                foreman = self._replica.state.foreman
                log.info("service.draining", jobs=foreman.load, seconds=seconds)
                await foreman.drain(seconds)
        finally:
            self.should_exit = True
