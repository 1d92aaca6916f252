"""Says everywhere that there is news of something; what the news is, its rows say.

A hint that is lost costs who waits for it two seconds, and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol
from uuid import UUID

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger()

Listener = Callable[[Sequence[str]], None]
"""Is told names, in whatever thread, and must be quick."""

TOPIC = "spinelift/hints"
PATIENCE_SECONDS = 1
REST_SECONDS = 2.0
"""How long nothing is said after Redis did not take a hint: whoever works does not wait for it."""
TOGETHER = 500
"""Names in one message."""


def job_name(job_id: UUID) -> str:
    """What a job is called in hints."""
    return f"job/{job_id}"


def job_of(name: str) -> UUID | None:
    """The job that is called so; None where it is something else, whatever that is."""
    kind, _, rest = name.partition("/")
    try:
        return UUID(rest) if kind == "job" else None
    except ValueError:
        return None


def user_name(user_id: UUID) -> str:
    """What is called so: whatever a user is told, or may see."""
    return f"user/{user_id}"


class Hints(Protocol):
    """Carries hints."""

    def give(self, names: Sequence[str]) -> None:
        """Say that there is news of these. Never raises, and waits for nobody."""
        ...

    def heard_by(self, listener: Listener) -> contextlib.AbstractContextManager[None]:
        """While the block runs, tell `listener` what is said anywhere."""
        ...

    def close(self) -> None: ...


class LocalHints:
    """Within one process."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._changing = threading.Lock()

    def give(self, names: Sequence[str]) -> None:
        for listener in self._listeners:
            listener(names)

    @contextlib.contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        with self._changing:
            self._listeners = (*self._listeners, listener)
        try:
            yield
        finally:
            with self._changing:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

    def close(self) -> None:
        """There is nothing to close."""


class RedisHints:
    """Between processes, by the Pub/Sub of the Redis at a URL."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._rests_until = 0.0

    def give(self, names: Sequence[str]) -> None:
        if time.monotonic() < self._rests_until:
            return
        try:
            for begin in range(0, len(names), TOGETHER):
                self._client.publish(TOPIC, json.dumps(names[begin : begin + TOGETHER]))
        except redis.RedisError as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("hints.not_given", error=repr(error))

    @contextlib.contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        ending = threading.Event()
        thread = threading.Thread(
            target=self._hear, args=(listener, ending), name="hints", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()

    def close(self) -> None:
        self._client.close()

    def _hear(self, listener: Listener, ending: threading.Event) -> None:
        while not ending.is_set():
            try:
                with self._client.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[no-untyped-call]
                    heard.subscribe(TOPIC)
                    while not ending.is_set():
                        message = heard.get_message(timeout=PATIENCE_SECONDS / 2)
                        if message is not None:
                            listener(json.loads(message["data"]))
            except redis.RedisError as error:
                log.warning("hints.not_heard", error=repr(error))
                ending.wait(PATIENCE_SECONDS)
