"""Takes jobs on, has them done, and writes down how they go, for all replicas to read.

A job's image and its answer lie in the storage, its record in the store: nothing of it is in this
process alone but the work itself, so that another replica can begin it anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from obstore.store import ObjectStore
from pydantic import JsonValue

from spinelift.contract.generation import Progress
from spinelift.contract.problems import Overloaded, error_of, problem
from spinelift.contract.stages import JobStage
from spinelift.engine.advice import Advice, AdviceTask, give_advice
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.runner import JobRunner, Work
from spinelift.engine.work import INTERNAL, Failure
from spinelift.mesh.errors import ImageNotFound, ImageTooLarge
from spinelift.mesh.parameters import MeshParameters
from spinelift.service.images import JobImages
from spinelift.service.jobs import JobLost, Jobs
from spinelift.service.orders import Order, Question
from spinelift.service.records import JobRecord
from spinelift.service.storage import ResultGone, read_object, save_object, written_at
from spinelift.service.sweeping import is_still_given

log = structlog.get_logger()

BEAT_SECONDS = 1.0
"""How often a running job's record is written: half of how often progress is promised."""

LOOK_SECONDS = 0.1
"""How often to look whether a job has come to another stage, and, for who waits for a job that
another replica works on, whether its record has changed."""

AHEAD = 1
"""How many jobs are handed out before a worker is free for them, so that none has to wait."""

USUAL_SECONDS = 0.2
"""What a job is thought to take before one was done."""

USUAL_WEIGHT = 0.1
"""Of the latest job in what jobs usually take."""


class Foreman:
    """One replica's, for use in one event loop.

    Parameters
    ----------
    keep_seconds
        How long records of ended jobs are kept; no older a result is given to a new job.
    work
        What is done in the workers.
    on_change
        Told every record that this replica writes on the way of a job.
    beat_seconds
        How often a job that waits or is being done is written down, which keeps it.
    """

    def __init__(
        self,
        jobs: Jobs,
        runner: JobRunner,
        storage: ObjectStore,
        images: JobImages,
        *,
        keep_seconds: float,
        work: Work[GenerationTask, Answer] = generate_answer,
        on_change: Callable[[JobRecord], None] = lambda record: None,  # noqa: ARG005
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._jobs = jobs
        self._runner = runner
        self._storage = storage
        self._images = images
        self._keep_seconds = keep_seconds
        self._work = work
        self._on_change = on_change
        self._beat_seconds = beat_seconds
        self._places = asyncio.Semaphore(runner.workers + min(AHEAD, runner.waiting))
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._news: dict[str, _News] = {}
        # So that whoever waits for a job need not wait for its answer to be read again.
        self._just_made: dict[str, bytes] = {}
        self._arriving = 0
        self._usual_seconds = USUAL_SECONDS
        self._drain_until: float | None = None

    @property
    def load(self) -> int:
        """How many jobs this replica works on, or has waiting."""
        return len(self._under_way) + self._arriving

    @property
    def running(self) -> int:
        """How many of them are in a worker."""
        return min(self._runner.load, self._runner.workers, self.load)

    @property
    def waiting(self) -> int:
        """How many of them are not."""
        return self.load - self.running

    @property
    def is_closing(self) -> bool:
        """Whether no more jobs are taken on."""
        return self._drain_until is not None

    @property
    def estimated_seconds(self) -> float:
        """How long a job that comes now will take, its wait included."""
        return self._usual_seconds * (1 + self.load / self._runner.workers)

    @property
    def has_room(self) -> bool:
        """Whether one job more can be taken on."""
        return not self.is_closing and self.load < self._runner.workers + self._runner.waiting

    def estimated_remaining(self, record: JobRecord) -> float | None:
        """How many seconds an unfinished job may still take."""
        if record.is_finished:
            return None
        whole = self.estimated_seconds if record.status == "queued" else self._usual_seconds
        return round(whole * (1 - record.progress / 100), 3)

    def check_room(self) -> None:
        """Raise Overloaded where there is no room."""
        if not self.has_room:
            raise Overloaded("The service has as much to do as it can take on: try again soon.")

    async def take_on(self, order: Order, *, is_let_in: bool = False) -> tuple[JobRecord, bool]:
        """Take on a job; tell whether it is new. `is_let_in` spares it the question for room.

        An upload's file may be moved away. Raises Overloaded, JobConflict, StoreUnavailable,
        StorageUnavailable, and what is wrong with an image that is not here yet.
        """
        there = await self._jobs.find(order.job_id, order.fingerprint)
        if there is not None:
            return there, False
        with self._images.arrival() as image:
            sha256 = await self._images.bring(order.source, image)
            result_key = order.result_key(sha256)
            # Asked in any case: whoever sends a job is told at once that the storage is down.
            is_made = await self._is_made(result_key)
            if is_made and order.uses_cache:
                return await self._answer_again(order, result_key)
            if not is_let_in:
                self.check_room()
            with self._held_place():
                return await self._begin_new(order, result_key, image)

    async def advise(self, question: Question, parameters: MeshParameters | None) -> Advice:
        """Look at an image without meshing it, in a worker as everything native.

        Raises Overloaded, and what is wrong with the image.
        """
        assert question.source is not None
        self.check_room()
        with self._held_place(), self._images.arrival() as image:
            await self._images.bring(question.source, image)
            task = AdviceTask(image, question.name, parameters, question.target)
            async with self._places:
                found = await asyncio.wrap_future(self._runner.submit(give_advice, task))
        if isinstance(found, Failure):
            raise error_of({"code": found.code, "message": found.message})
        return found

    async def cancel(self, job_id: str) -> JobRecord:
        """End a job unless it has ended, whoever works on it. Raises JobNotFound."""
        record = await self._jobs.cancel(job_id)
        if record is None:
            return await self._jobs.get(job_id)
        if task := self._under_way.get(job_id):
            task.cancel()
        self._note(record)
        await self._images.forget(record)
        return record

    async def answer(self, record: JobRecord) -> tuple[bytes, bytes]:
        """Give result and Spine document of a completed job, as JSON. Raises ResultGone."""
        assert record.result_key is not None
        stored = self._just_made.get(record.job_id) or await read_object(
            self._storage, record.result_key
        )
        if stored is None:
            raise ResultGone(f"The result of the job {record.job_id} is gone: send it again.")
        fields, document = stored.splitlines()
        about = {
            "job_id": record.job_id,
            "cached": record.cached,
            "milliseconds": record.milliseconds,
        }
        # Both are objects that are not empty, so they are joined without being parsed.
        return json.dumps(about).encode()[:-1] + b"," + fields[1:], document

    async def follow(self, job_id: str) -> AsyncIterator[JobRecord]:
        """Give the record now, and again whenever it has changed, until the job has ended."""
        seen = None
        while True:
            news = self._news.get(job_id)
            record = await self._jobs.get(job_id) if news is None else news.record
            if record.edition != seen:
                seen = record.edition
                yield record
            if record.is_finished:
                return
            if news is None:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                await news.is_old.wait()

    async def adopt(self) -> int:
        """Begin jobs whose replicas have let them go, at most as many as this one may have.

        They were let in once, so that what comes anew does not keep them out.
        """
        adopted = 0
        for job_id in await self._jobs.abandoned():
            if self.is_closing or adopted >= self._runner.workers + self._runner.waiting:
                break
            if job_id not in self._under_way:
                self._begin(await self._jobs.get(job_id), is_adopted=True)
                adopted += 1
        return adopted

    async def drain(self, seconds: float) -> None:
        """Take no more jobs, and let those there are end for so long, which no call can extend."""
        until = time.monotonic() + seconds
        self._drain_until = until if self._drain_until is None else min(until, self._drain_until)
        while self.load and time.monotonic() < self._drain_until:
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self, drain_seconds: float) -> None:
        """Drain, and leave the jobs that have not ended to others."""
        await self.drain(drain_seconds)
        for task in list(self._under_way.values()):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way.values())
        self._images.close()

    @contextlib.contextmanager
    def _held_place(self) -> Iterator[None]:
        """Count a job that is not under way yet."""
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    async def _answer_again(self, order: Order, result_key: str) -> tuple[JobRecord, bool]:
        request = _request(order, result_key, image_key=None)
        record, is_new = await self._jobs.create(order.job_id, order.fingerprint, request)
        claimed = await self._jobs.claim(order.job_id) if is_new else None
        if claimed is None:
            return record, is_new
        return await self._complete(claimed, 0.0, cached=True), True

    async def _begin_new(
        self, order: Order, result_key: str, image: Path
    ) -> tuple[JobRecord, bool]:
        # Before there is a record, so that whoever finds one finds its image too.
        image_key = await self._images.share(order.source, image)
        request = _request(order, result_key, image_key)
        record, is_new = await self._jobs.create(order.job_id, order.fingerprint, request)
        if is_new:
            self._images.keep(order.job_id, image)
            self._begin(record)
        elif image_key is not None and record.request["image_key"] != image_key:
            await self._images.withdraw(image_key)
        return record, is_new

    def _begin(self, record: JobRecord, *, is_adopted: bool = False) -> None:
        job_id = record.job_id
        task = asyncio.create_task(self._see_through(record, is_adopted), name=job_id)
        self._under_way[job_id] = task
        task.add_done_callback(lambda _: self._tidy(job_id))
        if not is_adopted:  # or it may be another's before it is this replica's
            self._news[job_id] = _News(record)

    def _tidy(self, job_id: str) -> None:
        del self._under_way[job_id]
        self._just_made.pop(job_id, None)
        if news := self._news.pop(job_id, None):
            news.is_old.set()

    def _note(self, record: JobRecord) -> None:
        """Tell all who want to know of a job that it has changed."""
        if record.job_id in self._under_way:
            before = self._news.get(record.job_id)
            self._news[record.job_id] = _News(record)
            if before is not None:
                before.is_old.set()
        self._on_change(record)

    async def _see_through(self, record: JobRecord, is_adopted: bool) -> None:
        """From its wait to its end; where it is lost to another, so be it."""
        with structlog.contextvars.bound_contextvars(job_id=record.job_id):
            try:
                await self._wait_turn(record, is_adopted)
                try:
                    claimed = await self._jobs.claim(record.job_id)
                    if claimed is None:
                        raise JobLost
                    self._note(claimed)
                    if not claimed.is_finished:
                        await self._carry_out(claimed)
                finally:
                    self._places.release()
                await self._images.forget(record)
            except JobLost:
                log.info("job.lost")
                self._images.leave(record)
            except Exception:
                # No store, no storage, or a bug: its lease will lapse, and somebody take it on.
                log.exception("job.left")
                self._images.leave(record)

    async def _wait_turn(self, record: JobRecord, is_adopted: bool) -> None:
        """Keep a job while it waits; an adopted one is for the first replica that has a place."""
        turn = asyncio.ensure_future(self._places.acquire())
        try:
            while not turn.done():
                await asyncio.wait({turn}, timeout=self._beat_seconds)
                if not turn.done() and not is_adopted:
                    record = await self._jobs.renew(record)
        except BaseException:
            if not turn.cancel():
                self._places.release()
            raise

    async def _carry_out(self, record: JobRecord) -> None:
        if record.attempt > 1:  # it was begun before, perhaps by another replica
            result_key = str(record.request["result_key"])
            if record.request["uses_cache"] and await self._is_made(result_key):
                await self._complete(record, 0.0, cached=True)
                return
        try:
            await self._images.bring_again(record)
        except (ImageNotFound, ImageTooLarge) as error:
            self._note(await self._jobs.fail(record, problem(error)))
            return
        stages: list[JobStage] = []
        running = asyncio.wrap_future(
            self._runner.submit(self._work, self._task(record), stages.append)
        )
        written, until = None, time.monotonic() + self._beat_seconds
        try:
            # Most jobs are over at the first look, and cost no writing but of their two ends.
            while not (await asyncio.wait({running}, timeout=LOOK_SECONDS))[0]:
                stage = stages[-1] if stages else None
                if stage == written and time.monotonic() < until:
                    continue
                if stage is None:  # no worker is free for it yet
                    record = await self._jobs.renew(record)
                else:
                    now = Progress.at(stage)
                    record = await self._jobs.advance(record, stage, now.percent, now.message)
                self._note(record)
                written, until = stage, time.monotonic() + self._beat_seconds
        finally:
            running.cancel()
        await self._end(record, _outcome(running))

    async def _end(self, record: JobRecord, result: Answer | Failure) -> None:
        if isinstance(result, Failure):
            if result.code == INTERNAL:
                log.error("job.bug", trace=result.trace)
            error: dict[str, JsonValue] = {
                "code": result.code,
                "message": result.message,
                "details": {},
            }
            self._note(await self._jobs.fail(record, error))
            return
        key = str(record.request["result_key"])
        assert result.document is not None  # every task of `_task` has a version for it
        stored = result.result + result.document
        await save_object(self._storage, key, stored)
        self._just_made[record.job_id] = stored
        await self._complete(record, result.milliseconds, cached=False)
        self._usual_seconds += USUAL_WEIGHT * (result.milliseconds / 1000 - self._usual_seconds)

    async def _complete(self, record: JobRecord, milliseconds: float, *, cached: bool) -> JobRecord:
        key = str(record.request["result_key"])
        completed = await self._jobs.complete(record, key, milliseconds, cached)
        self._note(completed)
        return completed

    def _task(self, record: JobRecord) -> GenerationTask:
        request = record.request
        assert isinstance(request["parameters"], dict)
        return GenerationTask(
            image=self._images.path(record.job_id),
            name=str(request["name"]),
            parameters=MeshParameters.from_mapping(request["parameters"]),
            spine_version=str(request["spine_version"]),
        )

    async def _is_made(self, key: str) -> bool:
        """Whether a result is there that will outlive the record of a job that ends now."""
        written = await written_at(self._storage, key)
        return written is not None and is_still_given(written, self._keep_seconds, time.time())


@dataclass(frozen=True, eq=False)
class _News:
    """How a job was when this replica last wrote it, and whether that is still so."""

    record: JobRecord
    is_old: asyncio.Event = field(default_factory=asyncio.Event)


def _request(order: Order, result_key: str, image_key: str | None) -> dict[str, JsonValue]:
    """All that is needed to do the job again."""
    return {
        **order.decisions,
        "uses_cache": order.uses_cache,
        "callback_url": order.callback_url,
        "image_key": image_key,
        "result_key": result_key,
    }


def _outcome(running: asyncio.Future[Answer | Failure]) -> Answer | Failure:
    """What came of the work, which is to raise nothing."""
    try:
        return running.result()
    except Exception:
        message = "The service hit a bug of its own. Its log says more."
        return Failure(INTERNAL, message, traceback.format_exc())
