"""The threads of this process that look at jobs."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from dramatiq import Actor, Broker, Worker

from spinelift.web.jobs.models import Queue
from spinelift.web.jobs.queue import actor_name, broker
from spinelift.web.jobs.work import look

MESHING = (Queue.MESH_GENERATION, Queue.BATCH)
OTHERS = tuple(queue for queue in Queue if queue not in MESHING)
OTHERS_THREADS = 2
IDLE_MILLISECONDS = 100
"""Between two looks at an empty queue."""


class Workers:
    """Threads for meshing, and others, so that what is quick does not wait for what is not."""

    def __init__(self, *, meshing_threads: int) -> None:
        self._broker = broker()
        for priority, queue in enumerate(Queue):
            if actor_name(queue) not in self._broker.actors:
                Actor(
                    _look,
                    broker=self._broker,
                    actor_name=actor_name(queue),
                    queue_name=queue,
                    priority=priority,
                    options={},
                )
        self._workers = [
            _worker(self._broker, MESHING, meshing_threads),
            _worker(self._broker, OTHERS, OTHERS_THREADS),
        ]

    def start(self) -> None:
        for worker in self._workers:
            # Each adds middleware that tells it of the queues there are, once. It is not left
            # there, because Dramatiq warns of a second of its kind.
            middleware = list(self._broker.middleware)
            worker.start()
            self._broker.middleware = middleware

    def stop(self) -> None:
        """Begin no more jobs, and wait until those that were begun have ended."""
        for worker in self._workers:
            worker.stop()


def _look(job_id: str) -> None:
    look(UUID(job_id))


def _worker(broker: Broker, queues: Collection[Queue], threads: int) -> Worker:
    worker = Worker(
        broker, queues=set(queues), worker_timeout=IDLE_MILLISECONDS, worker_threads=threads
    )
    # No more than it can do at once, so that another process finds the rest.
    worker.queue_prefetch = threads
    return worker
