"""The records of a service that is one process: they end with it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from spinelift.service.records import JobRecord


class MemoryJobStore:
    """A JobStore in this process. No method awaits anything, so each is atomic by itself.

    Parameters
    ----------
    keep_seconds
        How long a finished record is kept.
    most_finished
        How many of them; the ones that finished first go first.
    """

    def __init__(
        self,
        *,
        keep_seconds: float,
        most_finished: int = 10_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keep_seconds = keep_seconds
        self._most_finished = most_finished
        self._clock = clock
        # As text: what was handed in or out may be changed by whoever has it.
        self._texts: dict[str, str] = {}
        self._editions: dict[str, str] = {}
        self._leases: dict[str, float] = {}
        self._ends: OrderedDict[str, float] = OrderedDict()

    async def add(self, record: JobRecord) -> JobRecord | None:
        there = await self.read(record.job_id)
        if there is None:
            self._write(record)
        return there

    async def read(self, job_id: str) -> JobRecord | None:
        self._forget()
        text = self._texts.get(job_id)
        return None if text is None else JobRecord.from_json(text)

    async def swap(self, old: JobRecord, new: JobRecord) -> bool:
        assert (new.job_id, new.version) == (old.job_id, old.version + 1)
        self._forget()
        if self._editions.get(old.job_id) != old.edition:
            return False
        self._write(new)
        return True

    async def lapsed(self, now: float) -> list[str]:
        late = [(lease, job_id) for job_id, lease in self._leases.items() if lease < now]
        return [job_id for _, job_id in sorted(late)]

    async def is_alive(self) -> bool:
        return True

    async def close(self) -> None:
        pass

    def _write(self, record: JobRecord) -> None:
        self._texts[record.job_id] = record.to_json()
        self._editions[record.job_id] = record.edition
        if record.is_finished:
            self._leases.pop(record.job_id, None)
            self._ends[record.job_id] = self._clock()
        else:
            self._leases[record.job_id] = record.lease_until
        self._forget()

    def _forget(self) -> None:
        expired = self._clock() - self._keep_seconds
        while self._ends:
            job_id, end = next(iter(self._ends.items()))
            if end > expired and len(self._ends) <= self._most_finished:
                return
            del self._ends[job_id], self._texts[job_id], self._editions[job_id]
