"""What Prometheus finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ..processes import wait_until
from .serving import WAIT, send, serving

Labels = dict[str, str]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with serving(workers=1) as client:
        yield client


def value(client: httpx.Client, name: str, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_jobs_are_counted_by_how_they_ended(client: httpx.Client) -> None:
    for _ in range(2):
        send(client, headers=WAIT)
    send(client, image=b"nothing", headers=WAIT)

    def jobs(outcome: str, cached: str) -> float:
        return value(client, "spinelift_jobs_total", outcome=outcome, cached=cached)

    assert (jobs("completed", "false"), jobs("completed", "true")) == (1, 1)
    assert (jobs("failed", "false"), jobs("cancelled", "false")) == (1, 0)
    count = "spinelift_job_duration_seconds_count"
    assert value(client, count, outcome="completed") == 1
    assert value(client, "spinelift_job_duration_seconds_sum", outcome="completed") > 0


def test_load_is_seen(client: httpx.Client, gate: Path) -> None:
    def load() -> tuple[float, float]:
        return value(client, "spinelift_jobs_running"), value(client, "spinelift_jobs_waiting")

    assert load() == (0, 0)
    first, *_ = (
        send(client, filename=f"{gate.name}.png", fields={"parameters": {"max_vertices": n}})
        for n in (10, 11, 12)
    )
    wait_until(lambda: load() == (1, 2))
    client.delete(first.json()["status_url"].removesuffix("/status"))
    wait_until(lambda: load() == (1, 1))
    gate.touch()
    wait_until(lambda: load() == (0, 0))
    assert value(client, "spinelift_jobs_total", outcome="cancelled") == 1


def test_requests_are_counted_by_route_method_and_status(client: httpx.Client) -> None:
    for _ in range(3):
        client.get("/live")
    client.get("/api/v1/mesh/no-such-job/status")

    count = "spinelift_http_request_duration_seconds_count"
    assert value(client, count, route="/live", method="GET", status="200") == 3
    route = "/api/v1/mesh/{job_id}/status"
    assert value(client, count, route=route, method="GET", status="404") == 1


def test_clients_cannot_make_series(client: httpx.Client) -> None:
    def series() -> int:
        return client.get("/metrics").text.count("\n")

    def ask(number: int) -> None:
        client.get(f"/nothing/{number}")
        client.get(f"/api/v1/mesh/some-job-{number}/status")
        client.request(f"BREW{number}", "/live")
        client.request(f"BREW{number}", f"/nothing/{number}")

    ask(0)
    client.get("/metrics")
    before = series()
    for number in range(1, 20):
        ask(number)

    assert series() == before


def test_process_and_callbacks_are_seen(client: httpx.Client) -> None:
    assert value(client, "process_resident_memory_bytes") > 0
    assert value(client, "process_cpu_seconds_total") > 0
    assert "\nspinelift_callbacks_waiting 0.0\n" in client.get("/metrics").text


def test_metrics_need_the_token_where_there_is_one() -> None:
    with serving(token="secret") as client:  # noqa: S106
        assert client.get("/metrics").status_code == 401
        found = client.get("/metrics", headers={"Authorization": "Bearer secret"})

    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/plain; version=")


def test_replicas_of_one_process_count_for_themselves(client: httpx.Client) -> None:
    with serving() as other:
        other.get("/live")
        other.get("/live")

    count = "spinelift_http_request_duration_seconds_count"
    assert value(client, count, route="/live") == 0
