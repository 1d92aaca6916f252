"""What tests of jobs are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from spinelift.web.jobs.queue import broker

from ...redis_server import RedisServer
from .labour import LABOUR


@pytest.fixture(autouse=True)
def _queues_and_labour_are_new() -> Iterator[None]:
    LABOUR.reset()
    broker.cache_clear()
    yield
    broker().close()
    broker.cache_clear()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis that carries the messages of this process."""
    with RedisServer() as server, override_settings(JOBS_BROKER=over_redis(server)):
        yield server
        broker().close()


def over_redis(server: RedisServer) -> dict[str, Any]:
    name = "spinelift.web.jobs.redis_broker.RedisBroker"
    return {"class": name, "options": {"url": server.url}}
