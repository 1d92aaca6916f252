"""What may happen to a job, and who may make it happen: the state machine above the store.

    create -> queued -> processing -> completed | failed
                ^  claim    |  ^
       cancel: cancelled    +--+ claim by another, once the lease has lapsed

Whoever claims a job holds it by its attempt, and keeps it by writing before its lease ends. A claim
makes a new attempt; from then on nothing that the one before it writes is taken. Replicas compare
leases with their own clocks, so a lease must be far longer than what their clocks differ by.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import JsonValue

from spinelift.mesh.errors import SpineLiftError
from spinelift.service.records import JobRecord
from spinelift.service.stores import JobStore

Changes = dict[str, Any]
"""Fields of a record and what they become."""


class JobNotFound(SpineLiftError):
    """There is no such job, or not any more."""

    code: ClassVar[str] = "JOB_NOT_FOUND"


class JobConflict(SpineLiftError):
    """The id belongs to a job with another request."""

    code: ClassVar[str] = "JOB_CONFLICT"


class JobLost(Exception):
    """The job is not the caller's any more: cancelled, finished, claimed by another or forgotten.

    For the one that works on it, which stops; nobody else sees it.
    """


class Jobs:
    """The jobs of all replicas, as one replica sees them.

    Parameters
    ----------
    lease_seconds
        How long a job is left alone after its last write, by whoever is to start or to go on.
    most_attempts
        How often it is begun before it is given up.
    """

    def __init__(
        self,
        store: JobStore,
        *,
        lease_seconds: float,
        most_attempts: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._lease_seconds = lease_seconds
        self._most_attempts = most_attempts
        self._clock = clock

    async def create(
        self, job_id: str, fingerprint: str, request: dict[str, JsonValue]
    ) -> tuple[JobRecord, bool]:
        """Make the job, or find the one that the same request made; tell whether it is new.

        Raises JobConflict where the id is another request's, ValueError for what is no job id.
        """
        now = self._clock()
        record = JobRecord(
            job_id=job_id,
            fingerprint=fingerprint,
            status="queued",
            stage="queued",
            progress=0,
            message="",
            attempt=0,
            version=1,
            lease_until=now + self._lease_seconds,
            created_at=now,
            updated_at=now,
            request=request,
            result_key=None,
            cached=False,
            milliseconds=None,
            error=None,
        )
        there = await self._store.add(record)
        return (record, True) if there is None else (_same(there, fingerprint), False)

    async def find(self, job_id: str, fingerprint: str) -> JobRecord | None:
        """Find the job that this request made, if it did; raises JobConflict as `create` does."""
        there = await self._store.read(job_id)
        return None if there is None else _same(there, fingerprint)

    async def get(self, job_id: str) -> JobRecord:
        """Give the job as it is; raises JobNotFound."""
        record = await self._store.read(job_id)
        if record is None:
            raise JobNotFound(
                f"There is no job {job_id}, or it ended so long ago that it is forgotten: "
                "send its request again."
            )
        return record

    async def claim(self, job_id: str) -> JobRecord | None:
        """Take a job that waits, or whose holder has let its lease lapse.

        Returns None where there is nothing to take: another has it, or it is finished or gone.
        Where all attempts are used up, the job fails and is returned so, to the one caller that is
        then to tell whoever waits for it: look at `is_finished` before working.
        """
        stored = await self._store.read(job_id)
        return None if stored is None else await self._change(stored, self._claimed)

    async def advance(
        self, record: JobRecord, stage: str, progress: int, message: str
    ) -> JobRecord:
        """Say how far the holder is, which keeps the job; progress never goes back.

        Raises JobLost, as `renew`, `complete` and `fail` do.
        """
        assert record.status == "processing"
        return await self._change_held(
            record,
            lambda stored: {
                "stage": stage,
                "progress": max(progress, stored.progress),
                "message": message,
            },
        )

    async def renew(self, record: JobRecord) -> JobRecord:
        """Keep a job that is held, or that waits its turn at this replica."""
        return await self._change_held(record, lambda _: {})

    async def complete(
        self, record: JobRecord, result_key: str, milliseconds: float, cached: bool
    ) -> JobRecord:
        """End a job that is held with its result."""
        assert record.status == "processing"
        return await self._change_held(
            record,
            lambda _: {
                "status": "completed",
                "stage": "completed",
                "progress": 100,
                "message": "",
                "result_key": result_key,
                "milliseconds": milliseconds,
                "cached": cached,
            },
        )

    async def fail(self, record: JobRecord, error: dict[str, JsonValue]) -> JobRecord:
        """End a job that is held with why it could not be done: `code`, `message`, `details`."""
        assert record.status == "processing"
        return await self._change_held(record, lambda _: {"status": "failed", "error": error})

    async def cancel(self, job_id: str) -> JobRecord | None:
        """End a job; returns None where it had ended already. Raises JobNotFound."""
        return await self._change(
            await self.get(job_id),
            lambda stored: None if stored.is_finished else {"status": "cancelled"},
        )

    async def abandoned(self) -> list[str]:
        """List the jobs that nobody has begun or gone on with in time; `claim` takes them."""
        return await self._store.lapsed(self._clock())

    def _claimed(self, stored: JobRecord) -> Changes | None:
        now = self._clock()
        is_free = stored.status == "queued" or stored.lease_until < now
        if stored.is_finished or not is_free:
            return None
        if stored.attempt >= self._most_attempts:
            return {"status": "failed", "error": _given_up(stored.attempt)}
        return {
            "status": "processing",
            "stage": "started",
            "progress": 0,
            "message": "",
            "attempt": stored.attempt + 1,
            "lease_until": now + self._lease_seconds,
        }

    async def _change_held(
        self, record: JobRecord, change: Callable[[JobRecord], Changes]
    ) -> JobRecord:
        """Write as the holder, who may have written since `record`: only its attempt counts."""

        def change_if_held(stored: JobRecord) -> Changes | None:
            # The time it was made tells a job from an earlier one that had its id.
            is_held = (stored.created_at, stored.attempt) == (record.created_at, record.attempt)
            if stored.is_finished or not is_held:
                return None
            return {"lease_until": self._clock() + self._lease_seconds, **change(stored)}

        changed = await self._change(record, change_if_held)
        if changed is None:
            raise JobLost(f"{record.job_id}, attempt {record.attempt}")
        return changed

    async def _change(
        self, record: JobRecord, change: Callable[[JobRecord], Changes | None]
    ) -> JobRecord | None:
        """Write what `change` makes of the stored record, anew whenever another was faster.

        Returns None where `change` does, and where the job is gone.
        """
        stored: JobRecord | None = record
        while stored is not None:
            changes = change(stored)
            if changes is None:
                return None
            changed = dataclasses.replace(
                stored, version=stored.version + 1, updated_at=self._clock(), **changes
            )
            if await self._store.swap(stored, changed):
                return changed
            stored = await self._store.read(record.job_id)
        return None


def _same(there: JobRecord, fingerprint: str) -> JobRecord:
    if there.fingerprint != fingerprint:
        raise JobConflict(
            f"The job {there.job_id} was made by another request: "
            "choose a new id, or send that request again."
        )
    return there


def _given_up(attempts: int) -> dict[str, JsonValue]:
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return {
        "code": "JOB_GIVEN_UP",
        "message": f"The job was given up after {times}, none of which came to an end: "
        "try a smaller image.",
        "details": {"attempts": attempts},
    }
