"""The system on many machines, started once for all tests of a process that break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..journeys.system import DistributedSystem


@pytest.fixture(scope="session")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DistributedSystem]:
    with DistributedSystem(tmp_path_factory.mktemp("faults")) as system:
        yield system
