"""A signed message to a URL that somebody named, sent once; and what its receiver says of it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpcore

from spinelift.contract.retry_after import retry_after_seconds
from spinelift.outbound.requests import Outbound, UrlRefused, UrlUnreachable
from spinelift.outbound.signatures import Signer

_PASSING = {408, 425, 429, *range(500, 600)}
"""Statuses that another attempt may not get; HTTP says so of the first three."""


@dataclass(frozen=True)
class Message:
    """JSON for one receiver.

    Attributes
    ----------
    url
        Where to.
    id
        The same for every attempt, so that receivers can pass over what they have.
    body
        The same letters for every attempt, for they are signed.
    """

    url: str
    id: str
    body: str


class Undelivered(Exception):
    """An attempt failed; the text says why.

    Attributes
    ----------
    status
        What the receiver answered; None where it gave no answer that counts.
    is_passing
        Whether another attempt may do better.
    is_unwanted
        Whether the receiver wants nothing more, ever.
    asked_seconds
        How long the receiver asks to be left alone; 0 where it does not.
    """

    def __init__(
        self,
        why: str,
        *,
        status: int | None = None,
        is_passing: bool,
        is_unwanted: bool = False,
        asked_seconds: float = 0,
    ) -> None:
        super().__init__(why)
        self.status = status
        self.is_passing = is_passing
        self.is_unwanted = is_unwanted
        self.asked_seconds = asked_seconds


def body_of(type: str, at: datetime, content: Mapping[str, Any]) -> str:
    """What happened when, as the standard has it; for equal arguments the same letters."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    payload = {"type": type, "timestamp": moment, "data": dict(content)}
    return json.dumps(payload, separators=(",", ":"))


def retry_seconds(failures: int, asked: float, *, first: float, longest: float) -> float:
    """How long to wait after so many failures in a row, where the receiver asked for so much.

    After each twice as long, from `first` on and up to `longest`, which is also the most that a
    receiver can ask for. Up to half less by chance, so that a receiver that was down does not get
    all at once.
    """
    doubled = first * 2.0 ** min(failures - 1, 32)
    chosen = min(doubled, longest) * random.uniform(0.5, 1)  # noqa: S311
    return max(chosen, min(asked, longest))


async def post(
    outbound: Outbound, signer: Signer, message: Message, *, seconds: float, now: float
) -> int:
    """Send it, and return the status of the answer, whose body is not read.

    Parameters
    ----------
    seconds
        For all of it, from the look-up of the host to the head of the answer.
    now
        Seconds since the epoch.

    Raises
    ------
    Undelivered
        The URL is refused or does not answer, or the status is none of success.
    """
    try:
        async with outbound.request(
            "POST",
            message.url,
            seconds=seconds,
            headers={
                "Content-Type": "application/json",
                **signer.headers(message.id, message.body, now),
            },
            content=message.body.encode(),
        ) as response:
            if 200 <= response.status < 300:
                return response.status
            raise Undelivered(
                f"The receiver answers {response.status}.",
                status=response.status,
                is_passing=response.status in _PASSING,
                is_unwanted=response.status == HTTPStatus.GONE,
                asked_seconds=_retry_after(response, now),
            )
    except UrlRefused as error:
        raise Undelivered(str(error), is_passing=False) from error
    except UrlUnreachable as error:
        raise Undelivered(str(error), is_passing=True) from error


def _retry_after(response: httpcore.Response, now: float) -> float:
    """Seconds that the receiver asks for; 0 where it does not."""
    for name, value in response.headers:
        if name.lower() == b"retry-after":
            return retry_after_seconds(value.decode("ascii", "replace"), now)
    return 0
