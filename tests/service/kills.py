"""Two replicas before a proxy, killed in turn under load: what becomes of requests and of jobs."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import redis

from spinelift.contract.generation import MeshRequest
from spinelift.generators.mesh_service import MeshServiceClient
from spinelift.generators.patience import Patience
from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.service.records import JobRecord
from spinelift.service.stores.redis import RedisJobStore

from ..redis_server import RedisServer
from .pictures import Picture, fresh
from .proxy import balancing
from .replica import Replica

DEADLINE_SECONDS = 60.0
"""For one request of a client, all its attempts included."""

WORKERS = 2
LEASES_TO_END = 4
"""How long, when no more is sent, jobs may take to end; else they never will."""

FOREVER = 2.0**40


@dataclass
class Survival:
    """What was seen.

    Attributes
    ----------
    right, wrong
        Names of the images that got their own mesh, and of those that got another's.
    refused
        Why requests got none within their deadline.
    caught
        Seconds from the kill of a replica to the end of a job that it had not ended, by job; for
        one that never ended, infinite.
    seconds
        That requests took.
    """

    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    kills: int = 0
    records: list[JobRecord] = field(default_factory=list)
    caught: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.right) + len(self.wrong) + len(self.refused)


def survive(
    folder: Path,
    pictures: Sequence[Picture],
    *,
    seconds: float,
    clients: int,
    kill_every_seconds: float,
    lease_seconds: float,
) -> Survival:
    """Send requests for so long, and kill a replica and start it anew every so often.

    Then wait until no job is left, for a few leases at most.
    """
    seen = Survival()
    with ExitStack() as stack:
        redis_url = stack.enter_context(RedisServer()).url
        settings = {
            "redis_url": redis_url,
            "storage": folder / "storage",
            "lease_seconds": lease_seconds,
            "workers": WORKERS,
        }
        replicas = [
            stack.enter_context(Replica(folder / f"replica-{number}", **settings))
            for number in range(2)
        ]
        port = stack.enter_context(
            balancing(lambda: [replica.port for replica in replicas if replica.port is not None])
        )
        patience = Patience(total_seconds=DEADLINE_SECONDS)
        client = stack.enter_context(
            MeshServiceClient(f"http://127.0.0.1:{port}", patience=patience)
        )
        until = time.monotonic() + seconds
        turns = _Turns(pictures)
        pool = stack.enter_context(ThreadPoolExecutor(clients))
        sending = [
            pool.submit(_send_until, until, client, turns, folder / f"image-{number}", seen)
            for number in range(clients)
        ]
        caught = _kill_until(until, replicas, kill_every_seconds, redis_url)
        for future in sending:
            future.result()
        end = time.monotonic() + LEASES_TO_END * lease_seconds
        while _unfinished(redis_url) and time.monotonic() < end:
            time.sleep(0.2)
        seen.kills, seen.records = len(caught), _all(redis_url)
        seen.caught = lasted(caught, seen.records)
    return seen


class _Turns:
    """Pictures one after the other, for whichever thread asks."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = itertools.cycle(pictures)
        self._lock = threading.Lock()

    def take(self) -> Picture:
        with self._lock:
            return next(self._pictures)


def _send_until(
    until: float, client: MeshServiceClient, turns: _Turns, file: Path, seen: Survival
) -> None:
    """As one client: the next image when there is the mesh of the last."""
    while time.monotonic() < until:
        picture = turns.take()
        file.write_bytes(fresh(picture.png))
        start = time.monotonic()
        try:
            fields = client.generate(MeshRequest(file, picture.name, MeshParameters())).fields
        except SpineLiftError as error:
            seen.refused.append(f"{error.code}: {error}")
            continue
        seen.seconds.append(time.monotonic() - start)
        (seen.right if picture.is_of(fields) else seen.wrong).append(picture.name)


@dataclass(frozen=True)
class Kill:
    """When it was, by `time.time`, and the jobs that had not ended then."""

    time: float
    left: list[JobRecord]


def _kill_until(
    until: float, replicas: Sequence[Replica], every_seconds: float, redis_url: str
) -> list[Kill]:
    """Kill one after the other, each as soon as that before it serves again."""
    kills: list[Kill] = []
    for victim in itertools.cycle(replicas):
        time.sleep(max(0.0, min(every_seconds, until - time.monotonic())))
        if time.monotonic() >= until:
            break
        now = time.time()
        victim.kill()
        kills.append(Kill(now, _unfinished(redis_url)))
        victim.start()
    return kills


def lasted(kills: Sequence[Kill], records: Sequence[JobRecord]) -> dict[str, float]:
    """How long each job that a kill caught took from then to its end."""
    first: dict[tuple[str, int], float] = {}
    last: dict[str, float] = {}
    for kill in kills:
        for record in kill.left:
            # One that was begun again in between has been caught again: it counts from then.
            last[record.job_id] = first.setdefault((record.job_id, record.attempt), kill.time)
    return {
        record.job_id: record.updated_at - last[record.job_id] if record.is_finished else math.inf
        for record in records
        if record.job_id in last
    }


def _unfinished(redis_url: str) -> list[JobRecord]:
    """The jobs that have not ended, whoever has them."""

    async def read() -> list[JobRecord]:
        store = RedisJobStore(redis_url, "spinelift", keep_seconds=1)
        try:
            found = [await store.read(job_id) for job_id in await store.lapsed(FOREVER)]
        finally:
            await store.close()
        return [record for record in found if record is not None and not record.is_finished]

    return asyncio.run(read())


def _all(redis_url: str) -> list[JobRecord]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        texts = [client.hget(key, "record") for key in client.scan_iter("*:job:*")]
    return [JobRecord.from_json(str(text)) for text in texts]
