"""Two replicas before a proxy, killed in turn under load: what becomes of requests and of jobs."""

from __future__ import annotations

import asyncio
import itertools
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

FOREVER = 2.0**40


@dataclass
class Survival:
    """What was seen.

    Attributes
    ----------
    wrong
        Requests that got a mesh of another image.
    refused
        Why requests got none within their deadline.
    caught
        Seconds from the kill of a replica to the end of a job that it had not ended, by job; for
        one that never ended, infinite.
    seconds
        That requests took.
    """

    right: int = 0
    wrong: int = 0
    refused: list[str] = field(default_factory=list)
    kills: int = 0
    records: list[JobRecord] = field(default_factory=list)
    caught: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.right + self.wrong + len(self.refused)


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
        replicas = [
            stack.enter_context(
                Replica(
                    folder / f"replica-{number}",
                    redis_url=redis_url,
                    storage=folder / "storage",
                    lease_seconds=lease_seconds,
                    workers=2,
                )
            )
            for number in range(2)
        ]
        port = stack.enter_context(
            balancing(lambda: [replica.port for replica in replicas if replica.port is not None])
        )
        client = stack.enter_context(
            MeshServiceClient(
                f"http://127.0.0.1:{port}", patience=Patience(total_seconds=DEADLINE_SECONDS)
            )
        )
        until = time.monotonic() + seconds
        lock = threading.Lock()
        turns = itertools.cycle(pictures)

        def send(number: int) -> None:
            file = folder / f"image-{number}"
            while time.monotonic() < until:
                with lock:
                    picture = next(turns)
                file.write_bytes(fresh(picture.png))
                request = MeshRequest(file, picture.name, MeshParameters())
                start = time.monotonic()
                try:
                    fields = client.generate(request).fields
                except SpineLiftError as error:
                    with lock:
                        seen.refused.append(f"{error.code}: {error}")
                    continue
                with lock:
                    seen.seconds.append(time.monotonic() - start)
                    if picture.is_of(fields):
                        seen.right += 1
                    else:
                        seen.wrong += 1

        killed: dict[str, tuple[float, int]] = {}
        with ThreadPoolExecutor(clients) as pool:
            sending = [pool.submit(send, number) for number in range(clients)]
            for victim in itertools.cycle(replicas):
                time.sleep(max(0.0, min(kill_every_seconds, until - time.monotonic())))
                if time.monotonic() >= until:
                    break
                now = time.time()
                victim.kill()
                seen.kills += 1
                for record in _unfinished(redis_url):
                    # One that was begun again since it was caught has been caught again.
                    if killed.get(record.job_id, (0.0, -1))[1] != record.attempt:
                        killed[record.job_id] = (now, record.attempt)
                victim.start()
            for future in sending:
                future.result()
        end = time.monotonic() + 4 * lease_seconds
        while _unfinished(redis_url) and time.monotonic() < end:
            time.sleep(0.2)
        seen.records = _all(redis_url)
        for record in seen.records:
            if record.job_id in killed:
                lasted = record.updated_at - killed[record.job_id][0]
                seen.caught[record.job_id] = lasted if record.is_finished else float("inf")
    return seen


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
