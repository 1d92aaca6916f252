"""What tests of the service are given."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import labours


@pytest.fixture
def gate() -> Iterator[Path]:
    """A file that is not there yet; a job with its name waits for it."""
    path = labours.gate(f"{labours.GATE}{uuid.uuid4().hex}")
    yield path
    path.unlink(missing_ok=True)
