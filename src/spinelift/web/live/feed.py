"""What is told of one topic, for all who follow it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from spinelift.web.live.topics import Data, Message, Topic

HELD = 64
"""Messages that are held; who is further behind is told the last of each, or reads the log."""
KNOWN = 10_000
"""Of how many things a feed knows what was told last."""


class Feed:
    """Messages in the order in which they are told. Of one loop.

    Attributes
    ----------
    count
        How many messages there were.
    head
        The newest sequence that was told; whoever follows has read for themselves what was before.
    followers
        How many hold it.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.followers = 0
        self.count = 0
        self.head = topic.beginning()
        self._told: deque[Message] = deque(maxlen=HELD)
        self._forgotten = 0
        """How many messages there were when the newest was told that is not known any more."""
        self._known: OrderedDict[UUID, Message] = OrderedDict()
        """The last of each, in the order in which they were told."""
        self._counts: dict[UUID, int] = {}
        """How many messages there were when it was told."""
        self._news = asyncio.Event()

    def tell(self, messages: Sequence[Message], *, again: bool = False) -> None:
        """Let those who follow have what is news, or what is told again while it goes on."""
        before = self.count
        for one in messages:
            known = self._known.get(one.about)
            if known is None or one.number > known.number or (again and one.number == known.number):
                self.count += 1
                self._told.append(self._know(one))
        if self.count > before:
            self.wake()

    def wake(self) -> None:
        """Have those who wait look."""
        self._news.set()
        self._news = asyncio.Event()

    def since(self, count: int) -> Sequence[Message] | None:
        """What was told after so many messages; None where that is not held any more.

        The rows do not say it: by their times, some may be older than what was told before them.
        """
        new = self.count - count
        if new <= len(self._told):
            return list(self._told)[len(self._told) - new :]
        if self.topic.has_steps or self._forgotten > count:
            return None
        return [one for one in self._known.values() if self._counts[one.about] > count]

    def now(self) -> Sequence[Message]:
        """How the one thing is that its topic is about, where that is known; else nothing."""
        known = self._known.get(self.topic.id)
        return [] if known is None else [known]

    async def news(self) -> None:
        """Wait until more is told, or all is to end."""
        await self._news.wait()

    def _know(self, message: Message) -> Message:
        """The message as it is told: its sequence and what remains never go the wrong way."""
        known = self._known.get(message.about)
        self.head = max(self.head, message.sequence)
        before = None if known is None else known.data
        told = replace(message, sequence=self.head, data=_steady(message.data, before))
        self._known[message.about] = told
        self._known.move_to_end(message.about)
        self._counts[message.about] = self.count
        if len(self._known) > KNOWN:
            about, _ = self._known.popitem(last=False)
            self._forgotten = self._counts.pop(about)
        return told


def _steady(data: Data, before: Data | None) -> Data:
    """What remains grows only where something begins anew or waits for more than it did."""
    seconds = data.get("estimated_remaining")
    was = None if before is None else before.get("estimated_remaining")
    if before is None or seconds is None or was is None or seconds <= was:
        return data
    goes_on = before["status"] == data["status"] and before["progress"] <= data["progress"]
    return {**data, "estimated_remaining": was} if goes_on else data
