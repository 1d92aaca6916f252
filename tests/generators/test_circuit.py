"""The circuit breaker, driven beside a model that remembers everything."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from spinelift.generators.circuit import Circuit

FAILURES, REST = 3, 10


class CircuitMachine(RuleBasedStateMachine):
    """It is open after three failures in a row; then one is let in every ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.outcomes: list[bool] = []
        self.failing_since: int | None = None
        self.opened_or_tried = 0
        self.circuit = Circuit(FAILURES, REST, clock=lambda: self.now)

    @property
    def is_open(self) -> bool:
        last = self.outcomes[-FAILURES:]
        return len(last) == FAILURES and not any(last)

    @rule(seconds=st.integers(1, 2 * REST))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def somebody_fails(self) -> None:
        was_open = self.is_open
        self.circuit.failed()
        self.outcomes.append(False)
        if self.failing_since is None:
            self.failing_since = self.now
        if self.is_open and not was_open:
            self.opened_or_tried = self.now

    @rule()
    def somebody_succeeds(self) -> None:
        self.circuit.succeeded()
        self.outcomes.append(True)
        self.failing_since = None

    @rule()
    def somebody_comes(self) -> None:
        is_due = self.now - self.opened_or_tried >= REST
        assert self.circuit.lets_in() == (not self.is_open or is_due)
        if self.is_open and is_due:
            self.opened_or_tried = self.now

    @invariant()
    def closed_lets_everybody_in(self) -> None:
        if not self.is_open:
            assert self.circuit.lets_in()

    @invariant()
    def it_tells_since_when_all_has_failed(self) -> None:
        since = self.now if self.failing_since is None else self.failing_since
        assert self.circuit.failing_seconds == self.now - since


TestCircuit = CircuitMachine.TestCase


def test_of_many_that_come_when_it_is_time_to_try_one_is_let_in() -> None:
    now = 0.0
    circuit = Circuit(1, REST, clock=lambda: now)
    circuit.failed()
    start = threading.Barrier(16)

    def come(_number: int) -> bool:
        start.wait()
        return circuit.lets_in()

    for _ in range(20):
        now += REST
        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(come, range(16))) == 1
