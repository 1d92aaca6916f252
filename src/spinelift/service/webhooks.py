"""An event in the life of a job as a message; here and nowhere else is the format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from spinelift.outbound.messages import body_of
from spinelift.service.records import JobRecord, Status
from spinelift.service.wire import result_url

_TYPES: dict[Status, str] = {
    "queued": "mesh.progress",
    "processing": "mesh.progress",
    "completed": "mesh.completed",
    "failed": "mesh.failed",
    "cancelled": "mesh.cancelled",
}


@dataclass(frozen=True, kw_only=True)
class CallbackEvent:
    """What became of a job, for the URL that wants to know.

    Attributes
    ----------
    url
        Where to.
    job_id
        Letters, digits, `_` and `-`.
    sequence
        Grows with every event of a job.
    status, stage, progress, message
        As in the job's record.
    occurred_at
        Seconds since the epoch.
    estimated_remaining
        Seconds, of a job that has not ended.
    result_url
        Where a completed job's result is.
    error
        A failed job's `code`, `message` and `details`.
    """

    url: str
    job_id: str
    sequence: int
    status: Status
    stage: str
    progress: int
    message: str
    occurred_at: float
    estimated_remaining: float | None = None
    result_url: str | None = None
    error: dict[str, Any] | None = None

    @property
    def type(self) -> str:
        """`mesh.progress`, or how the job ended."""
        return _TYPES[self.status]

    @property
    def is_last(self) -> bool:
        """Whether the job has ended, so that nothing comes after this."""
        return self.status in ("completed", "failed", "cancelled")

    @property
    def message_id(self) -> str:
        """The same for every attempt, by whichever replica, so that receivers can pass over it."""
        return f"{self.job_id}_{self.sequence}"

    def body(self) -> str:
        """The payload as JSON: the same bytes each time, for they are signed."""
        content: dict[str, Any] = {
            "job_id": self.job_id,
            "sequence": self.sequence,
            "status": self.status,
            "stage": self.stage,
            "progress": self.progress,
            "message": self.message,
        }
        if self.estimated_remaining is not None:
            content["estimated_remaining"] = self.estimated_remaining
        if self.result_url is not None:
            content["result_url"] = self.result_url
        if self.error is not None:
            content["error"] = self.error
        return body_of(self.type, datetime.fromtimestamp(self.occurred_at, UTC), content)


def event_of(record: JobRecord, estimated_remaining: float | None) -> CallbackEvent:
    """What to tell the URL that the job's request named."""
    return CallbackEvent(
        url=str(record.request["callback_url"]),
        job_id=record.job_id,
        sequence=record.version,
        status=record.status,
        stage=record.stage,
        progress=record.progress,
        message=record.message,
        occurred_at=record.updated_at,
        estimated_remaining=estimated_remaining,
        result_url=result_url(record.job_id) if record.status == "completed" else None,
        error=record.error,
    )
