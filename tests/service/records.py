"""Job records to test with."""

from __future__ import annotations

import secrets
from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import JsonValue

from spinelift.service.records import JobRecord, Status

ERROR: dict[str, JsonValue] = {
    "code": "IMAGE_EMPTY",
    "message": "Nothing is visible.",
    "details": {},
}


def new_id() -> str:
    """An id that no other test uses, whatever server they share."""
    return secrets.token_urlsafe(12)


def a_record(**fields: Any) -> JobRecord:
    """A queued job; what is not given is plausible."""
    return JobRecord(
        **{
            "job_id": new_id(),
            "fingerprint": "0123456789abcdef" * 4,
            "status": "queued",
            "stage": "queued",
            "progress": 0,
            "message": "",
            "attempt": 0,
            "version": 1,
            "lease_until": 1060.0,
            "created_at": 1000.0,
            "updated_at": 1000.0,
            "request": {"image_key": "images/arm", "parameters": {"max_vertices": 48}},
            "result_key": None,
            "cached": False,
            "milliseconds": None,
            "error": None,
            **fields,
        }
    )


_numbers = st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_objects = st.dictionaries(st.text(), _json, max_size=4)
_counts = st.integers(0, 2**31)


@st.composite
def job_records(draw: st.DrawFn) -> JobRecord:
    """Any record that can be."""
    status: Status = draw(st.sampled_from(get_args(Status)))
    error: dict[str, JsonValue] = {
        "code": draw(st.text()),
        "message": draw(st.text()),
        "details": draw(_objects),
    }
    return JobRecord(
        job_id=draw(st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True)),
        fingerprint=draw(st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
        status=status,
        stage=draw(st.text()),
        progress=draw(st.integers(0, 100)),
        message=draw(st.text()),
        attempt=draw(_counts),
        version=draw(_counts),
        lease_until=draw(_numbers),
        created_at=draw(_numbers),
        updated_at=draw(_numbers),
        request=draw(_objects),
        result_key=draw(st.text()) if status == "completed" else None,
        cached=draw(st.booleans()),
        milliseconds=draw(st.none() | st.floats(0, 1e9)),
        error=error if status == "failed" else None,
    )
