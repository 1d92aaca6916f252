"""Follows one attempt at a job: writes down how far it is, and that its worker is alive."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.db import Error, connection

from spinelift.contract.generation import Progress
from spinelift.web.jobs.models import Job
from spinelift.web.jobs.services import JobLost, extend_lease, report_progress

log = structlog.get_logger()

SHORTEST_SECONDS = 0.1
"""Between two events of progress; what comes in between gives way to what comes after it."""
BEATS = 4
"""In a lease, so that three may fail."""


class ProgressTracker:
    """While its `with` block runs, the job's lease is extended; called, it logs progress.

    It can be called in any thread, and does not wait for the database: one thread writes for all
    of this process, with a connection of its own, and nothing in the first 100 ms, in which most
    attempts end. Once the job is found to be lost, calling it raises JobLost.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._latest: Progress | None = None
        self._written: Progress | None = None
        self._is_over = False
        self._is_lost = False
        self._wrote_at = time.monotonic()
        """Or began."""
        self._writing = threading.Lock()

    def __call__(self, progress: Progress) -> None:
        if self._is_lost:
            raise JobLost
        self._latest = progress

    def __enter__(self) -> Self:
        _writer.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _writer.remove(self)
        with self._writing:
            self._is_over = True

    def write(self) -> None:
        """The latest progress where it is news, else from time to time that the worker is alive."""
        with self._writing:
            now = time.monotonic()
            is_early = now - self._wrote_at < SHORTEST_SECONDS
            is_due = now - self._wrote_at >= settings.JOBS_LEASE_SECONDS / BEATS
            latest = self._latest
            is_news = latest is not None and latest != self._written
            if self._is_over or self._is_lost or is_early or not (is_news or is_due):
                return
            self._wrote_at = now
            try:
                if latest is None or not is_news:
                    extend_lease(job=self._job)
                else:
                    self._written = latest  # or refused, and so would be the lease beside it
                    report_progress(job=self._job, progress=latest)
            except JobLost:
                self._is_lost = True
            except Error as error:
                # The next beat, on a new connection, extends the lease.
                log.warning("job.progress_lost", job_id=str(self._job.id), error=repr(error))
                connection.close()


class _Writer:
    """The thread that writes for all trackers, while there are any."""

    def __init__(self) -> None:
        self._trackers: set[ProgressTracker] = set()
        self._is_running = False
        self._changing = threading.Lock()

    def add(self, tracker: ProgressTracker) -> None:
        with self._changing:
            self._trackers.add(tracker)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="progress", daemon=True).start()

    def remove(self, tracker: ProgressTracker) -> None:
        with self._changing:
            self._trackers.discard(tracker)

    def _run(self) -> None:
        while trackers := self._at_work():
            for tracker in trackers:
                try:
                    tracker.write()
                except Exception:
                    log.exception("job.progress_bug")
            time.sleep(SHORTEST_SECONDS / 2)
        connection.close()

    def _at_work(self) -> Collection[ProgressTracker]:
        with self._changing:
            self._is_running = bool(self._trackers)
            return tuple(self._trackers)


_writer = _Writer()
