"""The whole system as one process of its own: web, workers and scheduler, on one port.

Its settings are `spinelift.web.settings.embedded`; Django has to be set up before this is imported.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.core.management import call_command
from filelock import FileLock, Timeout

from spinelift.web import components, workers
from spinelift.web.accounts.services import local_user, make_sign_in_link
from spinelift.web.demo import make_demo
from spinelift.web.jobs.reconciling import take_over
from spinelift.web.jobs.workers import Workers
from spinelift.web.live_server import LiveServer
from spinelift.web.processes import HURRIED
from spinelift.web.scheduler import keep_time

log = structlog.get_logger()

DRAIN_SECONDS = 35.0
"""More than one job may take."""

LOOK_SECONDS = 0.02
LINK_LIFETIME = timedelta(days=1)


class FolderTaken(Exception):
    """Another process keeps what it has in the same folder; the message is for people."""


def serve(
    listening: socket.socket,
    stops: Sequence[signal.Signals],
    *,
    data: Path,
    with_demo: bool,
    say: Callable[[str], None],
) -> bool:
    """Serve until one of `stops` comes, and let what was begun end. Raises FolderTaken.

    Tells `say` what to open: the one-time address by which the local user comes in, or where there
    is none the plain one. Returns whether a second of those signals came; ends the process where
    jobs would have to be waited for.
    """
    lock = FileLock(data / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise FolderTaken(
            f"Another SpineLift keeps its work in {data}: end it, or name another folder "
            "with --data."
        ) from None
    with lock:
        call_command("migrate", verbosity=0)
        take_over()
        address = f"{settings.PUBLIC_URL.rstrip('/')}/"
        if settings.IS_LOCAL:
            user = local_user()
            if with_demo:
                make_demo(user)
            secret = make_sign_in_link(user=user, lifetime=LINK_LIFETIME)
            address += f"open/{secret}"
        say(address)
        server = _Server(stops)
        with contextlib.ExitStack() as closing:
            closing.callback(workers.close)
            closing.callback(components.close)
            server.run(sockets=[listening])
            log.info("server.ended", has_left_jobs=server.has_left_jobs)
            if server.has_left_jobs:
                # To be begun anew the next time; closing would end them, as though they had failed.
                # The processes that do them end when they miss this one.
                os._exit(HURRIED if server.is_hurried else 0)
        return server.is_hurried


class _Server(LiveServer):
    """Serves until the jobs that were begun have ended; those that wait are there the next time.

    Attributes
    ----------
    has_left_jobs
        Whether some may have been begun and not have ended.
    """

    def __init__(self, stops: Sequence[signal.Signals]) -> None:
        super().__init__(stops, DRAIN_SECONDS)
        self._ending = threading.Event()
        self.has_left_jobs = False
        self._workers = Workers(meshing_threads=settings.MESHING_THREADS)
        self._scheduler = threading.Thread(target=keep_time, args=(self._ending,), name="scheduler")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._begin)
        await super().startup(sockets)

    def _begin(self) -> None:
        components.mesh_generator()
        self.has_left_jobs = True
        self._workers.start()
        self._scheduler.start()

    async def drain(self, seconds: float) -> None:
        log.info("server.draining", seconds=seconds)
        self._ending.set()
        if not self.is_hurried:
            await self._await_jobs(seconds)
        await super().drain(seconds)

    async def _await_jobs(self, seconds: float) -> None:
        # In a thread of its own: asyncio would wait for one that it lends, however long it takes.
        threading.Thread(target=self._end, name="ending", daemon=True).start()
        end = time.monotonic() + seconds
        while self.has_left_jobs and not self.is_hurried and time.monotonic() < end:
            await asyncio.sleep(LOOK_SECONDS)

    def _end(self) -> None:
        self._workers.stop()
        self._scheduler.join()
        self.has_left_jobs = False
