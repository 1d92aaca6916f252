"""A circuit breaker: whether a service that failed again and again is asked at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Circuit:
    """Opens after so many failures in a row; a success closes it. Safe to use from several threads.

    While it is open, one is let in every `rest_seconds`, to try. Whoever was let in before goes on
    as they like, and what they meet counts too.
    """

    def __init__(
        self,
        failures_to_open: int,
        rest_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures_to_open = failures_to_open
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failures = 0
        self._failing_since: float | None = None
        self._next_trial = 0.0
        self._lock = threading.Lock()

    def lets_in(self) -> bool:
        """Tell whether to ask; who is told so while the circuit is open is the one that tries."""
        with self._lock:
            if self._failures < self._failures_to_open:
                return True
            if self._clock() < self._next_trial:
                return False
            self._rest()
            return True

    @property
    def failing_seconds(self) -> float:
        """How long nothing but failures has been met; 0 after a success."""
        with self._lock:
            since = self._failing_since
            return 0.0 if since is None else self._clock() - since

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._failing_since = None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failing_since is None:
                self._failing_since = self._clock()
            if self._failures == self._failures_to_open:
                self._rest()

    def _rest(self) -> None:
        self._next_trial = self._clock() + self._rest_seconds
