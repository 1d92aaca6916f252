"""How often somebody may ask: so many times a minute, counted in Django's cache."""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.core.cache import cache

from spinelift.web.errors import TooManyRequests

log = structlog.get_logger()

WINDOW_SECONDS = 60


def count_request(who: str, allowed: int | None = None) -> None:
    """Raises TooManyRequests for more than are allowed in one minute by the clock.

    As many as settings.LIMITS says, where it is not said. Without its cache it counts nobody.
    """
    if allowed is None:
        allowed = settings.LIMITS.requests_a_minute
    window, into = divmod(time.time(), WINDOW_SECONDS)
    key = f"requests/{who}/{int(window)}"
    try:
        try:
            count = cache.incr(key)
        except ValueError:  # the first of the minute, or one of those at once
            cache.add(key, 0, 2 * WINDOW_SECONDS)
            count = cache.incr(key)
    except Exception as error:  # whichever that is: each cache has its own
        # Who may ask is known without it. Sign-ins, which guessing could use, are refused instead.
        log.warning("limits.not_counted", error=repr(error))
        return
    if count > allowed:
        raise TooManyRequests(
            f"More than {allowed} requests in a minute: go on in a moment.",
            retry_after=WINDOW_SECONDS - into,
        )
