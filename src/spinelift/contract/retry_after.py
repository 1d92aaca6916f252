"""How long an HTTP answer asks to wait: the text of `Retry-After` in, seconds out."""

from __future__ import annotations

import email.utils


def retry_after_seconds(text: str, now: float) -> float:
    """Seconds from `now`, since the epoch; 0 for what is neither a number nor a date.

    https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after
    """
    try:
        if text.isdecimal():
            return float(text)
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return 0.0
