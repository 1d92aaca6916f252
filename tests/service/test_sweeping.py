"""What is swept from the storage, beside what every storage owes (tests/contracts)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from spinelift.service.storage import open_storage, read_object, save_object, written_at
from spinelift.service.sweeping import SPARE_SECONDS, is_still_given, keep_sweeping, sweep

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@given(
    keep_seconds=st.floats(0.001, 1e6),
    age=st.floats(0, 1.5),
    delay=st.floats(0, SPARE_SECONDS - 1),
    moment=st.floats(0, 1),
)
async def test_result_that_a_record_names_is_never_swept(
    keep_seconds: float, age: float, delay: float, moment: float
) -> None:
    """Given to a job at some age; that job ends a while later, and from then its record is kept."""
    storage = open_storage("memory:")
    await save_object(storage, "results/1", b"1")
    written = await written_at(storage, "results/1")
    assert written is not None

    given_at = written + age * keep_seconds
    if is_still_given(written, keep_seconds, given_at):
        named_at = given_at + delay + moment * keep_seconds
        assert await sweep(storage, keep_seconds, clock=lambda: named_at) == 0
        assert await read_object(storage, "results/1") == b"1"


async def test_image_of_a_job_that_waits_is_not_swept_however_short_records_are_kept() -> None:
    storage = open_storage("memory:")
    await save_object(storage, "uploads/1", b"1")
    written = await written_at(storage, "uploads/1")
    assert written is not None

    assert await sweep(storage, 0.001, clock=lambda: written + SPARE_SECONDS) == 0


async def test_sweeping_goes_on_after_the_storage_failed(tmp_path: Path) -> None:
    folder = tmp_path / "storage"
    storage = open_storage(str(folder))

    async def until_swept() -> None:
        await save_object(storage, "results/old", b"1")
        os.utime(folder / "results/old", times=(0, 0))
        while (folder / "results/old").exists():
            await asyncio.sleep(0.01)

    with capture_logs() as logs:
        sweeping = asyncio.create_task(keep_sweeping(storage, 600, every_seconds=0.001))
        await until_swept()
        aside = folder.rename(tmp_path / "aside")
        folder.touch()
        while not any(line["event"] == "storage.not_swept" for line in logs):
            await asyncio.sleep(0.01)
        folder.unlink()
        aside.rename(folder)
        await until_swept()
        sweeping.cancel()

    assert {"event": "storage.swept", "objects": 1, "log_level": "info"} in logs
