"""The store in memory, beyond what every store owes (tests/contracts/test_job_store.py)."""

from __future__ import annotations

import dataclasses

import pytest

from spinelift.service.stores.memory import MemoryJobStore

from .records import a_record

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_finished_job_is_forgotten_when_its_time_is_over() -> None:
    now = 1000.0
    store = MemoryJobStore(keep_seconds=60, clock=lambda: now)
    unfinished, finished = a_record(), a_record(status="cancelled")
    await store.add(unfinished)
    await store.add(finished)

    now = 1059.9
    assert await store.read(finished.job_id) == finished

    now = 1060.0
    assert await store.read(finished.job_id) is None
    assert await store.read(unfinished.job_id) == unfinished


async def test_time_counts_from_the_end_of_a_job() -> None:
    now = 1000.0
    store = MemoryJobStore(keep_seconds=60, clock=lambda: now)
    record = a_record()
    finished = dataclasses.replace(record, version=2, status="cancelled")
    await store.add(record)

    now = 2000.0
    await store.swap(record, finished)

    now = 2059.9
    assert await store.read(record.job_id) == finished


async def test_of_too_many_finished_jobs_the_oldest_go() -> None:
    store = MemoryJobStore(keep_seconds=60, most_finished=2)
    unfinished = [a_record() for _ in range(5)]
    finished = [a_record(status="cancelled") for _ in range(5)]
    for record in (*unfinished, *finished):
        await store.add(record)

    there = [record for record in (*unfinished, *finished) if await store.read(record.job_id)]

    assert there == [*unfinished, *finished[3:]]
