"""The mesh service: its parts put together, and what every request meets first."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from spinelift.contract.problems import problem
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner, Work
from spinelift.images import DEFAULT_LIMITS
from spinelift.outbound.addresses import AddressRule
from spinelift.outbound.requests import Outbound
from spinelift.service import openapi, routes
from spinelift.service.bodies import BoundedBodies
from spinelift.service.callbacks import CallbackSender
from spinelift.service.fetching import Fetcher
from spinelift.service.foreman import Foreman
from spinelift.service.images import JobImages
from spinelift.service.intake import Intake
from spinelift.service.jobs import Jobs
from spinelift.service.metrics import Metrics
from spinelift.service.problems import ServiceClosing, Unauthorized, answer_problems, response
from spinelift.service.records import JobRecord
from spinelift.service.requests import ObservedRequests
from spinelift.service.settings import ServiceSettings
from spinelift.service.storage import open_storage
from spinelift.service.stores import JobStore, StoreUnavailable
from spinelift.service.stores.memory import MemoryJobStore
from spinelift.service.stores.redis import RedisJobStore
from spinelift.service.sweeping import keep_sweeping
from spinelift.service.traces import open_traces
from spinelift.service.webhooks import event_of
from spinelift.service.wire import Health
from spinelift.version import __version__

log = structlog.get_logger()

LOOKS = 10
"""How often, in the time of a lease, a replica looks for jobs that others have let go."""

LAST_CALLBACK_SECONDS = 5.0
"""How long closing waits for callbacks that are still to be delivered."""

public = APIRouter()


def create_app(
    settings: ServiceSettings, work: Work[GenerationTask, Answer] = generate_answer
) -> FastAPI:
    """Make one replica, which has `work` done in its workers. Raises UnusableSettings."""
    metrics, traces = Metrics(), open_traces()
    store, storage = open_store(settings), open_storage(settings.storage)

    def tell(record: JobRecord, callbacks: CallbackSender, foreman: Foreman) -> None:
        metrics.job_changed(record)
        traces.job_changed(record)
        _call_back(callbacks, record, foreman)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        jobs = Jobs(
            store,
            lease_seconds=settings.lease_seconds,
            most_attempts=settings.most_attempts,
        )
        runner = JobRunner(
            workers=settings.workers,
            waiting=settings.waiting,
            limits=JobLimits(settings.job_seconds, settings.job_memory_bytes),
        )
        await asyncio.wrap_future(runner.warm_up())
        outbound = Outbound(
            AddressRule(settings.allowed_hosts), allow_http=settings.allow_http_urls
        )
        callbacks = CallbackSender(
            outbound, [secret.get_secret_value() for secret in settings.callback_secrets]
        )
        foreman = Foreman(
            jobs,
            runner,
            storage,
            JobImages(
                storage,
                Fetcher(outbound, DEFAULT_LIMITS, settings.fetch_seconds),
                shares=settings.redis_url is not None,
            ),
            keep_seconds=settings.keep_seconds,
            work=work,
            on_change=lambda record: tell(record, callbacks, foreman),
        )
        metrics.watch(foreman, callbacks)
        with tempfile.TemporaryDirectory(prefix="spinelift-") as folder:
            app.state.store, app.state.jobs, app.state.foreman = store, jobs, foreman
            app.state.intake = Intake(Path(folder), callbacks.check_callback_url)
            adopting = asyncio.create_task(_adopt(foreman, settings.lease_seconds / LOOKS))
            sweeping = asyncio.create_task(keep_sweeping(storage, settings.keep_seconds))
            yield
            adopting.cancel()
            sweeping.cancel()
            await foreman.close(settings.drain_seconds)
            await callbacks.close(min(settings.drain_seconds, LAST_CALLBACK_SECONDS))
            await asyncio.to_thread(runner.close)
            await store.close()
            await traces.close()

    app = FastAPI(
        title="SpineLift mesh service",
        summary="Images in, Spine meshes out.",
        version=__version__,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
        telemetry=traces.of_requests,
    )
    app.state.settings, app.state.metrics = settings, metrics
    app.add_middleware(
        BoundedBodies,
        most_bytes=settings.upload_bytes,
        most_seconds=settings.upload_seconds,
    )
    app.add_middleware(ObservedRequests, observe=metrics.request_answered)
    answer_problems(app)
    app.include_router(public)
    app.include_router(routes.router, dependencies=[Depends(_authorised)])
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]  # as FastAPI has it
    return app


def open_store(settings: ServiceSettings) -> JobStore:
    """Open what replicas share, or the memory of this one."""
    if settings.redis_url is None:
        return MemoryJobStore(keep_seconds=settings.keep_seconds)
    return RedisJobStore(settings.redis_url.get_secret_value(), "spinelift", settings.keep_seconds)


def _call_back(callbacks: CallbackSender, record: JobRecord, foreman: Foreman) -> None:
    if record.request["callback_url"] is not None:
        callbacks.offer(event_of(record, foreman.estimated_remaining(record)))


async def _adopt(foreman: Foreman, every_seconds: float) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await foreman.adopt()
        except StoreUnavailable:
            log.warning("store.unavailable")
        except Exception:  # or the jobs of the dead would never be taken on again
            log.exception("jobs.not_adopted")


async def _authorised(request: Request) -> None:
    token = request.app.state.settings.token
    if token is None:
        return
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, b"Bearer " + token.get_secret_value().encode()):
        raise Unauthorized("The request has no valid token: send Authorization: Bearer TOKEN.")


# How the service is


@public.get("/health")
async def health() -> Health:
    """For people and for what watches the service."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Health(status="ok", version=__version__, timestamp=now)


@public.get("/live")
async def live() -> dict[str, str]:
    """Whether the process works: if not, start another."""
    return {"status": "ok"}


@public.get("/ready")
async def ready(request: Request) -> Response:
    """Whether requests can be taken: if not, send them elsewhere."""
    store: JobStore = request.app.state.store
    foreman: Foreman = request.app.state.foreman
    if foreman.is_closing:
        return response(problem(ServiceClosing("The service is closing: ask another replica.")))
    if not await store.is_alive():
        return response(problem(StoreUnavailable("The service cannot reach its shared state.")))
    return JSONResponse({"status": "ok"})


@public.get("/metrics", dependencies=[Depends(_authorised)], include_in_schema=False)
async def read_metrics(request: Request) -> Response:
    """What Prometheus reads of this replica."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=CONTENT_TYPE_LATEST)


@public.get("/version")
async def version() -> dict[str, str]:
    """Which version answers."""
    return {"version": __version__}
