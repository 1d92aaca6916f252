"""What a receiver of OpenTelemetry's traces gets."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spinelift.contract.stages import BEGINNINGS
from spinelift.service.traces import Traces, open_traces

from .processes import environment, replica
from .records import a_record
from .serving import GENERATE, picture

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@dataclass
class Receiver:
    """Takes traces by OTLP over HTTP."""

    url: str = ""
    exports: list[ExportTraceServiceRequest] = field(default_factory=list)

    def spans(self) -> dict[str, Span]:
        """By their names; the last of each."""
        return {
            span.name: span
            for export in self.exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }

    def resource(self) -> dict[str, str]:
        return attributes(self.exports[0].resource_spans[0].resource)


def attributes(of: object) -> dict[str, str]:
    found = {}
    for pair in of.attributes:  # type: ignore[attr-defined]  # of spans and of resources
        found[pair.key] = str(getattr(pair.value, pair.value.WhichOneof("value")))
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's
            content = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            receiver.exports.append(ExportTraceServiceRequest.FromString(content))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


def test_trace_of_the_caller_goes_on_to_the_end_of_the_job(receiver: Receiver) -> None:
    with replica({"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}) as running:
        answer = running.client.post(
            GENERATE,
            params={"key": "s3cret"},
            files={"image": ("tail.png", picture())},
            headers=TRACED | {"Prefer": "wait=60"},
        )
        assert running.stop() == 0
        (line,) = running.events("request.answered")

    spans = receiver.spans()
    request, job = spans[f"POST {GENERATE}"], spans["mesh job"]
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, CALLER)
    assert (job.trace_id.hex(), job.parent_span_id) == (TRACE, request.span_id)
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request)["http.response.status_code"] == "200"
    assert attributes(request)["url.query"] == "REDACTED"
    assert attributes(job) == {
        "spinelift.job.id": answer.json()["job_id"],
        "spinelift.job.attempt": "1",
        "spinelift.job.cached": "False",
        "spinelift.job.status": "completed",
    }
    stages = [event.name for event in job.events]
    assert (stages[0], stages[-1]) == ("started", "completed")
    assert set(stages) <= {"started", *BEGINNINGS, "completed"}
    times = [job.start_time_unix_nano, *(event.time_unix_nano for event in job.events)]
    assert times == sorted(times)
    assert line["trace_id"] == TRACE
    assert receiver.resource()["service.name"] == "spinelift-mesh-service"


def test_failed_job_is_an_error(receiver: Receiver) -> None:
    with replica(
        {
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
            "OTEL_SERVICE_NAME": "meshes-of-alice",
        }
    ) as running:
        files = {"image": ("tail.png", b"nothing")}
        running.client.post(GENERATE, files=files, headers={"Prefer": "wait=60"})
        assert running.stop() == 0

    job = receiver.spans()["mesh job"]
    assert job.status.code == Status.STATUS_CODE_ERROR
    assert attributes(job)["error.type"] == "IMAGE_UNREADABLE"
    assert receiver.resource()["service.name"] == "meshes-of-alice"


def test_receiver_that_is_down_costs_log_lines_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with replica({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}) as running:
        files = {"image": ("tail.png", picture())}
        answer = running.client.post(GENERATE, files=files, headers={"Prefer": "wait=60"})
        assert answer.status_code == 200
        assert running.stop() == 0
        assert running.events("library.said")
        assert running.events("service.ended")
        running.assert_nothing_is_left()


ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("variables", "are_sent"),
    [
        ({}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_traces_are_sent_where_the_environment_says_so(
    variables: dict[str, str], are_sent: bool
) -> None:
    traces = open_traces(variables)

    assert traces.of_requests["tracing"] == are_sent
    asyncio.run(traces.close())


def test_nothing_that_sends_is_loaded_without_need() -> None:
    program = """
import sys
from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings
create_app(ServiceSettings())
print([name for name in sys.modules if name.startswith(("opentelemetry.exporter", "google"))])
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_missing_packages_are_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with structlog.testing.capture_logs() as logged:
        traces = open_traces(ENDPOINT)

    assert traces.of_requests["tracing"] is False
    (event,) = logged
    assert (event["event"], event["install"]) == ("traces.unavailable", "spinelift[telemetry]")


def test_span_of_a_job_that_is_lost_ends_with_its_task() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = Traces(provider)

    async def work() -> None:
        traces.job_changed(a_record(status="processing"))
        assert not exporter.get_finished_spans()

    async def lose() -> None:
        await asyncio.create_task(work())
        await asyncio.sleep(0)

    asyncio.run(lose())

    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["spinelift.job.status"] == "processing"
