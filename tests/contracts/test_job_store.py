"""What every store of jobs owes: one suite, run on each of them.

The Redis is one that the tests start, or the one at REDIS_URL.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from spinelift.service.jobs import Jobs
from spinelift.service.records import JobRecord
from spinelift.service.stores import JobStore
from spinelift.service.stores.memory import MemoryJobStore
from spinelift.service.stores.redis import RedisJobStore

from ..redis_server import RedisServer
from ..service.records import a_record, job_records, new_id

pytestmark = pytest.mark.anyio

MakeStore = Callable[[float], JobStore]
"""How many seconds finished records are kept -> a store."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    with RedisServer() as server:
        yield server.url


@pytest.fixture(params=["memory", "redis"])
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    if request.param == "memory":
        return lambda keep_seconds: MemoryJobStore(keep_seconds=keep_seconds)
    url = request.getfixturevalue("redis_url")
    return lambda keep_seconds: RedisJobStore(url, f"test-{secrets.token_hex(8)}", keep_seconds)


@pytest.fixture
async def store(make_store: MakeStore) -> AsyncIterator[JobStore]:
    store = make_store(60)
    yield store
    await store.close()


@pytest.fixture
async def forgetful_store(make_store: MakeStore) -> AsyncIterator[JobStore]:
    """One that forgets a job as soon as it is finished."""
    store = make_store(0)
    yield store
    await store.close()


def after(record: JobRecord, **changes: object) -> JobRecord:
    return dataclasses.replace(record, version=record.version + 1, **changes)  # type: ignore[arg-type]


@given(record=job_records())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_added_is_read_again(store: JobStore, record: JobRecord) -> None:
    record = dataclasses.replace(record, job_id=new_id())

    assert await store.add(record) is None
    assert await store.read(record.job_id) == record


async def test_job_that_was_never_added_is_not_there(store: JobStore) -> None:
    assert await store.read(new_id()) is None


@pytest.mark.parametrize(
    "text", ["", "short", "a" * 65, "../../etc/passwd", "abcdefgh\n", "abcdefgh ", "äöüäöüäöü"]
)
async def test_there_is_no_job_under_what_is_no_id(store: JobStore, text: str) -> None:
    assert await store.read(text) is None


async def test_id_that_is_taken_keeps_its_record(store: JobStore) -> None:
    first = a_record()
    second = dataclasses.replace(first, fingerprint="f" * 64)
    await store.add(first)

    assert await store.add(second) == first
    assert await store.read(first.job_id) == first


async def test_of_many_that_add_an_id_at_once_one_does(store: JobStore) -> None:
    job_id = new_id()
    records = [a_record(job_id=job_id, message=str(number)) for number in range(50)]

    there = await asyncio.gather(*(store.add(record) for record in records))

    (winner,) = [record for record, found in zip(records, there, strict=True) if found is None]
    assert all(found == winner for found in there if found is not None)
    assert await store.read(job_id) == winner


async def test_swap_puts_the_new_record_in_the_place_of_the_old(store: JobStore) -> None:
    old = a_record()
    new = after(old, status="processing", attempt=1)
    await store.add(old)

    assert await store.swap(old, new)
    assert await store.read(old.job_id) == new


async def test_swap_of_what_another_has_replaced_changes_nothing(store: JobStore) -> None:
    old = a_record()
    faster, slower = after(old, message="faster"), after(old, message="slower")
    await store.add(old)
    await store.swap(old, faster)

    assert not await store.swap(old, slower)
    assert await store.read(old.job_id) == faster


async def test_swap_of_what_is_not_there_changes_nothing(store: JobStore) -> None:
    old = a_record()

    assert not await store.swap(old, after(old))
    assert await store.read(old.job_id) is None
    assert await store.lapsed(1e12) == []


async def test_swap_goes_one_version_on(store: JobStore) -> None:
    record = a_record()
    await store.add(record)

    for wrong in (
        record,
        after(after(record)),
        dataclasses.replace(after(record), job_id=new_id()),
    ):
        with pytest.raises(AssertionError):
            await store.swap(record, wrong)


async def test_of_many_that_swap_at_once_one_does(store: JobStore) -> None:
    old = a_record()
    await store.add(old)
    candidates = [after(old, message=str(number)) for number in range(50)]

    swapped = await asyncio.gather(*(store.swap(old, new) for new in candidates))

    (winner,) = [new for new, is_in in zip(candidates, swapped, strict=True) if is_in]
    assert await store.read(old.job_id) == winner


async def test_what_was_handed_in_or_out_changes_nothing_that_is_kept(store: JobStore) -> None:
    record = a_record(request={"image_key": "images/arm"})
    await store.add(record)

    record.request["image_key"] = "images/leg"
    read = await store.read(record.job_id)
    assert read is not None
    read.request.clear()

    kept = await store.read(record.job_id)
    assert kept is not None
    assert kept.request == {"image_key": "images/arm"}


async def test_lapsed_are_the_jobs_whose_lease_has_ended_longest_ago_first(store: JobStore) -> None:
    late = a_record(lease_until=20.25)
    latest = a_record(lease_until=10.5, status="processing", attempt=1)
    due = a_record(lease_until=30.0)
    for record in (late, latest, due):
        await store.add(record)

    assert await store.lapsed(10.5) == []
    assert await store.lapsed(30.0) == [latest.job_id, late.job_id]
    assert await store.lapsed(30.1) == [latest.job_id, late.job_id, due.job_id]


async def test_job_whose_lease_was_extended_has_not_lapsed(store: JobStore) -> None:
    old = a_record(lease_until=10.0)
    await store.add(old)
    await store.swap(old, after(old, lease_until=20.0))

    assert await store.lapsed(15.0) == []
    assert await store.lapsed(25.0) == [old.job_id]


async def test_swap_that_fails_leaves_the_lease_as_it_is(store: JobStore) -> None:
    old = a_record(lease_until=10.0)
    await store.add(old)
    await store.swap(old, after(old, lease_until=20.0))
    await store.swap(old, after(old, status="cancelled"))

    assert await store.lapsed(25.0) == [old.job_id]


async def test_finished_job_never_lapses(store: JobStore) -> None:
    old = a_record(lease_until=10.0)
    await store.add(old)
    await store.swap(old, after(old, status="cancelled"))
    await store.add(a_record(lease_until=10.0, status="cancelled"))

    assert await store.lapsed(1e12) == []


async def test_finished_job_is_forgotten_and_its_id_is_free(forgetful_store: JobStore) -> None:
    store = forgetful_store
    old = a_record()
    await store.add(old)
    assert await store.read(old.job_id) == old
    await store.swap(old, after(old, status="cancelled"))

    assert await store.read(old.job_id) is None
    assert await store.add(old) is None


async def test_finished_job_is_kept_for_a_while(store: JobStore) -> None:
    old = a_record()
    new = after(old, status="cancelled")
    await store.add(old)
    await store.swap(old, new)

    assert await store.read(old.job_id) == new


async def test_who_held_an_earlier_job_of_an_id_cannot_replace_the_later(
    forgetful_store: JobStore,
) -> None:
    store = forgetful_store
    earlier, later = a_record(created_at=1000.0), a_record(created_at=2000.0)
    later = dataclasses.replace(later, job_id=earlier.job_id)
    await store.add(earlier)
    await store.swap(earlier, after(earlier, status="cancelled"))
    await store.add(later)

    assert not await store.swap(earlier, after(earlier, message="from the grave"))
    assert await store.read(later.job_id) == later


async def test_store_is_alive(store: JobStore) -> None:
    assert await store.is_alive()


async def test_of_many_that_claim_a_job_at_once_one_has_it(store: JobStore) -> None:
    jobs = Jobs(store, lease_seconds=60, most_attempts=3)
    created, _ = await jobs.create(new_id(), "0" * 64, {})

    claimed = await asyncio.gather(*(jobs.claim(created.job_id) for _ in range(50)))

    (holder,) = [record for record in claimed if record is not None]
    assert (holder.status, holder.attempt) == ("processing", 1)
    assert await jobs.get(created.job_id) == holder


async def test_of_many_that_create_a_job_at_once_one_makes_it(store: JobStore) -> None:
    jobs = Jobs(store, lease_seconds=60, most_attempts=3, clock=lambda: 1000.0)
    job_id = new_id()

    created = await asyncio.gather(*(jobs.create(job_id, "0" * 64, {}) for _ in range(50)))

    assert sum(is_new for _, is_new in created) == 1
    assert {record.created_at for record, _ in created} == {1000.0}


async def test_holder_that_writes_many_things_at_once_loses_none(store: JobStore) -> None:
    jobs = Jobs(store, lease_seconds=60, most_attempts=3)
    created, _ = await jobs.create(new_id(), "0" * 64, {})
    held = await jobs.claim(created.job_id)
    assert held is not None

    await asyncio.gather(*(jobs.renew(held) for _ in range(10)), jobs.advance(held, "mesh", 40, ""))

    stored = await jobs.get(created.job_id)
    assert (stored.version, stored.stage, stored.progress) == (held.version + 11, "mesh", 40)
