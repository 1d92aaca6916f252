"""Several services that share a Redis and a folder are one service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ..processes import wait_until
from ..redis_server import RedisServer
from .serving import WAIT, error, send, serving


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def replicas(redis_server: RedisServer, tmp_path: Path) -> Iterator[list[httpx.Client]]:
    with contextlib.ExitStack() as stack:
        settings: dict[str, Any] = {
            "redis_url": redis_server.url,
            "storage": str(tmp_path),
            "lease_seconds": 1,
        }
        yield [stack.enter_context(serving(**settings)) for _ in range(2)]


def test_what_one_does_the_other_knows(replicas: list[httpx.Client], gate: Path) -> None:
    here, there = replicas
    request: dict[str, Any] = {"filename": f"{gate.name}.png", "fields": {"job_id": "shared-job"}}
    assert send(here, **request).status_code == 202
    place = "/api/v1/mesh/shared-job/status"
    wait_until(lambda: there.get(place).json()["status"] == "processing")
    assert send(there, **request).json()["job_id"] == "shared-job"
    gate.touch()
    answered = send(there, **request, headers=WAIT)
    assert answered.status_code == 200
    assert here.get("/api/v1/mesh/shared-job/result").json() == answered.json()
    assert send(here, filename=f"{gate.name}.png", headers=WAIT).json()["cached"]


def test_one_cancels_what_the_other_does(replicas: list[httpx.Client], gate: Path) -> None:
    here, there = replicas
    send(here, filename=f"{gate.name}.png", fields={"job_id": "shared-job"})

    assert there.delete("/api/v1/mesh/shared-job").json()["status"] == "cancelled"

    assert error(here.get("/api/v1/mesh/shared-job/result")) == (410, "JOB_CANCELLED")
    for replica in replicas:  # no worker is held by it
        assert send(replica, headers=WAIT | {"Cache-Control": "no-cache"}).status_code == 200


def test_service_says_when_it_cannot_reach_what_it_shares(
    replicas: list[httpx.Client], redis_server: RedisServer
) -> None:
    here, _ = replicas
    redis_server.kill()

    for answer in (
        send(here),
        here.get("/api/v1/mesh/some-job-id/status"),
        here.delete("/api/v1/mesh/some-job-id"),
        here.get("/ready"),
    ):
        assert error(answer) == (503, "STORE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) > 0
    assert here.get("/live").status_code == 200

    redis_server.start()
    assert send(here, headers=WAIT).status_code == 200
    assert here.get("/ready").status_code == 200
