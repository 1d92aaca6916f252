"""Takes jobs on, has them done, and writes down how they go, for all replicas to read.

A job's image and its answer lie in the storage, its record in the store: nothing of it is in this
process alone but the work itself, so that another replica can begin it anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore
from pydantic import JsonValue

from spinelift.contract.generation import Progress
from spinelift.contract.stages import JobStage
from spinelift.engine.generation import Answer, GenerationTask
from spinelift.engine.runner import JobRunner, Overloaded
from spinelift.engine.work import INTERNAL, Failure
from spinelift.mesh.parameters import MeshParameters
from spinelift.service.jobs import JobLost, Jobs
from spinelift.service.records import JobRecord
from spinelift.service.storage import ResultGone, read_object
from spinelift.service.stores import StoreUnavailable

log = structlog.get_logger()

BEAT_SECONDS = 1.0
"""How often a running job's record is written: half of how often progress is promised."""

LOOK_SECONDS = 0.1
"""How often to look whether a job has come to another stage, and, for who waits for a job that
another replica works on, whether its record has changed."""

USUAL_SECONDS = 0.2
"""What a job is thought to take before one was done."""

USUAL_WEIGHT = 0.1
"""Of the latest job in what jobs usually take."""


class Foreman:
    """One replica's. Use it in one event loop, as `async with`.

    Parameters
    ----------
    beat_seconds
        How often a job that waits or is being done is written down, which keeps it.
    """

    def __init__(
        self,
        jobs: Jobs,
        runner: JobRunner[GenerationTask, Answer],
        storage: ObjectStore,
        *,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._jobs = jobs
        self._runner = runner
        self._storage = storage
        self._beat_seconds = beat_seconds
        self._images = tempfile.TemporaryDirectory(prefix="spinelift-")
        self._places = asyncio.Semaphore(runner.workers)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._news: dict[str, asyncio.Event] = {}
        self._usual_seconds = USUAL_SECONDS
        self._is_closing = False

    @property
    def load(self) -> int:
        """How many jobs this replica works on, or has waiting."""
        return len(self._under_way)

    @property
    def estimated_seconds(self) -> float:
        """How long a job that comes now will take, its wait included."""
        return self._usual_seconds * (1 + self.load / self._runner.workers)

    async def create(
        self, job_id: str, fingerprint: str, request: dict[str, JsonValue], image: Path
    ) -> tuple[JobRecord, bool]:
        """Take on a job, and its image's file with it; tell whether the job is new.

        `request` holds `name`, `parameters`, `spine_version`, `result_key`, and `uses_cache`.
        Raises Overloaded, JobConflict, and StoreUnavailable.
        """
        record, is_new = await self._jobs.create(job_id, fingerprint, request)
        if not is_new:
            return record, False
        if request["uses_cache"] and await self._has(str(request["result_key"])):
            claimed = await self._jobs.claim(job_id)
            if claimed is not None:
                return await self._complete(claimed, 0.0, cached=True), True
        try:
            self._check_room()
            image.replace(self._image(job_id))
            self._begin(record)
        except BaseException:
            await self._jobs.cancel(job_id)
            raise
        return record, True

    async def cancel(self, job_id: str) -> JobRecord:
        """End a job unless it has ended, whoever works on it. Raises JobNotFound."""
        record = await self._jobs.cancel(job_id)
        if task := self._under_way.get(job_id):
            task.cancel()
        return record

    async def answer(self, record: JobRecord) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give result and Spine document of a completed job. Raises ResultGone."""
        assert record.result_key is not None
        stored = await read_object(self._storage, record.result_key)
        if stored is None:
            raise ResultGone(f"The result of the job {record.job_id} is gone: send it again.")
        fields, document = map(json.loads, stored.splitlines())
        about = {
            "job_id": record.job_id,
            "cached": record.cached,
            "milliseconds": record.milliseconds,
        }
        return about | fields, document

    async def follow(self, job_id: str) -> AsyncIterator[JobRecord]:
        """Give the record now, and again whenever it has changed, until the job has ended."""
        seen = None
        while True:
            news = self._news.get(job_id)
            record = await self._jobs.get(job_id)
            if record.edition != seen:
                seen = record.edition
                yield record
            if record.is_finished:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if news is None else self._beat_seconds):
                    await (news or asyncio.Event()).wait()

    async def adopt(self) -> int:
        """Begin jobs whose replicas have let them go, as many as there is room for."""
        adopted = 0
        for job_id in await self._jobs.abandoned():
            if self.load >= self._runner.workers:
                break
            if job_id not in self._under_way:
                self._begin(await self._jobs.get(job_id))
                adopted += 1
        return adopted

    async def close(self, drain_seconds: float) -> None:
        """Take no more jobs, let those there are end for so long, and leave the rest to others."""
        self._is_closing = True
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=drain_seconds)
        for task in list(self._under_way.values()):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way.values())
        self._images.cleanup()

    def _check_room(self) -> None:
        if self._is_closing or self.load >= self._runner.workers + self._runner.waiting:
            raise Overloaded("The service has as much to do as it can take on: try again soon.")

    def _image(self, job_id: str) -> Path:
        return Path(self._images.name, job_id)

    def _begin(self, record: JobRecord) -> None:
        job_id = record.job_id
        self._news[job_id] = asyncio.Event()
        task = asyncio.create_task(self._see_through(record), name=job_id)
        self._under_way[job_id] = task
        task.add_done_callback(lambda _: self._tidy(job_id))

    def _tidy(self, job_id: str) -> None:
        del self._under_way[job_id]
        self._news.pop(job_id).set()
        self._image(job_id).unlink(missing_ok=True)

    def _tell(self, job_id: str) -> None:
        """Wake all who follow the job."""
        news, self._news[job_id] = self._news[job_id], asyncio.Event()
        news.set()

    async def _see_through(self, record: JobRecord) -> None:
        """From its wait to its end; where it is lost to another, so be it."""
        with structlog.contextvars.bound_contextvars(job_id=record.job_id):
            try:
                await self._share_image(record)
                await self._wait_turn(record)
                try:
                    claimed = await self._jobs.claim(record.job_id)
                    if claimed is not None and not claimed.is_finished:
                        await self._carry_out(claimed)
                finally:
                    self._places.release()
                await self._forget_image(record)
            except JobLost:
                log.info("job.lost")
            except (BaseError, OSError, StoreUnavailable):
                # Its lease will lapse, and somebody who reaches the store will take it on.
                log.exception("job.left")

    async def _wait_turn(self, record: JobRecord) -> None:
        while True:
            try:
                async with asyncio.timeout(self._beat_seconds):
                    await self._places.acquire()
                    return
            except TimeoutError:
                record = await self._jobs.renew(record)

    async def _carry_out(self, record: JobRecord) -> None:
        self._tell(record.job_id)
        stage: list[JobStage] = ["mask"]
        running = asyncio.wrap_future(self._runner.submit(await self._task(record), stage.append))
        written, until = "", 0.0
        try:
            while not running.done():
                if stage[-1] != written or time.monotonic() >= until:
                    written, until = stage[-1], time.monotonic() + self._beat_seconds
                    now = Progress.at(written)
                    record = await self._jobs.advance(record, now.stage, now.percent, now.message)
                    self._tell(record.job_id)
                await asyncio.wait({running}, timeout=LOOK_SECONDS)
        finally:
            running.cancel()
        await self._end(record, running.result())

    async def _end(self, record: JobRecord, result: Answer | Failure) -> None:
        if isinstance(result, Failure):
            if result.code == INTERNAL:
                log.error("job.bug", trace=result.trace)
            await self._jobs.fail(
                record, {"code": result.code, "message": result.message, "details": {}}
            )
            return
        key = str(record.request["result_key"])
        await obstore.put_async(self._storage, key, result.result + result.document)
        await self._complete(record, result.milliseconds, cached=False)
        self._usual_seconds += USUAL_WEIGHT * (result.milliseconds / 1000 - self._usual_seconds)

    async def _complete(self, record: JobRecord, milliseconds: float, *, cached: bool) -> JobRecord:
        key = str(record.request["result_key"])
        return await self._jobs.complete(record, key, milliseconds, cached)

    async def _task(self, record: JobRecord) -> GenerationTask:
        request = record.request
        assert isinstance(request["parameters"], dict)
        return GenerationTask(
            image=self._image(record.job_id),
            name=str(request["name"]),
            parameters=MeshParameters.from_mapping(request["parameters"]),
            spine_version=str(request["spine_version"]),
        )

    # The image, in the storage for as long as the job may have to be begun anew

    async def _share_image(self, record: JobRecord) -> None:
        image, key = self._image(record.job_id), _image_key(record)
        if image.exists():
            await obstore.put_async(self._storage, key, image)
        elif (content := await read_object(self._storage, key)) is not None:
            image.write_bytes(content)

    async def _forget_image(self, record: JobRecord) -> None:
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._storage, _image_key(record))

    async def _has(self, key: str) -> bool:
        try:
            await obstore.head_async(self._storage, key)
        except FileNotFoundError:
            return False
        return True


def _image_key(record: JobRecord) -> str:
    return f"uploads/{record.job_id}"
