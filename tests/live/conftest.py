"""The two systems, started once for all tests of a process, and who uses them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..journeys.program import Program
from ..journeys.system import DistributedSystem, EmbeddedSystem, System
from .cast import Cast, Visitor, cast_of


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path_factory.mktemp("embedded")) as system:
        yield system
        assert_there_was_no_bug(system.server)


@pytest.fixture(scope="session")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DistributedSystem]:
    with DistributedSystem(tmp_path_factory.mktemp("distributed")) as system:
        yield system
        assert_there_was_no_bug(system.live)


def assert_there_was_no_bug(program: Program) -> None:
    """Whatever it was sent."""
    assert [event for event in program.events if event["level"] in {"error", "critical"}] == []


@pytest.fixture(scope="module", params=["embedded", "distributed"])
def system(request: pytest.FixtureRequest) -> System:
    found: System = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def cast(system: System) -> Iterator[Cast]:
    with cast_of(system) as cast:
        yield cast


@pytest.fixture(scope="module")
def alice(cast: Cast) -> Visitor:
    return cast.alice


@pytest.fixture(scope="module")
def bob(cast: Cast) -> Visitor:
    return cast.bob


@pytest.fixture(scope="module")
def charlie(cast: Cast) -> Visitor:
    return cast.charlie


@pytest.fixture
def project(alice: Visitor) -> str:
    """One of Alice's."""
    return alice.new_project("Live")
