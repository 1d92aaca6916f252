"""Records: what is written can be read, and nothing else can."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinelift.service.records import JobRecord, is_job_id

from .records import ERROR, a_record, job_records


@given(record=job_records())
def test_what_is_written_is_read_again(record: JobRecord) -> None:
    assert JobRecord.from_json(record.to_json()) == record
    assert JobRecord.from_json(record.to_json().encode()) == record


@given(record=job_records(), data=st.data())
def test_record_that_lacks_a_field_is_refused(record: JobRecord, data: st.DataObject) -> None:
    fields = json.loads(record.to_json())
    del fields[data.draw(st.sampled_from(sorted(fields)))]

    with pytest.raises(ValueError, match="validation error"):
        JobRecord.from_json(json.dumps(fields))


@given(text=st.text() | st.binary())
def test_what_is_no_record_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        JobRecord.from_json(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"job_id": "short"},
        {"job_id": "a" * 65},
        {"job_id": "job:leases"},
        {"job_id": "abcdefgh\n"},
        {"fingerprint": "A" * 64},
        {"status": "done"},
        {"stage": None},
        {"progress": 101},
        {"progress": -1},
        {"progress": True},
        {"progress": "50"},
        {"progress": 50.0},
        {"attempt": -1},
        {"version": None},
        {"lease_until": float("nan")},
        {"lease_until": float("inf")},
        {"lease_until": "1060"},
        {"request": []},
        {"request": {"scale": float("inf")}},
        {"request": {"scale": [float("nan")]}},
        {"cached": 0},
        {"milliseconds": -1.0},
        {"status": "completed"},
        {"result_key": "results/arm"},
        {"status": "failed"},
        {"error": ERROR},
        {"status": "failed", "error": {"code": "IMAGE_EMPTY"}},
        {"surprise": 1},
    ],
)
def test_field_that_is_wrong_is_refused_when_read_and_when_made(fields: dict[str, Any]) -> None:
    text = json.dumps(json.loads(a_record().to_json()) | fields)

    with pytest.raises(ValueError, match="validation error"):
        JobRecord.from_json(text)
    with pytest.raises(ValueError, match="validation error"):
        a_record(**fields)


def test_number_too_large_for_json_is_refused() -> None:
    text = a_record(request={"scale": 0.5}).to_json().replace("0.5", "1e999")

    with pytest.raises(ValueError, match="validation error"):
        JobRecord.from_json(text)


@pytest.mark.parametrize(
    ("fields", "is_finished"),
    [
        ({"status": "queued"}, False),
        ({"status": "processing"}, False),
        ({"status": "completed", "result_key": "results/arm"}, True),
        ({"status": "failed", "error": ERROR}, True),
        ({"status": "cancelled"}, True),
    ],
)
def test_job_is_finished_once_it_has_ended(fields: dict[str, Any], is_finished: bool) -> None:
    assert a_record(**fields).is_finished is is_finished


def test_record_cannot_be_changed() -> None:
    record = a_record()

    with pytest.raises(dataclasses.FrozenInstanceError):
        record.progress = 50  # type: ignore[misc]


@pytest.mark.parametrize("text", ["", "short", "a" * 65, "../../etc/passwd", "abcdefgh\n"])
def test_id_holds_nothing_that_a_store_could_misread(text: str) -> None:
    assert not is_job_id(text)


@pytest.mark.parametrize("text", ["abcdefgh", "A-Z_0-9_", "a" * 64])
def test_id_is_letters_digits_hyphens_and_underscores(text: str) -> None:
    assert is_job_id(text)
