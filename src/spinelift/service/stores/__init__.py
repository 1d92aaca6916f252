"""Where the replicas of the service keep the records that they share: the seam.

A store knows nothing of what a job may do next (`spinelift.service.jobs` does): it keeps records,
replaces them one writer at a time, and forgets those that have ended. `memory` is for one replica,
`redis` for any number; what both owe is in tests/contracts/test_job_store.py.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from spinelift.mesh.errors import SpineLiftError
from spinelift.service.records import JobRecord


class StoreUnavailable(SpineLiftError):
    """The store does not answer; whether it took what it was last given is not known."""

    code: ClassVar[str] = "STORE_UNAVAILABLE"


class JobStore(Protocol):
    """Records by id. Every method raises StoreUnavailable where the store cannot be reached.

    Unfinished records stay; finished ones are forgotten after a while.
    """

    async def add(self, record: JobRecord) -> JobRecord | None:
        """Store it where its id is free, and return None; else return the record that is there."""

    async def read(self, job_id: str) -> JobRecord | None:
        """Give the record; None where there is none, as for what cannot be an id."""

    async def swap(self, old: JobRecord, new: JobRecord) -> bool:
        """Put `new`, one version on, in the place of `old`, unless another write was faster."""

    async def lapsed(self, now: float) -> list[str]:
        """List the unfinished jobs whose lease ended before `now`, longest ago first."""

    async def is_alive(self) -> bool:
        """Tell whether the store answers; never raises StoreUnavailable."""

    async def close(self) -> None:
        """Let go of connections; nothing may be called any more."""
