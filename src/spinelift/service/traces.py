"""Traces by OpenTelemetry, where the environment says where to send them.

FastAPI makes the span of a request, which goes on with the trace that the client began; this module
makes the span of a job. Without OTEL_... the packages that send spans are not even loaded.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import NoOpTracerProvider, Span, StatusCode, TracerProvider

from spinelift.service.records import JobRecord
from spinelift.version import __version__

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider as SendingProvider

log = structlog.get_logger()

SERVICE_NAME = "spinelift-mesh-service"

FLUSH_SECONDS = 5.0
"""How long closing waits for the last spans to be taken."""

MOST_LETTERS = 1_024
"""Of one attribute: paths are clients' text."""


class Traces:
    """The traces of one replica.

    Parameters
    ----------
    provider
        Sends spans; without one there are none.
    """

    def __init__(self, provider: SendingProvider | None) -> None:
        self._provider = provider
        self._tracer = (provider or NoOpTracerProvider()).get_tracer("spinelift", __version__)
        self._open: dict[str, _JobSpan] = {}

    @property
    def of_requests(self) -> TelemetryConfig:
        """What FastAPI is told: spans of requests, and nothing else of what it offers."""
        provider: TracerProvider | None = self._provider
        return {
            "tracing": provider is not None,
            "tracer_provider": provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        }

    def job_changed(self, record: JobRecord) -> None:
        """Go on with the span of a job; the first time, below the request that made the job."""
        if self._provider is None:
            return
        span = self._open.get(record.job_id) or self._begin(record)
        span.add(record)
        if record.is_finished:
            self._end(record.job_id)

    async def close(self) -> None:
        """Send what is left, for FLUSH_SECONDS at most: who is to take it may be down."""
        if self._provider is not None:
            flushing = threading.Thread(target=self._provider.shutdown, daemon=True)
            flushing.start()
            await asyncio.to_thread(flushing.join, FLUSH_SECONDS)

    def _begin(self, record: JobRecord) -> _JobSpan:
        # One that another replica has begun is this one's from now on.
        began = record.created_at if record.attempt <= 1 else record.updated_at
        span = self._tracer.start_span(
            "mesh job",
            attributes={"spinelift.job.id": record.job_id},
            start_time=int(began * 1e9),
        )
        job_span = self._open[record.job_id] = _JobSpan(span)
        if not record.is_finished:
            # It may be lost to another replica, or left at the close, of which no record tells.
            task = asyncio.current_task()
            assert task is not None
            task.add_done_callback(lambda _: self._end(record.job_id))
        return job_span

    def _end(self, job_id: str) -> None:
        if span := self._open.pop(job_id, None):
            span.end()


class _JobSpan:
    def __init__(self, span: Span) -> None:
        self._span = span
        self._stage = ""

    def add(self, record: JobRecord) -> None:
        if record.stage != self._stage:
            self._stage = record.stage
            self._span.add_event(record.stage, {"spinelift.job.progress": record.progress})
        self._span.set_attributes(
            {
                "spinelift.job.attempt": record.attempt,
                "spinelift.job.cached": record.cached,
                "spinelift.job.status": record.status,
            }
        )
        if record.error is not None:
            self._span.set_attribute("error.type", str(record.error["code"]))
            self._span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        self._span.end()


def open_traces(environment: Mapping[str, str] = os.environ) -> Traces:
    """Send traces if the environment asks for it, as OpenTelemetry's specification has it."""
    if not _is_wanted(environment):
        return Traces(None)
    try:
        return Traces(_sending_provider())
    except ModuleNotFoundError as error:
        log.warning("traces.unavailable", missing=error.name, install="spinelift[telemetry]")
        return Traces(None)


def _is_wanted(environment: Mapping[str, str]) -> bool:
    """https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/"""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if exporters := environment.get("OTEL_TRACES_EXPORTER"):
        return "otlp" in exporters.split(",")
    return any(
        environment.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT")
    )


def _sending_provider() -> SendingProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor
    from opentelemetry.sdk.trace import Span as OpenSpan
    from opentelemetry.sdk.trace import TracerProvider as Provider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class WithoutQueries(SpanProcessor):
        """Queries may hold what is nobody's business, and ours hold nothing of interest."""

        def on_start(self, span: OpenSpan, parent_context: Context | None = None) -> None:  # noqa: ARG002
            if "url.query" in (span.attributes or {}):
                span.set_attribute("url.query", "REDACTED")

        def on_end(self, span: ReadableSpan) -> None:
            pass

    ours = {"service.name": SERVICE_NAME, "service.version": __version__}
    provider = Provider(
        # What the environment says of the service is stronger.
        resource=Resource.create(ours).merge(OTELResourceDetector().detect()),
        span_limits=SpanLimits(max_span_attribute_length=MOST_LETTERS),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
