"""What the replicas of the service know of a job, as a value and as JSON."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

Status = Literal["queued", "processing", "completed", "failed", "cancelled"]

_ID = r"[A-Za-z0-9_-]{8,64}"
JobId = Annotated[str, Field(pattern=f"^{_ID}$")]
"""Ids become keys of a shared store, so nothing in them may mean anything there."""

Count = Annotated[int, Field(ge=0)]


def _with_finite_numbers(content: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """JSON has no other numbers; pydantic asks that only of fields that are numbers themselves."""
    json.dumps(content, allow_nan=False)
    return content


PlainJson = Annotated[dict[str, JsonValue], AfterValidator(_with_finite_numbers)]


@dataclass(
    frozen=True,
    kw_only=True,
    config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False),
)
class JobRecord:
    """One job at one moment; one that exists is valid (else ValueError).

    Attributes
    ----------
    job_id
        8 to 64 letters, digits, `_` and `-`.
    fingerprint
        SHA-256 of the whole request: two requests are the same job where they share it.
    stage, progress, message
        What is being done, 0 to 100, and a sentence for the artist.
    attempt
        How often the job was claimed. Whoever claimed it last holds it.
    version
        One more with each write.
    lease_until
        When an unfinished job is anyone's; seconds since the epoch, as all times here.
    request
        Plain JSON: all that is needed to do the job again.
    result_key
        Where the result is; of a completed job only, and of each.
    milliseconds
        How long the work took.
    error
        `code`, `message` and `details`; of a failed job only, and of each.
    """

    job_id: JobId
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    status: Status
    stage: str
    progress: Annotated[int, Field(ge=0, le=100)]
    message: str
    attempt: Count
    version: Count
    lease_until: float
    created_at: float
    updated_at: float
    request: PlainJson
    result_key: str | None
    cached: bool
    milliseconds: Annotated[float, Field(ge=0)] | None
    error: PlainJson | None

    @model_validator(mode="after")
    def _outcome_fits_its_status(self) -> Self:
        if (self.result_key is not None) != (self.status == "completed"):
            raise ValueError("a completed job has a result, and no other has")
        if (self.error is not None) != (self.status == "failed"):
            raise ValueError("a failed job has an error, and no other has")
        if self.error is not None and self.error.keys() != {"code", "message", "details"}:
            raise ValueError("an error is a code, a message and details")
        return self

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended; its record does not change any more."""
        return self.status in {"completed", "failed", "cancelled"}

    @property
    def edition(self) -> str:
        """Names this one writing for good: versions alone begin anew when an id is used again."""
        return f"{self.created_at!r}/{self.version}"

    def to_json(self) -> str:
        return _RECORD.dump_json(self).decode()

    @staticmethod
    def from_json(text: str | bytes) -> JobRecord:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return _RECORD.validate_json(text)


def is_job_id(text: str) -> bool:
    """Tell whether a job can have that id."""
    return re.fullmatch(_ID, text) is not None


_RECORD = TypeAdapter(JobRecord)
