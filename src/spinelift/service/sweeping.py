"""Old results and images go from the storage, in the background of every replica."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import NoReturn

import structlog
from obstore.store import ObjectStore

from spinelift.service.storage import (
    RESULTS,
    UPLOADS,
    StorageUnavailable,
    delete_object,
    list_objects,
)

log = structlog.get_logger()

SPARE_SECONDS = 3600.0
"""How much longer everything is kept than it has to be: clocks differ, and images wait."""

EVERY_SECONDS = 3600.0
"""The longest between two sweeps of a replica."""


def is_still_given(written: float, keep_seconds: float, now: float) -> bool:
    """Whether a result that was written then may be a new job's; else it is made anew."""
    return now - written < keep_seconds


async def sweep(
    storage: ObjectStore, keep_seconds: float, clock: Callable[[], float] = time.time
) -> int:
    """Delete results and images that no record can name any more; returns how many.

    A record is kept for `keep_seconds` after its job has ended, and may name a result that was as
    old when it was given to the job: hence twice. The one that is renewed in the moment between
    being listed and deleted is lost; who asks for it is told to send the job again.
    """
    oldest = clock() - 2 * keep_seconds - SPARE_SECONDS
    swept = 0
    for prefix in (RESULTS, UPLOADS):
        async for page in list_objects(storage, prefix):
            old = [key for key, written in page.items() if written < oldest]
            await asyncio.gather(*(delete_object(storage, key) for key in old))
            swept += len(old)
    return swept


async def keep_sweeping(
    storage: ObjectStore, keep_seconds: float, every_seconds: float = EVERY_SECONDS
) -> NoReturn:
    """Sweep now and then, until cancelled."""
    while True:
        try:
            log.info("storage.swept", objects=await sweep(storage, keep_seconds))
        except StorageUnavailable:
            log.warning("storage.not_swept")
        # By chance, so that replicas which were started together do not go on together.
        await asyncio.sleep(every_seconds * random.uniform(0.5, 1))  # noqa: S311
