"""Dramatiq's broker over Redis, which gives up fast and soon finds what dead workers held."""

from __future__ import annotations

from typing import Any

import redis
from dramatiq.brokers import redis as dramatiq_redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 1
"""For Redis to answer: a person may wait for it, and the reconciler tries again anyway."""
HEARTBEAT_MILLISECONDS = 5_000
"""After which the messages of a silent process are free; its jobs are when their leases lapse."""
ALWAYS = 1_000_000
"""With each command, of a million, Dramatiq looks for silent processes: it is one look at a sorted
set, and by default would find them after minutes."""


class RedisBroker(dramatiq_redis.RedisBroker):
    """Messages in the Redis at a URL."""

    def __init__(self, *, url: str, **options: Any) -> None:
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        super().__init__(  # type: ignore[no-untyped-call]
            client=client,
            namespace="spinelift",
            heartbeat_timeout=HEARTBEAT_MILLISECONDS,
            maintenance_chance=ALWAYS,
            **options,
        )

    def close(self) -> None:
        self.client.close()
