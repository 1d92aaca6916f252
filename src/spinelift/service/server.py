"""One replica as a process of its own: listens, serves, and drains when it is asked to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Sequence

import structlog
import uvicorn

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.runner import Work
from spinelift.logs import configure_logs
from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings
from spinelift.serving import GracefulServer, listen

log = structlog.get_logger()

LAST_ANSWER_SECONDS = 5
"""How long, when all jobs have ended or were left, the last answers may take on their way."""


def run_service(
    settings: ServiceSettings,
    stops: Sequence[signal.Signals],
    work: Work[GenerationTask, Answer] = generate_answer,
) -> None:
    """Serve until one of `stops` comes, and drain. Raises CannotListen.

    A second of those signals does not wait for jobs, and ends with KeyboardInterrupt.
    """
    configure_logs()
    with listen(settings.host, settings.port) as listening:
        server = _Server(settings, stops, work)
        server.run(sockets=[listening])
        log.info("service.ended")
        if server.is_hurried:
            raise KeyboardInterrupt


class _Server(GracefulServer):
    """Serves until the jobs have ended."""

    def __init__(
        self,
        settings: ServiceSettings,
        stops: Sequence[signal.Signals],
        work: Work[GenerationTask, Answer],
    ) -> None:
        self._settings = settings
        self._replica = create_app(settings, work)
        config = uvicorn.Config(
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
        super().__init__(config, stops, settings.drain_seconds)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        host, port, *_ = sockets[0].getsockname()
        log.info("service.listening", host=host, port=port, workers=self._settings.workers)

    async def drain(self, seconds: float) -> None:
        foreman = self._replica.state.foreman
        log.info("service.draining", jobs=foreman.load, seconds=seconds)
        await foreman.drain(seconds)
