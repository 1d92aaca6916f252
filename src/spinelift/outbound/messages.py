"""A signed message to a URL that somebody named, sent once; and what its receiver says of it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

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
        is_passing: bool,
        is_unwanted: bool = False,
        asked_seconds: float = 0,
    ) -> None:
        super().__init__(why)
        self.is_passing = is_passing
        self.is_unwanted = is_unwanted
        self.asked_seconds = asked_seconds


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
