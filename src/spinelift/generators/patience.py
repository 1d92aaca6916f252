"""How patient a client of the mesh service is, as a value."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long is waited for what.

    Attributes
    ----------
    connect_seconds, read_seconds
        For a connection, and between two bytes of an answer.
    total_seconds
        For one image, all attempts included.
    away_seconds
        For a service that does not answer at all any more, within those.
    cancel_seconds
        For the service to hear that nobody waits any more.
    first_look_seconds, longest_look_seconds
        Between two looks at how far a job is; the time grows from the one to the other.
    first_retry_seconds, longest_retry_seconds
        At most, before the first attempt after a failure, and before any.
    failures_to_open
        So many failures of the service in a row, and it is not asked any more ...
    rest_seconds
        ... for so long; then by one, to see.
    """

    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 300
    away_seconds: float = math.inf
    cancel_seconds: float = 2
    first_look_seconds: float = 0.2
    longest_look_seconds: float = 1
    first_retry_seconds: float = 0.2
    longest_retry_seconds: float = 5
    failures_to_open: int = 10
    rest_seconds: float = 10
