"""How often somebody may ask: so many times a minute, counted in Django's cache."""

from __future__ import annotations

import threading
import time
from collections import Counter

import structlog
from django.conf import settings
from django.core.cache import cache

from spinelift.web.errors import TooManyRequests

log = structlog.get_logger()

WINDOW_SECONDS = 60
SHARES = 100
"""Into which what is allowed is divided: a process takes one from the cache at a time, which for
most requests saves the way to it. What it has not used when the minute ends is lost to others."""


def count_request(who: str, allowed: int | None = None) -> None:
    """Raises TooManyRequests for more than are allowed in one minute by the clock.

    As many as settings.LIMITS says, where it is not said. Without its cache it counts nobody.
    """
    if allowed is None:
        allowed = settings.LIMITS.requests_a_minute
    window, into = divmod(time.time(), WINDOW_SECONDS)
    if _taken.use(int(window), who, allowed):
        return
    share = max(1, allowed // SHARES)
    try:
        count = _counted(f"requests/{who}/{int(window)}", share)
    except Exception as error:  # whichever that is: each cache has its own
        # Who may ask is known without it. Sign-ins, which guessing could use, are refused instead.
        log.warning("limits.not_counted", error=repr(error))
        return
    if count > allowed:
        raise TooManyRequests(
            f"More than {allowed} requests in a minute: go on in a moment.",
            retry_after=WINDOW_SECONDS - into,
        )
    _taken.add(int(window), who, allowed, share - 1)


def _counted(key: str, more: int) -> int:
    try:
        return cache.incr(key, more)
    except ValueError:  # the first of the minute, or one of those at once
        cache.add(key, 0, 2 * WINDOW_SECONDS)
        return cache.incr(key, more)


class _Taken:
    """What this process has taken of this minute, and not used."""

    def __init__(self) -> None:
        self._left: Counter[tuple[str, int]] = Counter()
        self._window = 0
        self._changing = threading.Lock()

    def use(self, window: int, who: str, allowed: int) -> bool:
        """Use one, if there is one."""
        with self._changing:
            if window != self._window:
                self._left.clear()
                self._window = window
            if not self._left[who, allowed]:
                return False
            self._left[who, allowed] -= 1
            return True

    def add(self, window: int, who: str, allowed: int, more: int) -> None:
        with self._changing:
            if window == self._window:
                self._left[who, allowed] += more


_taken = _Taken()
