"""What a client is told of a job: its status, its result, or a stream of both."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, ClassVar

from fastapi import Request
from fastapi.responses import StreamingResponse

from spinelift.contract.problems import GenerationFailed, problem
from spinelift.mesh.errors import SpineLiftError
from spinelift.service.foreman import Foreman
from spinelift.service.records import JobRecord
from spinelift.service.wire import JobStatus, Problem, result_url, status_url

NDJSON = "application/x-ndjson"

LONGEST_WAIT = 60
"""Seconds that `Prefer: wait=N` may ask for."""


class JobUnfinished(SpineLiftError):
    """There is no result yet."""

    code: ClassVar[str] = "JOB_UNFINISHED"


class JobCancelled(SpineLiftError):
    """There is no result, and there will be none."""

    code: ClassVar[str] = "JOB_CANCELLED"


def status_of(record: JobRecord, foreman: Foreman) -> JobStatus:
    """Say how far the job is."""
    job_id = record.job_id
    return JobStatus(
        job_id=job_id,
        status=record.status,
        progress=record.progress,
        stage=record.stage,
        message=record.message,
        status_url=status_url(job_id),
        result_url=result_url(job_id) if record.status == "completed" else None,
        error=None if record.error is None else Problem.model_validate(record.error),
        estimated_remaining=foreman.estimated_remaining(record),
    )


async def answer_of(record: JobRecord, foreman: Foreman) -> tuple[bytes, bytes]:
    """Give result and document as JSON. Raises what there is instead of them."""
    if record.error is not None:
        raise GenerationFailed(str(record.error["code"]), str(record.error["message"]))
    if record.status == "cancelled":
        raise JobCancelled(f"The job {record.job_id} was cancelled: send its request anew.")
    if not record.is_finished:
        raise JobUnfinished(f"The job {record.job_id} is not done yet: ask for its status.")
    return await foreman.answer(record)


async def waited_for(record: JobRecord, foreman: Foreman, seconds: float) -> JobRecord:
    """Give the record as it is once the job has ended, or after so long."""
    if seconds and not record.is_finished:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for latest in foreman.follow(record.job_id):
                    record = latest
    return record


def preferred_wait(request: Request) -> int:
    """Seconds, as RFC 7240 has it; 0 where nothing is preferred."""
    found = re.search(
        r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])", request.headers.get("prefer", "")
    )
    return min(int(found[1]), LONGEST_WAIT) if found else 0


def wants_stream(request: Request) -> bool:
    return NDJSON in request.headers.get("accept", "").lower()


def streaming(lines: AsyncIterator[bytes]) -> StreamingResponse:
    """A stream that no proxy is to hold back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines, media_type=NDJSON, headers=headers)


async def stream(
    record: JobRecord, foreman: Foreman, *, is_ours: bool, index: int | None = None
) -> AsyncGenerator[bytes, None]:
    """Lines of progress, and one of how it ended. Who hangs up cancels the job that is theirs."""
    where = {} if index is None else {"index": index}
    try:
        async for latest in foreman.follow(record.job_id):
            record = latest
            yield line(
                "progress",
                **where,
                job_id=record.job_id,
                progress=record.progress,
                stage=record.stage,
                message=record.message,
                estimated_remaining=foreman.estimated_remaining(record),
            )
        result, _ = await answer_of(record, foreman)
        # The result is JSON already.
        yield line("result", **where)[:-2] + b', "result": ' + result + b"}\n"
    except SpineLiftError as error:
        yield error_line(error, record.error, **where)
    except (asyncio.CancelledError, GeneratorExit):
        if is_ours:
            # This task is cancelled already, so another one has to do it.
            cancelling = asyncio.create_task(_cancel(foreman, record.job_id))
            _background.add(cancelling)
            cancelling.add_done_callback(_background.discard)
        raise


def error_line(
    error: SpineLiftError, written: Mapping[str, Any] | None = None, **where: int
) -> bytes:
    """The last line of a job that is not done, with its error as it was written down."""
    return line("error", **where, error=written or problem(error))


def line(event: str, **fields: object) -> bytes:
    return json.dumps({"event": event, **fields}, allow_nan=False).encode() + b"\n"


_background: set[asyncio.Task[None]] = set()
"""Keeps tasks alive that nobody waits for."""


async def _cancel(foreman: Foreman, job_id: str) -> None:
    # A job that is not to be reached now ends by itself.
    with contextlib.suppress(SpineLiftError):
        await foreman.cancel(job_id)
