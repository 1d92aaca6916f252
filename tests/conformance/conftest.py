"""The runtimes, installed once for all conformance tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest

from . import runtimes

Load: TypeAlias = Callable[[Sequence[runtimes.Request]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def load() -> Load:
    """Ask the official runtimes; each call starts Node once, however many requests it carries."""
    runtimes.install()
    return runtimes.load
