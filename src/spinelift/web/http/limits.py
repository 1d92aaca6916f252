"""How often somebody may ask: so many times a minute, counted in Django's cache."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache

from spinelift.web.errors import TooManyRequests

WINDOW_SECONDS = 60


def count_request(who: str, allowed: int | None = None) -> None:
    """Raises TooManyRequests for more than are allowed in one minute by the clock.

    As many as settings.LIMITS says, where it is not said.
    """
    if allowed is None:
        allowed = settings.LIMITS.requests_a_minute
    window, into = divmod(time.time(), WINDOW_SECONDS)
    key = f"requests/{who}/{int(window)}"
    cache.add(key, 0, 2 * WINDOW_SECONDS)
    if cache.incr(key) > allowed:
        raise TooManyRequests(
            f"More than {allowed} requests in a minute: go on in a moment.",
            retry_after=WINDOW_SECONDS - into,
        )
