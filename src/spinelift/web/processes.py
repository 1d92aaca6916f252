"""The processes of many machines that answer no requests: workers, and who keeps the time."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType

import structlog
from django.conf import settings

from spinelift.web import components
from spinelift.web.jobs.workers import Workers
from spinelift.web.scheduler import keep_time

log = structlog.get_logger()

HURRIED = 130
"""The exit code of who does not wait for what was begun."""


def work(stops: Sequence[signal.Signals]) -> None:
    """Do jobs until one of `stops` comes, and then those that were begun to their end."""
    with _wished(stops) as ending:
        workers = Workers(meshing_threads=settings.MESHING_THREADS)
        workers.start()
        log.info("worker.started", meshing_threads=settings.MESHING_THREADS)
        ending.wait()
        log.info("worker.draining")
        workers.stop()
        components.close()
    log.info("worker.ended")


def keep_the_clock(stops: Sequence[signal.Signals]) -> None:
    """Do by the clock what is due until one of `stops` comes."""
    with _wished(stops) as ending:
        log.info("scheduler.started")
        keep_time(ending)
    log.info("scheduler.ended")


@contextlib.contextmanager
def _wished(stops: Sequence[signal.Signals]) -> Iterator[threading.Event]:
    """Give what the first of these signals sets; a second one ends the process at once.

    Its jobs are begun anew when their leases have lapsed. What the caller ignores stays ignored.
    """
    wished = threading.Event()

    def hear(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if wished.is_set():
            os._exit(HURRIED)
        wished.set()

    before = {stop: signal.getsignal(stop) for stop in stops}
    heard = {stop: handler for stop, handler in before.items() if handler != signal.SIG_IGN}
    for stop in heard:
        signal.signal(stop, hear)
    try:
        yield wished
    finally:
        for stop, handler in heard.items():
            signal.signal(stop, handler)
