"""The queues: where it is said that a job waits. What is lost there, the reconciler says again."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from dramatiq import Broker, Message, Middleware

from spinelift.web.connections import keep_usable_connections
from spinelift.web.jobs.models import Job, Queue

log = structlog.get_logger()


class DatabaseConnections(Middleware):
    """Threads that work keep their database connections while those can be used."""

    def after_process_message(self, *_: Any, **__: Any) -> None:
        keep_usable_connections()

    def before_worker_thread_shutdown(self, *_: Any) -> None:
        connections.close_all()


def broker() -> Broker:
    """What carries the messages of this process, as `settings.JOBS_BROKER` says."""
    with _making:  # else threads could make one each, and not hear each other
        return _broker()


def close_broker() -> None:
    """Let go of it; whoever needs one after that makes another."""
    with _making:
        _broker().close()
        _broker.cache_clear()


_making = threading.Lock()


@cache
def _broker() -> Broker:
    """Without any of Dramatiq's retries and limits: the rows of jobs have them."""
    place: dict[str, Any] = settings.JOBS_BROKER
    made: Broker = import_string(place["class"])(
        middleware=[DatabaseConnections()], **place.get("options", {})
    )
    for queue in Queue:
        made.declare_queue(queue)
    return made


def actor_name(queue: str) -> str:
    """Who looks at the jobs of a queue."""
    return f"look_{queue}"


def wake(jobs: Iterable[Job]) -> list[UUID]:
    """Say on their queues that jobs wait; gives the ids of those of which that could be said.

    Never raises, and gives up at the first refusal: the reconciler says it later.
    """
    woken: list[UUID] = []
    for job in jobs:
        message: Message[None] = Message(
            queue_name=job.queue,
            actor_name=actor_name(job.queue),
            args=(str(job.id),),
            kwargs={},
            options={},
        )
        try:
            broker().enqueue(message)
        except Exception as error:  # whichever that is: each broker has its own
            log.warning("job.not_woken", job_id=str(job.id), error=repr(error))
            break
        woken.append(job.id)
    return woken
