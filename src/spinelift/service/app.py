"""The mesh service's HTTP interface."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from spinelift.contract.problems import problem
from spinelift.engine.generation import Answer, GenerationTask, OnStage, generate_answer
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner
from spinelift.engine.work import Failure
from spinelift.mesh.errors import InvalidParameters, SpineLiftError
from spinelift.mesh.parameters import PARAMETERS
from spinelift.mesh.presets import PRESETS
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.service.bodies import SLACK_BYTES, BoundedBodies
from spinelift.service.foreman import Foreman
from spinelift.service.intake import read_order
from spinelift.service.jobs import Jobs
from spinelift.service.problems import Unauthorized, answer_problems, response
from spinelift.service.records import JobRecord
from spinelift.service.settings import ServiceSettings
from spinelift.service.storage import open_storage
from spinelift.service.stores import JobStore, StoreUnavailable
from spinelift.service.stores.memory import MemoryJobStore
from spinelift.service.stores.redis import RedisJobStore
from spinelift.version import __version__

log = structlog.get_logger()

LONGEST_WAIT = 60
"""Seconds that `Prefer: wait=N` may ask for."""

NDJSON = "application/x-ndjson"


class JobUnfinished(SpineLiftError):
    """There is no result yet."""

    code: ClassVar[str] = "JOB_UNFINISHED"


class JobCancelled(SpineLiftError):
    """There is no result, and there will be none."""

    code: ClassVar[str] = "JOB_CANCELLED"


def create_app(
    settings: ServiceSettings,
    work: Callable[[GenerationTask, OnStage], Answer | Failure] = generate_answer,
) -> FastAPI:
    """Make one replica, which has `work` done in its workers."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = open_store(settings)
        jobs = Jobs(
            store,
            lease_seconds=settings.lease_seconds,
            most_attempts=settings.most_attempts,
        )
        runner: JobRunner[GenerationTask, Answer] = JobRunner(
            work,
            workers=settings.workers,
            waiting=settings.waiting,
            limits=JobLimits(settings.job_seconds, settings.job_memory_bytes),
        )
        foreman = Foreman(jobs, runner, open_storage(settings.storage))
        with tempfile.TemporaryDirectory(prefix="spinelift-") as folder:
            app.state.store, app.state.jobs, app.state.foreman = store, jobs, foreman
            app.state.uploads = Path(folder)
            adopting = asyncio.create_task(_adopt(foreman, settings.lease_seconds / 3))
            yield
            adopting.cancel()
            await foreman.close(settings.drain_seconds)
            await asyncio.to_thread(runner.close)
            await store.close()

    app = FastAPI(
        title="SpineLift mesh service",
        summary="Images in, Spine meshes out.",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.add_middleware(
        BoundedBodies,
        most_bytes=settings.upload_bytes + SLACK_BYTES,
        most_seconds=settings.upload_seconds,
    )
    answer_problems(app)
    app.include_router(public)
    app.include_router(api)
    return app


def open_store(settings: ServiceSettings) -> JobStore:
    """Open what replicas share, or the memory of this one."""
    if settings.redis_url is None:
        return MemoryJobStore(keep_seconds=settings.keep_seconds)
    return RedisJobStore(settings.redis_url, "spinelift", settings.keep_seconds)


async def _adopt(foreman: Foreman, every_seconds: float) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await foreman.adopt()
        except StoreUnavailable:
            log.warning("store.unavailable")


async def _authorised(request: Request) -> None:
    token = request.app.state.settings.token
    if token is None:
        return
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, b"Bearer " + token.get_secret_value().encode()):
        raise Unauthorized("The request has no valid token: send Authorization: Bearer TOKEN.")


def _foreman(request: Request) -> Foreman:
    foreman: Foreman = request.app.state.foreman
    return foreman


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


TheForeman = Annotated[Foreman, Depends(_foreman)]
TheJobs = Annotated[Jobs, Depends(_jobs)]

public = APIRouter()
api = APIRouter(prefix="/api/v1", dependencies=[Depends(_authorised)])


# Jobs


@api.post("/mesh/generate", status_code=202)
async def generate(request: Request, foreman: TheForeman) -> Response:
    """Mesh an image. Answers 202 at once, 200 with `Prefer: wait=N`, or a stream of NDJSON."""
    async with read_order(request, request.app.state.uploads) as order:
        record, is_new = await foreman.create(
            order.job_id, order.fingerprint, order.request, order.image
        )
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_stream(foreman, record, is_new), media_type=NDJSON)
    seconds = _preferred_wait(request)
    if seconds and not record.is_finished:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for latest in foreman.follow(record.job_id):
                    record = latest
    if seconds and record.is_finished:
        result, _ = await _answer(foreman, record)
        return JSONResponse(result)
    accepted = _status(record, foreman) | {"estimated_time": round(foreman.estimated_seconds, 3)}
    return JSONResponse(accepted, status_code=202)


@api.get("/mesh/{job_id}/status")
async def status(job_id: str, jobs: TheJobs, foreman: TheForeman) -> dict[str, Any]:
    """How far a job is."""
    return _status(await jobs.get(job_id), foreman)


@api.get("/mesh/{job_id}/result")
async def result(
    job_id: str,
    jobs: TheJobs,
    foreman: TheForeman,
    format: Annotated[Literal["mesh", "spine"], Query()] = "mesh",
) -> Response:
    """What came of a job: the mesh, or with `format=spine` a Spine skeleton document."""
    fields, document = await _answer(foreman, await jobs.get(job_id))
    return JSONResponse(document if format == "spine" else fields)


@api.delete("/mesh/{job_id}")
async def cancel(job_id: str, foreman: TheForeman) -> dict[str, Any]:
    """Cancel a job; one that has ended stays as it is."""
    return _status(await foreman.cancel(job_id), foreman)


def _preferred_wait(request: Request) -> int:
    """Seconds, as RFC 7240 has it; 0 where nothing is preferred."""
    found = re.search(
        r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])", request.headers.get("prefer", "")
    )
    return min(int(found[1]), LONGEST_WAIT) if found else 0


def _status(record: JobRecord, foreman: Foreman) -> dict[str, Any]:
    place = f"/api/v1/mesh/{record.job_id}"
    found: dict[str, Any] = {
        "job_id": record.job_id,
        "status": record.status,
        "progress": record.progress,
        "stage": record.stage,
        "message": record.message,
        "status_url": f"{place}/status",
    }
    if record.status == "completed":
        found["result_url"] = f"{place}/result"
    elif record.error is not None:
        found["error"] = record.error
    elif not record.is_finished:
        left = foreman.estimated_seconds * (1 - record.progress / 100)
        found["estimated_remaining"] = round(left, 3)
    return found


async def _answer(foreman: Foreman, record: JobRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    """Result and document. Raises what there is instead of them."""
    if record.error is not None:
        raise _Failed(record.error)
    if record.status == "cancelled":
        raise JobCancelled(f"The job {record.job_id} was cancelled: send its request anew.")
    if not record.is_finished:
        raise JobUnfinished(f"The job {record.job_id} is not done yet: ask for its status.")
    return await foreman.answer(record)


class _Failed(SpineLiftError):
    """A job's own error, as it was written down."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]  # type: ignore[misc]  # of this one


async def _stream(foreman: Foreman, record: JobRecord, is_ours: bool) -> AsyncIterator[bytes]:
    """Lines of progress, and one of how it ended. Who hangs up cancels the job that is theirs."""
    try:
        async for latest in foreman.follow(record.job_id):
            record = latest
            yield _line(
                "progress",
                progress=record.progress,
                stage=record.stage,
                message=record.message,
            )
        try:
            result, _ = await _answer(foreman, record)
            yield _line("result", result=result)
        except SpineLiftError as error:
            yield _line("error", error=record.error or problem(error))
    finally:
        if is_ours and not record.is_finished:
            # This task may be cancelled already.
            cancelling = asyncio.create_task(foreman.cancel(record.job_id))
            _background.add(cancelling)
            cancelling.add_done_callback(_background.discard)


_background: set[asyncio.Task[JobRecord]] = set()
"""Keeps tasks alive that nobody waits for."""


def _line(event: str, **fields: object) -> bytes:
    return json.dumps({"event": event, **fields}, allow_nan=False).encode() + b"\n"


# What can be asked for


@api.get("/parameters")
async def parameters() -> dict[str, Any]:
    """Every parameter with its range, default and help, and the presets."""
    return {
        "parameters": [
            {
                "name": spec.name,
                "kind": spec.kind,
                "default": spec.default,
                "minimum": spec.minimum,
                "maximum": spec.maximum,
                "step": spec.step,
                "unit": spec.unit,
                "choices": list(spec.choices),
                "optional": spec.optional,
                "help": spec.help,
            }
            for spec in PARAMETERS.values()
        ],
        "presets": {name: preset.to_mapping() for name, preset in PRESETS.items()},
    }


@api.post("/mesh/validate")
async def validate(values: dict[str, Any]) -> dict[str, Any]:
    """Every error at once, and warnings."""
    found = MeshParameterValidator().validate(values)
    errors = problem(InvalidParameters(found.errors))["details"]["parameters"]
    return {
        "valid": found.parameters is not None,
        "errors": errors,
        "warnings": list(found.warnings),
        "parameters": found.parameters and found.parameters.to_mapping(),
    }


# How the service is


@public.get("/health")
async def health() -> dict[str, str]:
    """For people and for what watches the service."""
    return {
        "status": "ok",
        "version": __version__,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


@public.get("/live")
async def live() -> dict[str, str]:
    """Whether the process works: if not, start another."""
    return {"status": "ok"}


@public.get("/ready")
async def ready(request: Request) -> Response:
    """Whether requests can be taken: if not, send them elsewhere."""
    store: JobStore = request.app.state.store
    if not await store.is_alive():
        return response(problem(StoreUnavailable("The service cannot reach its shared state.")))
    return JSONResponse({"status": "ok"})


@public.get("/version")
async def version() -> dict[str, str]:
    """Which version answers."""
    return {"version": __version__}
