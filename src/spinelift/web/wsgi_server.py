"""The web as processes of its own, which share a port: Django over WSGI, under granian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from spinelift.engine.pool import follow_parent
from spinelift.logs import configure_logs
from spinelift.serving import listen

log = structlog.get_logger()

LAST_ANSWER_SECONDS = 70
"""Longer than a request may wait for a job."""

LOGS = {"loggers": {"_granian": {"propagate": True}}}
"""What granian says is said as everything else is."""


def serve(host: str, port: int, *, workers: int, threads: int) -> None:
    """Answer until a signal comes, and then what was asked before. Raises CannotListen."""
    # Granian takes addresses alone, and says of one that is taken what nobody understands.
    with listen(host, port) as probe:
        address, port, *_ = probe.getsockname()
    server = Server(
        "spinelift.web.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_ANSWER_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig=LOGS,
    )
    server.on_startup(
        lambda: log.info("web.starting", host=address, port=port, workers=workers, threads=threads)
    )
    server.serve(target_loader=_application)
    log.info("web.ended")


def _application(target: str) -> Callable[..., Any]:
    """In a process that answers, which some systems start from nothing."""
    follow_parent()
    configure_logs()
    from spinelift.web.wsgi import application

    log.info("web.answering", application=target)
    return application
