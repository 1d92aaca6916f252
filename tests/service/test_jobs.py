"""Jobs, by example; test_jobs_model.py has the whole machine."""

from __future__ import annotations

import asyncio

import pytest

from spinelift.service.jobs import JobConflict, JobLost, JobNotFound, Jobs
from spinelift.service.records import JobRecord
from spinelift.service.stores.memory import MemoryJobStore

from .records import ERROR, new_id

pytestmark = pytest.mark.anyio

FINGERPRINT, OTHER_FINGERPRINT = "a" * 64, "b" * 64


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Jobs:
    store = MemoryJobStore(keep_seconds=600, clock=clock)
    return Jobs(store, lease_seconds=60, most_attempts=2, clock=clock)


async def queued(jobs: Jobs) -> JobRecord:
    record, _ = await jobs.create(new_id(), FINGERPRINT, {"image_key": "images/arm"})
    return record


async def held(jobs: Jobs, job_id: str | None = None) -> JobRecord:
    record = await jobs.claim(job_id or (await queued(jobs)).job_id)
    assert record is not None
    return record


async def test_same_request_finds_its_job(jobs: Jobs) -> None:
    record = await queued(jobs)

    assert await jobs.create(record.job_id, FINGERPRINT, {}) == (record, False)


async def test_other_request_cannot_have_the_id(jobs: Jobs) -> None:
    record = await queued(jobs)

    with pytest.raises(JobConflict, match="choose a new id"):
        await jobs.create(record.job_id, OTHER_FINGERPRINT, {})
    assert await jobs.get(record.job_id) == record


async def test_what_is_no_id_makes_no_job(jobs: Jobs) -> None:
    with pytest.raises(ValueError, match="job_id"):
        await jobs.create("../arm", FINGERPRINT, {})


@pytest.mark.parametrize("job_id", ["never-made", "../arm"])
async def test_job_that_is_not_there_is_not_found(jobs: Jobs, job_id: str) -> None:
    with pytest.raises(JobNotFound, match=job_id):
        await jobs.get(job_id)
    with pytest.raises(JobNotFound, match=job_id):
        await jobs.cancel(job_id)
    assert await jobs.claim(job_id) is None


async def test_job_goes_from_queued_to_completed(jobs: Jobs, clock: Clock) -> None:
    record = await held(jobs)
    assert (record.status, record.attempt, record.progress) == ("processing", 1, 0)

    clock.now += 5
    record = await jobs.advance(record, "outline", 40, "Tracing the outline.")
    assert (record.stage, record.progress, record.message) == (
        "outline",
        40,
        "Tracing the outline.",
    )
    assert (record.updated_at, record.lease_until) == (1005.0, 1065.0)

    record = await jobs.complete(record, "results/arm", 12.5, cached=True)
    assert (record.status, record.progress, record.result_key) == ("completed", 100, "results/arm")
    assert (record.milliseconds, record.cached) == (12.5, True)
    assert await jobs.get(record.job_id) == record


async def test_failed_job_says_why(jobs: Jobs) -> None:
    record = await jobs.fail(await held(jobs), ERROR)

    assert (record.status, record.error) == ("failed", ERROR)


async def test_job_that_is_held_is_not_claimed_until_its_lease_has_lapsed(
    jobs: Jobs, clock: Clock
) -> None:
    first = await held(jobs)

    clock.now = first.lease_until
    assert await jobs.claim(first.job_id) is None
    assert await jobs.abandoned() == []

    clock.now += 0.1
    assert await jobs.abandoned() == [first.job_id]
    second = await held(jobs, first.job_id)
    assert (second.status, second.attempt, second.progress) == ("processing", 2, 0)


async def test_who_was_replaced_changes_nothing(jobs: Jobs, clock: Clock) -> None:
    first = await held(jobs)
    clock.now += 61
    second = await held(jobs, first.job_id)

    for write in (
        jobs.renew(first),
        jobs.advance(first, "outline", 90, ""),
        jobs.complete(first, "results/arm", 1.0, cached=False),
        jobs.fail(first, ERROR),
    ):
        with pytest.raises(JobLost):
            await write
    assert await jobs.get(first.job_id) == second


async def test_slow_holder_whom_nobody_replaced_goes_on(jobs: Jobs, clock: Clock) -> None:
    record = await held(jobs)
    clock.now += 500

    renewed = await jobs.renew(record)

    assert renewed.lease_until == clock.now + 60
    assert await jobs.abandoned() == []


async def test_holder_may_write_from_an_older_record_of_its_attempt(jobs: Jobs) -> None:
    record = await held(jobs)
    await jobs.advance(record, "triangles", 80, "")

    advanced = await jobs.advance(record, "outline", 40, "")

    assert (advanced.version, advanced.progress) == (record.version + 2, 80)


async def test_queued_job_is_kept_waiting_by_renewing_it(jobs: Jobs, clock: Clock) -> None:
    record = await queued(jobs)
    clock.now += 50
    record = await jobs.renew(record)

    clock.now += 50
    assert await jobs.abandoned() == []
    clock.now += 11
    assert await jobs.abandoned() == [record.job_id]

    await held(jobs, record.job_id)
    with pytest.raises(JobLost):
        await jobs.renew(record)


async def test_job_that_nobody_brings_to_an_end_is_given_up(jobs: Jobs, clock: Clock) -> None:
    job_id = (await queued(jobs)).job_id
    for _ in range(2):
        await held(jobs, job_id)
        clock.now += 61

    given_up = await held(jobs, job_id)

    assert given_up.is_finished
    assert given_up.error is not None
    assert given_up.error["code"] == "JOB_GIVEN_UP"
    assert "after 2 attempts" in str(given_up.error["message"])
    assert await jobs.claim(job_id) is None
    assert await jobs.abandoned() == []


async def test_cancelled_job_is_lost_to_its_holder_and_to_all(jobs: Jobs) -> None:
    record = await held(jobs)

    cancelled = await jobs.cancel(record.job_id)

    assert cancelled is not None
    assert cancelled.status == "cancelled"
    assert await jobs.cancel(record.job_id) is None
    assert await jobs.claim(record.job_id) is None
    with pytest.raises(JobLost):
        await jobs.complete(record, "results/arm", 1.0, cached=False)


async def test_job_that_has_ended_is_not_cancelled(jobs: Jobs) -> None:
    completed = await jobs.complete(await held(jobs), "results/arm", 1.0, cached=False)

    assert await jobs.cancel(completed.job_id) is None
    assert await jobs.get(completed.job_id) == completed


class UnhurriedStore(MemoryJobStore):
    """Lets everybody else go first, as a store far away does."""

    async def read(self, job_id: str) -> JobRecord | None:
        record = await super().read(job_id)
        await asyncio.sleep(0)
        return record


async def test_cancelling_wins_against_a_holder_that_writes_meanwhile(clock: Clock) -> None:
    store = UnhurriedStore(keep_seconds=600, clock=clock)
    jobs = Jobs(store, lease_seconds=60, most_attempts=2, clock=clock)
    record = await held(jobs)

    cancelled, *_ = await asyncio.gather(
        jobs.cancel(record.job_id),
        *(jobs.renew(record) for _ in range(5)),
        return_exceptions=True,
    )

    assert isinstance(cancelled, JobRecord)
    assert cancelled.status == "cancelled"
    assert await jobs.get(record.job_id) == cancelled
