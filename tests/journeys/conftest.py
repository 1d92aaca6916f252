"""The two systems, started once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .system import DistributedSystem, EmbeddedSystem


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path_factory.mktemp("embedded")) as system:
        yield system


@pytest.fixture(scope="session")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DistributedSystem]:
    with DistributedSystem(tmp_path_factory.mktemp("distributed")) as system:
        yield system
