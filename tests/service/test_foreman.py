"""The foreman: jobs are taken on, done, written down, cancelled, and taken over from the dead."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from obstore.store import LocalStore, ObjectStore

from spinelift.contract.problems import Overloaded
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner
from spinelift.images import DEFAULT_LIMITS, encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.outbound.addresses import AddressRule
from spinelift.outbound.requests import Outbound
from spinelift.service import answers
from spinelift.service.fetching import Fetcher
from spinelift.service.foreman import Foreman
from spinelift.service.images import JobImages
from spinelift.service.jobs import JobConflict, JobNotFound, Jobs
from spinelift.service.orders import Order, Upload
from spinelift.service.records import JobRecord
from spinelift.service.stores import JobStore
from spinelift.service.stores.memory import MemoryJobStore
from tests.engine.labours import patient_answer

LEASE_SECONDS = 0.6
BEAT_SECONDS = 0.1
KEEP_SECONDS = 600.0


class Site:
    """A store and a storage, and foremen who share them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: JobStore = MemoryJobStore(keep_seconds=KEEP_SECONDS)
        self.storage: ObjectStore = LocalStore(folder / "storage", mkdir=True)
        self.changes: list[JobRecord] = []
        self.jobs = Jobs(self.store, lease_seconds=LEASE_SECONDS, most_attempts=2)

    @asynccontextmanager
    async def foreman(self, *, waiting: int = 4, shares: bool = True) -> AsyncIterator[Foreman]:
        runner = JobRunner(workers=1, waiting=waiting, limits=JobLimits(seconds=60))
        foreman = Foreman(
            self.jobs,
            runner,
            self.storage,
            JobImages(
                self.storage,
                Fetcher(Outbound(AddressRule()), DEFAULT_LIMITS, seconds=1),
                shares=shares,
            ),
            keep_seconds=KEEP_SECONDS,
            work=patient_answer,
            on_change=self.changes.append,
            beat_seconds=BEAT_SECONDS,
        )
        try:
            yield foreman
        finally:
            await foreman.close(0)
            runner.close()

    async def send(
        self, foreman: Foreman, job_id: str, *, name: str = "arm", image: bytes | None = None
    ) -> tuple[JobRecord, bool]:
        content = picture() if image is None else image
        path = self.folder / f"upload-{job_id}"
        path.write_bytes(content)
        order = Order(
            job_id=job_id,
            source=Upload(path, hashlib.sha256(content).hexdigest()),
            name=name,
            parameters=MeshParameters(),
            spine_version="4.2",
            callback_url=None,
            uses_cache=True,
        )
        return await foreman.take_on(order)


async def answer(foreman: Foreman, record: JobRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    result, document = await foreman.answer(record)
    return json.loads(result), json.loads(document)


def picture() -> bytes:
    rgba = np.zeros((20, 30, 4), dtype=np.uint8)
    rgba[4:16, 5:25] = 255
    return encode_png(rgba)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def run(test: Coroutine[Any, Any, None]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(60):
            await test

    asyncio.run(in_time())


async def ended(foreman: Foreman, job_id: str) -> JobRecord:
    return [record async for record in foreman.follow(job_id)][-1]


async def until_status(foreman: Foreman, job_id: str, status: str) -> JobRecord:
    async for record in foreman.follow(job_id):
        if record.status == status:
            return record
    raise AssertionError(f"it was never {status}")


def test_job_is_done_and_its_answer_is_there_to_read(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            record, is_new = await site.send(foreman, "first-job")
            assert (record.status, is_new) == ("queued", True)

            record = await ended(foreman, "first-job")
            assert (record.status, record.progress, record.cached) == ("completed", 100, False)
            result, document = await answer(foreman, record)
            assert (result["job_id"], result["name"], result["width"]) == ("first-job", "arm", 30)
            assert [slot["name"] for slot in document["slots"]] == ["arm"]
            while foreman.load:
                await asyncio.sleep(0.01)
            assert await site.storage.list(prefix="uploads").collect_async() == []

    run(test())


def test_same_request_is_the_same_job_and_another_a_conflict(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job")
            _, is_new = await site.send(foreman, "first-job")
            assert not is_new
            with pytest.raises(JobConflict):
                await site.send(foreman, "first-job", name="leg")
            assert (await ended(foreman, "first-job")).status == "completed"

    run(test())


def test_what_was_made_before_is_not_made_again(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job")
            made = await answer(foreman, await ended(foreman, "first-job"))

            record, _ = await site.send(foreman, "second-job")

            assert (record.status, record.cached) == ("completed", True)
            result, document = await answer(foreman, record)
            assert result.pop("job_id") == "second-job"
            assert result["vertices"] == made[0]["vertices"]
            assert document == made[1]

    run(test())


def test_old_result_is_made_anew_and_is_new_then(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job")
            record = await ended(foreman, "first-job")
            assert record.result_key is not None
            result = site.folder / "storage" / record.result_key
            for job_id, age in (("young-job", KEEP_SECONDS - 60), ("late-job", KEEP_SECONDS + 1)):
                os.utime(result, times=(time.time() - age,) * 2)
                await site.send(foreman, job_id)
                assert (await ended(foreman, job_id)).cached == (job_id == "young-job")
            assert time.time() - result.stat().st_mtime < KEEP_SECONDS - 60

    run(test())


def test_damaged_image_is_a_failure_with_its_reason(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job", image=b"no image")
            record = await ended(foreman, "first-job")
            assert record.status == "failed"
            assert record.error is not None
            assert record.error["code"] == "IMAGE_UNREADABLE"

    run(test())


def test_cancelled_job_makes_room_at_once(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job", name=gate.name)
            await until_status(foreman, "first-job", "processing")

            assert (await foreman.cancel("first-job")).status == "cancelled"

            await site.send(foreman, "second-job")
            assert (await ended(foreman, "second-job")).status == "completed"
            assert (await ended(foreman, "first-job")).status == "cancelled"

    run(test())


def test_more_than_can_wait_is_refused_and_leaves_no_job(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman(waiting=1) as foreman:
            for number in range(2):
                await site.send(foreman, f"job-number-{number}", name=gate.name)
            with pytest.raises(Overloaded):
                await site.send(foreman, "one-too-many")
            with pytest.raises(JobNotFound):
                await site.jobs.get("one-too-many")
            gate.touch()
            for number in range(2):
                assert (await ended(foreman, f"job-number-{number}")).status == "completed"

    run(test())


def test_waiting_job_stays_its_foremans(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as busy, site.foreman() as idle:
            for number in range(2):
                await site.send(busy, f"job-number-{number}", name=gate.name)
            await asyncio.sleep(2 * LEASE_SECONDS)
            assert await idle.adopt() == 0
            gate.touch()
            assert (await ended(idle, "job-number-1")).attempt == 1

    run(test())


def test_job_that_no_worker_is_free_for_says_no_more_than_that_it_was_started(
    site: Site, gate: Path
) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            for job_id in ("first-job", "next-job", "last-job"):
                await site.send(foreman, job_id, name=gate.name)
            await asyncio.sleep(2 * LEASE_SECONDS)
            assert await site.jobs.abandoned() == []
            found = [await site.jobs.get(job_id) for job_id in ("next-job", "last-job")]
            assert [(record.stage, record.progress) for record in found] == [
                ("started", 0),
                ("queued", 0),
            ]
            gate.touch()
            assert (await ended(foreman, "last-job")).attempt == 1

    run(test())


@pytest.mark.parametrize("shares", [True, False])
def test_image_is_where_whoever_may_need_it_finds_it_until_its_job_has_ended(
    site: Site, gate: Path, *, shares: bool
) -> None:
    async def test() -> None:
        async with site.foreman(shares=shares) as foreman:
            await site.send(foreman, "first-job", name=gate.name)
            record = await until_status(foreman, "first-job", "processing")
            stored = await site.storage.list(prefix="uploads").collect_async()
            assert [one["path"] for one in stored] == ([record.request["image_key"]] * shares)
            assert foreman._images.path("first-job").exists()
            gate.touch()
            await ended(foreman, "first-job")
            while foreman.load:
                await asyncio.sleep(0.01)
            assert await site.storage.list(prefix="uploads").collect_async() == []
            assert not foreman._images.path("first-job").exists()

    run(test())


def test_job_cancelled_elsewhere_stops_here(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as foreman, site.foreman() as elsewhere:
            await site.send(foreman, "first-job", name=gate.name)
            await until_status(elsewhere, "first-job", "processing")
            await elsewhere.cancel("first-job")
            while foreman.load:
                await asyncio.sleep(0.01)

    run(test())


def test_jobs_of_a_foreman_who_is_gone_are_done_by_another(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            async with site.foreman() as leaving:
                await site.send(leaving, "first-job", name=gate.name)
                await site.send(leaving, "next-job")
                await site.send(leaving, "last-job")
                await until_status(leaving, "first-job", "processing")
                await until_status(leaving, "next-job", "processing")
            gate.touch()

            done: set[tuple[str, int]] = set()
            while len(done) < 3:
                await foreman.adopt()
                for job_id in ("first-job", "next-job", "last-job"):
                    record = await site.jobs.get(job_id)
                    if record.status == "completed":
                        done.add((job_id, record.attempt))
                await asyncio.sleep(0.05)
            assert done == {("first-job", 2), ("next-job", 2), ("last-job", 1)}

    run(test())


def test_jobs_of_a_foreman_who_is_gone_do_not_wait_for_others_to_be_idle(
    site: Site, gate: Path
) -> None:
    async def test() -> None:
        async with site.foreman(waiting=1) as busy:
            for number in range(2):
                await site.send(busy, f"job-number-{number}", name=gate.name)
            async with site.foreman() as leaving:
                await site.send(leaving, "first-job", name=gate.name)
                await site.send(leaving, "second-job")
                await until_status(leaving, "first-job", "processing")
            adopted = 0
            while adopted < 2:
                adopted += await busy.adopt()
                await asyncio.sleep(0.01)
            await asyncio.sleep(2 * LEASE_SECONDS)
            gate.touch()
            assert (await ended(busy, "first-job")).status == "completed"
            assert (await ended(busy, "second-job")).status == "completed"

    run(test())


def test_jobs_are_begun_in_the_order_in_which_they_came(site: Site, gate: Path) -> None:
    async def test() -> None:
        names = [f"job-number-{number}" for number in range(4)]
        async with site.foreman() as foreman:
            await site.send(foreman, "first-job", name=gate.name)
            for name in names:
                await site.send(foreman, name, name=name)
                await asyncio.sleep(BEAT_SECONDS / len(names))
            await asyncio.sleep(2 * BEAT_SECONDS)
            gate.touch()
            for name in names:
                await ended(foreman, name)
        begun = dict.fromkeys(
            record.job_id for record in site.changes if record.status == "processing"
        )
        assert list(begun) == ["first-job", *names]

    run(test())


def test_job_that_nobody_brings_to_an_end_is_given_up(site: Site, gate: Path) -> None:
    async def test() -> None:
        for attempt in range(2):
            async with site.foreman() as foreman:
                if attempt == 0:
                    await site.send(foreman, "first-job", name=gate.name)
                while (await site.jobs.get("first-job")).attempt <= attempt:
                    await foreman.adopt()
                    await asyncio.sleep(0.05)
        async with site.foreman() as foreman:
            while not (record := await site.jobs.get("first-job")).is_finished:
                await foreman.adopt()
                await asyncio.sleep(0.05)
        assert record.status == "failed"
        assert record.error is not None
        assert record.error["code"] == "JOB_GIVEN_UP"

    run(test())


def test_draining_foreman_ends_what_there_is_and_takes_nothing_on(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            await site.send(foreman, "last-job", name=gate.name)
            await until_status(foreman, "last-job", "processing")
            draining = asyncio.create_task(foreman.drain(60))
            await asyncio.sleep(BEAT_SECONDS)

            with pytest.raises(Overloaded):
                await site.send(foreman, "late-job")
            assert foreman.is_closing
            assert not draining.done()
            gate.touch()
            await draining
            assert (await site.jobs.get("last-job")).status == "completed"

    run(test())


def test_draining_foreman_adopts_no_job(site: Site, gate: Path) -> None:
    async def test() -> None:
        async with site.foreman() as gone:
            await site.send(gone, "left-job", name=gate.name)
            await until_status(gone, "left-job", "processing")
        async with site.foreman() as foreman:
            await foreman.drain(0)
            while await site.jobs.abandoned() != ["left-job"]:
                await asyncio.sleep(BEAT_SECONDS)

            assert await foreman.adopt() == 0

    run(test())


@pytest.mark.parametrize(("is_closing", "status"), [(False, "cancelled"), (True, "processing")])
def test_stream_that_ends_cancels_its_job_unless_it_is_we_who_hang_up(
    site: Site, gate: Path, *, is_closing: bool, status: str
) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            record, is_new = await site.send(foreman, "first-job", name=gate.name)
            await until_status(foreman, "first-job", "processing")
            lines = answers.stream(record, foreman, is_ours=is_new)
            await anext(lines)
            if is_closing:
                await foreman.drain(0)

            await lines.aclose()
            await asyncio.sleep(BEAT_SECONDS)

            assert (await site.jobs.get("first-job")).status == status

    run(test())


@pytest.mark.parametrize("shares", [True, False])
def test_job_whose_result_cannot_be_stored_is_left_and_begun_anew(
    site: Site, gate: Path, *, shares: bool
) -> None:
    async def test() -> None:
        folder = site.folder / "storage"
        async with site.foreman(shares=shares) as foreman:
            await site.send(foreman, "first-job", name=gate.name)
            await until_status(foreman, "first-job", "processing")
            aside = folder.rename(site.folder / "aside")
            folder.touch()  # a file: nobody can write below it
            gate.touch()
            while foreman.load:
                await asyncio.sleep(0.01)
            assert (await site.jobs.get("first-job")).status == "processing"
            assert foreman._images.path("first-job").exists() != shares
            folder.unlink()
            aside.rename(folder)
            while not await foreman.adopt():
                await asyncio.sleep(0.05)
            record = await ended(foreman, "first-job")
            assert (record.status, record.attempt) == ("completed", 2)

    run(test())


def test_unknown_job_is_said_so(site: Site) -> None:
    async def test() -> None:
        async with site.foreman() as foreman:
            with pytest.raises(JobNotFound):
                await foreman.cancel("no-such-job")

    run(test())
