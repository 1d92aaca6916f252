"""The same as text that is sent as it comes: Server-Sent Events, and answers that wait for news."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.live.hub import Hub
from spinelift.web.live.topics import Message, Topic

BEAT_SECONDS = 15.0
"""After which a line that says nothing tells proxies that the stream is alive."""
CHECK_SECONDS = 30.0
"""How often it is looked whether whom it is sent to may still see it."""
RETRY_MILLISECONDS = 2_000


async def events(hub: Hub, user: User, topic: Topic, after: int | None) -> AsyncIterator[bytes]:
    """A stream of events, until its reader has enough, or may not have it any more.

    https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    checked = time.monotonic()
    following = hub.follow(topic, after)
    async with contextlib.aclosing(following):
        coming = asyncio.ensure_future(anext(following))
        try:
            while not hub.is_ending:
                waited: set[asyncio.Future[Any]] = {coming, hub.ending}
                await asyncio.wait(
                    waited, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if time.monotonic() - checked > CHECK_SECONDS:
                    checked = time.monotonic()
                    await hub.ask(type(topic).of, user, topic.id)
                if coming.done():
                    yield _event(coming.result())
                    coming = asyncio.ensure_future(anext(following))
                else:
                    yield b": \n\n"
        except NotFound:
            return
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await coming


async def awaited(hub: Hub, topic: Topic, after: int, seconds: float) -> AsyncIterator[bytes]:
    """One answer: what is newer than that sequence, as soon as there is anything.

    What is read again because it is ordered by time is not waited for, but is in the answer.
    """
    with hub.followed(topic) as feed:
        count = feed.count
        messages = await hub.ask(topic.read, after)
        known = {(one.about, one.number) for one in messages if one.sequence <= after}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not hub.is_ending and all(
                    (one.about, one.number) in known for one in messages
                ):
                    if feed.count == count:  # nothing was told while it was read
                        await feed.news()
                    count = feed.count
                    messages = await hub.ask(topic.read, after)
    yield page(messages, after)


def page(messages: Sequence[Message], after: int) -> bytes:
    """As JSON: the messages, and the sequence to ask after next."""
    last = max((one.sequence for one in messages), default=after)
    return json.dumps({"items": [one.data for one in messages], "sequence": last}).encode()


def _event(message: Message) -> bytes:
    return f"id: {message.sequence}\ndata: {json.dumps(message.data)}\n\n".encode()
