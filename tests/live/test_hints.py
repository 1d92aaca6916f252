"""Redis, which only says where there is news, killed while there is much."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from ..journeys.system import DistributedSystem
from ..processes import wait_until
from .cable import Cable, has_ended
from .cast import Visitor, enter

IMAGES = 8
LATE = timedelta(seconds=5)
"""Three are promised, on a machine that has nothing else to do."""
AWAY_SECONDS = 6

Receipts = dict[str, dict[int, tuple[datetime, datetime]]]
"""Of each mesh, by sequence: when it happened, and when that was first heard."""


@pytest.fixture
def alice(distributed: DistributedSystem) -> Iterator[Visitor]:
    [alice] = enter(distributed, "alice@live.example")
    yield alice
    alice.client.close()


def test_without_redis_each_subscriber_is_told_everything_in_time(
    distributed: DistributedSystem, alice: Visitor
) -> None:
    batch = alice.new_batch(alice.new_project("No hints"), IMAGES, 4000)
    meshes = alice.meshes_of(batch)
    with listening(alice, meshes) as receipts:
        wait_until(lambda: distributed.count(PROCESSING))
        killed = datetime.now(UTC)
        distributed.redis.kill()
        time.sleep(AWAY_SECONDS)
        distributed.redis.start()
        back = datetime.now(UTC)
        assert alice.await_end(batch, 300)["completed"] == IMAGES

    for mesh in meshes:
        last = alice.ask("GET", f"/meshes/{mesh}/status")["sequence"]
        assert sorted(receipts[mesh]) == list(range(1, last + 1))
    heard = [receipt for of_mesh in receipts.values() for receipt in of_mesh.values()]
    assert any(killed < at < back for at, _ in heard)
    assert max(received - at for at, received in heard) < LATE


PROCESSING = "SELECT count(*) FROM jobs_job WHERE status = 'processing'"


@contextmanager
def listening(user: Visitor, meshes: list[str]) -> Iterator[Receipts]:
    """Follow these from their beginning, each by a connection of its own, to their ends."""
    receipts: Receipts = defaultdict(dict)
    begun = datetime.now(UTC)

    def listen(cable: Cable, identifier: str, mesh: str) -> None:
        while True:
            message = cable.message(identifier, 300)
            received = datetime.now(UTC)
            happened = max(datetime.fromisoformat(message["updated_at"]), begun)
            receipts[mesh].setdefault(message["sequence"], (happened, received))
            if has_ended(message):
                return

    threads = []
    for mesh in meshes:
        cable = user.cable()
        identifier = cable.follow("MeshProgressChannel", mesh_id=mesh, sequence=0)
        threads.append(threading.Thread(target=listen, args=(cable, identifier, mesh)))
        threads[-1].start()
    yield receipts
    for thread in threads:
        thread.join()
