"""Follows one attempt at a job: writes down how far it is, and that its worker is alive."""

from __future__ import annotations

import threading
import time
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

    It can be called in any thread, and does not wait for the database: one thread of its own
    writes, with a connection of its own, which attempts that take less than 100 ms never open.
    Once the job is found to be lost, calling it raises JobLost.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._latest: Progress | None = None
        self._written: Progress | None = None
        self._has_news = threading.Event()
        self._is_over = threading.Event()
        self._is_lost = False
        self._thread = threading.Thread(target=self._write, name=f"job-{job.id}", daemon=True)

    def __call__(self, progress: Progress) -> None:
        if self._is_lost:
            raise JobLost
        self._latest = progress
        self._has_news.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._has_news.set()
        self._thread.join()

    def _write(self) -> None:
        beat = settings.JOBS_LEASE_SECONDS / BEATS
        due = time.monotonic() + beat
        try:
            while not self._is_over.wait(SHORTEST_SECONDS):
                self._has_news.wait(max(due - time.monotonic(), 0))
                self._has_news.clear()
                if self._is_over.is_set():
                    break
                self._write_once()
                due = time.monotonic() + beat
        except JobLost:
            self._is_lost = True
        finally:
            connection.close()

    def _write_once(self) -> None:
        """The latest progress where it is news, else that the worker is alive. Raises JobLost."""
        latest = self._latest
        try:
            if latest is None or latest == self._written:
                extend_lease(job=self._job)
            else:
                self._written = latest  # or refused, and so would be the lease beside it
                report_progress(job=self._job, progress=latest)
        except Error as error:
            # The next beat, on a new connection, extends the lease.
            log.warning("job.progress_lost", job_id=str(self._job.id), error=repr(error))
            connection.close()
