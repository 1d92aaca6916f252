"""What is sent, and how long is waited until it is sent again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from spinelift.outbound.messages import body_of, retry_seconds


@given(st.dictionaries(st.text(), st.integers()))
def test_body_says_what_happened_when(content: dict[str, int]) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
    body = body_of("mesh.failed", at, content)
    assert json.loads(body) == {
        "type": "mesh.failed",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "data": content,
    }
    elsewhere = at.astimezone(timezone(timedelta(hours=2)))
    assert body_of("mesh.failed", elsewhere, content) == body


def test_waits_double_up_to_the_longest() -> None:
    for failures in range(1, 2_000):
        waited = retry_seconds(failures, 0, first=10, longest=600)
        doubled = min(10 * 2.0 ** min(failures - 1, 10), 600)
        assert doubled / 2 <= waited <= doubled


def test_receiver_may_ask_for_more_but_not_for_ever() -> None:
    assert retry_seconds(1, 300, first=10, longest=600) == 300
    assert retry_seconds(1, 10**9, first=10, longest=600) == 600
