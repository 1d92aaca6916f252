"""What tests of jobs are given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings

from spinelift.web.jobs.queue import close_broker

from ...redis_server import RedisServer
from .labour import LABOUR


@pytest.fixture(autouse=True)
def _queues_and_labour_are_new() -> Iterator[None]:
    LABOUR.reset()
    yield
    close_broker()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis that carries the messages of this process."""
    with RedisServer() as server, over_redis(server.url):
        yield server


@contextmanager
def over_redis(url: str) -> Iterator[None]:
    """Let messages go there within the block."""
    name = "spinelift.web.jobs.redis_broker.RedisBroker"
    close_broker()
    with override_settings(JOBS_BROKER={"class": name, "options": {"url": url}}):
        yield
        close_broker()
