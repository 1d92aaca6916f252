"""How long an answer asks to wait."""

from __future__ import annotations

import math
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinelift.contract.retry_after import retry_after_seconds

NOW = 1_700_000_000.0


@given(seconds=st.integers(0, 10**6))
def test_seconds_are_taken_as_a_number_and_as_a_date(seconds: int) -> None:
    date = formatdate(NOW + seconds, usegmt=True)

    assert retry_after_seconds(str(seconds), NOW) == seconds
    assert retry_after_seconds(date, NOW) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "\u00b2", "Thu, 99 Foo 2026 00:00:00"])
def test_what_is_neither_asks_for_nothing(text: str) -> None:
    assert retry_after_seconds(text, NOW) == 0


def test_date_that_is_over_asks_for_nothing() -> None:
    assert retry_after_seconds(formatdate(NOW - 100, usegmt=True), NOW) == 0


@given(text=st.text())
def test_any_text_gives_seconds(text: str) -> None:
    seconds = retry_after_seconds(text, NOW)

    assert seconds >= 0
    assert not math.isnan(seconds)
