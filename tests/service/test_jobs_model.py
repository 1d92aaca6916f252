"""The whole machine of jobs against a model that keeps what each job must be."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
)

from spinelift.service.jobs import JobConflict, JobLost, JobNotFound, Jobs
from spinelift.service.records import JobRecord
from spinelift.service.stores.memory import MemoryJobStore

from .records import ERROR

LEASE, ATTEMPTS, KEEP, MOST_FINISHED = 10, 2, 40, 1
TICK = 1 / 1024

T = TypeVar("T")

Found = JobRecord | MultipleResults[JobRecord]
"""A record, or `multiple()`: none."""

# Few, so that ids are used again and holders meet.
IDS = ("job-one-1", "job-two-2")
FINGERPRINT, OTHER_FINGERPRINT = "a" * 64, "b" * 64

ids = st.sampled_from(IDS)


class JobsMachine(RuleBasedStateMachine):
    """`expected` is what every job must be; only what is allowed ever changes it."""

    handles: Bundle[JobRecord] = Bundle("handles")
    working = handles.filter(lambda record: record.status == "processing")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = 1000.0
        self.store = MemoryJobStore(
            keep_seconds=KEEP, most_finished=MOST_FINISHED, clock=lambda: self.now
        )
        self.jobs = Jobs(
            self.store, lease_seconds=LEASE, most_attempts=ATTEMPTS, clock=lambda: self.now
        )
        self.expected: dict[str, JobRecord] = {}
        self.ended: list[tuple[float, str]] = []
        self.holders: set[tuple[str, float, int]] = set()

    def teardown(self) -> None:
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def expect(self, record: JobRecord) -> None:
        before = self.expected.get(record.job_id)
        assert record.version == (1 if before is None else before.version + 1)
        self.expected[record.job_id] = record
        if record.is_finished:
            self.ended.append((self.now, record.job_id))
            self.forget()

    def forget(self) -> None:
        while self.ended and (
            self.ended[0][0] + KEEP <= self.now or len(self.ended) > MOST_FINISHED
        ):
            del self.expected[self.ended.pop(0)[1]]

    def is_free(self, record: JobRecord) -> bool:
        has_lapsed = record.lease_until < self.now
        return not record.is_finished and (record.status == "queued" or has_lapsed)

    @rule(seconds=st.sampled_from([1, LEASE, LEASE + 1, KEEP]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.forget()

    @rule(target=handles, job_id=ids)
    def create(self, job_id: str) -> JobRecord:
        self.now += TICK
        self.forget()
        there = self.expected.get(job_id)
        record, is_new = self.run(self.jobs.create(job_id, FINGERPRINT, {}))
        assert is_new == (there is None)
        if is_new:
            assert record.status == "queued"
            self.expect(record)
        else:
            assert record == there
        return record

    @rule(job_id=ids)
    def create_with_another_request(self, job_id: str) -> None:
        if job_id in self.expected:
            with pytest.raises(JobConflict):
                self.run(self.jobs.create(job_id, OTHER_FINGERPRINT, {}))

    @rule(target=handles, job_id=ids)
    def claim(self, job_id: str) -> Found:
        there = self.expected.get(job_id)
        record = self.run(self.jobs.claim(job_id))
        if there is None or not self.is_free(there):
            assert record is None
            return multiple()
        assert record is not None
        if there.attempt == ATTEMPTS:
            assert record.status == "failed"
        else:
            assert (record.status, record.attempt) == ("processing", there.attempt + 1)
            assert record.lease_until == self.now + LEASE
            holder = (job_id, record.created_at, record.attempt)
            assert holder not in self.holders
            self.holders.add(holder)
        self.expect(record)
        return record

    def write(self, handle: JobRecord, work: Coroutine[Any, Any, JobRecord]) -> Found:
        """What the one who has the handle writes is taken if, and only if, it holds the job."""
        there = self.expected.get(handle.job_id)
        is_held = (
            there is not None
            and not there.is_finished
            and (there.created_at, there.attempt) == (handle.created_at, handle.attempt)
        )
        try:
            record = self.run(work)
        except JobLost:
            assert not is_held
            return multiple()
        assert is_held
        assert there is not None
        assert record.attempt == there.attempt
        assert record.progress >= there.progress
        assert record.lease_until == self.now + LEASE
        self.expect(record)
        return record

    @rule(target=handles, handle=handles)
    def renew(self, handle: JobRecord) -> Found:
        return self.write(handle, self.jobs.renew(handle))

    @rule(target=handles, handle=working, progress=st.integers(0, 100))
    def advance(self, handle: JobRecord, progress: int) -> Found:
        return self.write(handle, self.jobs.advance(handle, "outline", progress, ""))

    @rule(handle=working)
    def complete(self, handle: JobRecord) -> None:
        self.write(handle, self.jobs.complete(handle, "results/arm", 1.0, cached=False))

    @rule(handle=working)
    def fail(self, handle: JobRecord) -> None:
        self.write(handle, self.jobs.fail(handle, ERROR))

    @rule(job_id=ids)
    def cancel(self, job_id: str) -> None:
        there = self.expected.get(job_id)
        if there is None:
            with pytest.raises(JobNotFound):
                self.run(self.jobs.cancel(job_id))
            return
        record = self.run(self.jobs.cancel(job_id))
        if there.is_finished:
            assert record is None
        else:
            assert record is not None
            assert record.status == "cancelled"
            self.expect(record)

    @invariant()
    def every_job_is_as_the_last_that_might_left_it(self) -> None:
        for job_id in IDS:
            assert self.run(self.store.read(job_id)) == self.expected.get(job_id)

    @invariant()
    def abandoned_jobs_are_those_that_may_be_claimed_for_want_of_a_holder(self) -> None:
        late = {
            record.job_id
            for record in self.expected.values()
            if not record.is_finished and record.lease_until < self.now
        }
        assert set(self.run(self.jobs.abandoned())) == late


JobsMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=40)
TestJobs = JobsMachine.TestCase
