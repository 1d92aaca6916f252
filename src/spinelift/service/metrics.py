"""What Prometheus reads from one replica; names as on https://prometheus.io/docs/practices/naming."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from spinelift.service.callbacks import CallbackSender
from spinelift.service.foreman import Foreman
from spinelift.service.records import JobRecord
from spinelift.service.requests import AnsweredRequest

JOB_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""From a small image to two attempts that hang, and a wait for others that did."""

REQUEST_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""From a question of health to the longest wait that can be asked for."""


class Metrics:
    """The metrics of one replica, in a registry of their own.

    Labels have a few values each, whatever clients send.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._jobs = Counter(
            "spinelift_jobs",
            "Jobs that ended at this replica.",
            ("outcome", "cached"),
            registry=self._registry,
        )
        self._job_seconds = Histogram(
            "spinelift_job_duration_seconds",
            "From taking a job on to its end, its wait included; not of cached ones.",
            ("outcome",),
            buckets=JOB_SECONDS,
            registry=self._registry,
        )
        self._requests = Histogram(
            "spinelift_http_request_duration_seconds",
            "From a request's head to the end of its answer.",
            ("method", "route", "status"),
            buckets=REQUEST_SECONDS,
            registry=self._registry,
        )

    def watch(self, foreman: Foreman, callbacks: CallbackSender) -> None:
        """Add what is looked up whenever the metrics are read."""
        watched: dict[tuple[str, str], Callable[[], float]] = {
            ("spinelift_jobs_running", "Jobs in a worker."): lambda: foreman.running,
            ("spinelift_jobs_waiting", "Jobs that wait for a worker."): lambda: foreman.waiting,
            (
                "spinelift_callbacks_waiting",
                "Jobs with a callback that waits or is on its way.",
            ): lambda: callbacks.waiting,
        }
        for (name, words), value in watched.items():
            Gauge(name, words, registry=self._registry).set_function(value)

    def job_changed(self, record: JobRecord) -> None:
        """Count a job if it has ended."""
        if not record.is_finished:
            return
        self._jobs.labels(record.status, str(record.cached).lower()).inc()
        if not record.cached:
            seconds = max(0.0, record.updated_at - record.created_at)
            self._job_seconds.labels(record.status).observe(seconds)

    def request_answered(self, answered: AnsweredRequest) -> None:
        """Count a request."""
        labels = (answered.method, answered.route, str(answered.status))
        self._requests.labels(*labels).observe(answered.seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads it."""
        return generate_latest(self._registry)
