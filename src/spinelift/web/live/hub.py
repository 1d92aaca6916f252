"""Who follows what in this process: each topic is read once, however many follow it.

Hints say where to look, and every two seconds everything is looked at anyway. Nothing is sent from
here: whoever follows a topic comes for its messages as fast as they can take them, so that a slow
one costs the others nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from spinelift.web.connections import keep_usable_connections
from spinelift.web.hints import Hints, job_of
from spinelift.web.live.feed import Feed
from spinelift.web.live.topics import (
    BatchTopic,
    MeshTopic,
    Message,
    ProjectTopic,
    Topic,
    in_project,
    meshes_of,
    meshes_of_jobs,
    now,
)

log = structlog.get_logger()

LOOK_SECONDS = 2.0
"""How often everything that is followed is looked at, and told again while it goes on."""
LOOKS = 20
"""In as many parts: what is news does not wait behind all that is told again."""
CONNECTION_SECONDS = 1.0
"""For so long a connection to the database is good that was, as long as nothing fails: to know it
costs as much as an answer."""
GATHER_SECONDS = 0.01
"""For so long after a hint, others are waited for, which are looked up together."""
MESSAGES_A_SECOND = 10
"""To one who follows one topic; of more, they are sent what is still worth telling."""
READERS = 4
"""Threads that ask the database."""
TOGETHER = 500
"""Rows that are asked for at once."""

Found = TypeVar("Found")


class Hub:
    """Made and used within one loop, in an `async with` block.

    Attributes
    ----------
    ending
        Done when all that follows is to end, as the process does.
    """

    def __init__(self, hints: Hints) -> None:
        self._hints = hints
        self._feeds: dict[Topic, Feed] = {}
        self._named: dict[str, Feed] = {}
        self._meshes: dict[UUID, Feed] = {}
        self._callbacks: defaultdict[str, set[Callable[[], None]]] = defaultdict(set)
        self._hinted: set[str] = set()
        self._is_hinted = asyncio.Event()
        self._readers = ThreadPoolExecutor(READERS, "live")
        self._until: dict[BaseDatabaseWrapper, float] = {}
        """Until when each of the readers' connections need not be looked at."""
        self._loop = asyncio.get_running_loop()
        self.ending: asyncio.Future[None] = self._loop.create_future()
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Hub:
        for work in (self._heed(), self._look()):
            task = asyncio.create_task(work)
            self._stack.callback(task.cancel)
        self._stack.enter_context(self._hints.heard_by(self._hear))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()
        await self._stack.aclose()
        await asyncio.to_thread(self._end_readers)

    @property
    def is_ending(self) -> bool:
        return self.ending.done()

    def end(self) -> None:
        """Have all that follows end."""
        if not self.is_ending:
            self.ending.set_result(None)
            for feed in self._feeds.values():
                feed.wake()

    async def ask(self, question: Callable[..., Found], *arguments: Any) -> Found:
        """Ask the database in another thread."""
        return await self._loop.run_in_executor(self._readers, self._asked, question, *arguments)

    def _asked(self, question: Callable[..., Found], *arguments: Any) -> Found:
        """In a thread of the readers."""
        connection = connections[DEFAULT_DB_ALIAS]
        try:
            return question(*arguments)
        finally:
            clock = time.monotonic()
            if connection.errors_occurred or clock > self._until.get(connection, 0.0):
                keep_usable_connections()
                self._until[connection] = clock + CONNECTION_SECONDS

    def _end_readers(self) -> None:
        self._readers.shutdown(cancel_futures=True)
        for connection in self._until:
            connection.inc_thread_sharing()  # its thread has ended
            connection.close()

    @contextlib.contextmanager
    def hinting(self, name: str, callback: Callable[[], None]) -> Iterator[None]:
        """While the block runs, call back when there is a hint at that name."""
        self._callbacks[name].add(callback)
        try:
            yield
        finally:
            self._callbacks[name].discard(callback)
            if not self._callbacks[name]:
                del self._callbacks[name]

    async def follow(self, topic: Topic, after: int | None) -> AsyncGenerator[Message, None]:
        """How it is now, or what is newer than that sequence; and all that comes then.

        Where nothing is newer, how it is now comes first all the same. Raises what the database
        does.
        """
        with self.followed(topic) as feed:
            count, cursor = feed.count, after
            pending = list(feed.now() if after is None else ())
            pending = pending or list(await self.ask(topic.read, after))
            if not pending:
                pending = list(await self.ask(_now_or_newer, topic, after))
            read = {one.about: one.number for one in pending}
            sent: deque[float] = deque([0.0] * MESSAGES_A_SECOND, maxlen=MESSAGES_A_SECOND)
            while True:
                wait = sent[0] + 1 - time.monotonic()
                if pending and wait <= 0:
                    message, rest = topic.together(pending)
                    pending, cursor = list(rest), message.sequence
                    sent.append(time.monotonic())
                    yield message
                    continue
                if feed.count == count:  # nothing was told while the last one was taken
                    # Not `wait_for`, which until Python 3.12 may lose that it is cancelled.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait if pending else None):
                            await feed.news()
                elif pending:
                    await asyncio.sleep(wait)
                fresh = feed.since(count)
                if fresh is None:
                    fresh = await self.ask(topic.read, cursor)
                count = feed.count
                if topic.has_steps:
                    pending += [one for one in fresh if cursor is None or one.sequence >= cursor]
                else:  # what was read at first may be of later times than what the feed tells now
                    news = (one for one in fresh if _is_news(one, read.get(one.about, -1)))
                    pending += [one.not_before(cursor or 0) for one in news]
                if wait > 0:
                    pending = list(topic.wanted_of(pending))

    @contextlib.contextmanager
    def followed(self, topic: Topic) -> Iterator[Feed]:
        """While the block runs, what is told of it."""
        feed = self._feeds.setdefault(topic, Feed(topic))
        feed.followers += 1
        if topic.name is not None:
            self._named[topic.name] = feed
        if isinstance(topic, MeshTopic):
            self._meshes[topic.id] = feed
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                del self._feeds[topic]
                if topic.name is not None:
                    del self._named[topic.name]
                self._meshes.pop(topic.id, None)

    # What is news

    def _hear(self, names: Sequence[str]) -> None:
        """In whatever thread."""
        if self._feeds or self._callbacks:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._note, names)

    def _note(self, names: Sequence[str]) -> None:
        self._hinted.update(names)
        self._is_hinted.set()

    async def _heed(self) -> None:
        """Look up what hints say, for ever."""
        while True:
            await self._is_hinted.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._is_hinted.clear()
            names, self._hinted = self._hinted, set()
            for name in names & self._callbacks.keys():
                for callback in tuple(self._callbacks[name]):
                    callback()
            with _surviving("heed"):
                await self._look_at(names)

    async def _look(self) -> None:
        """Look up everything from time to time, for ever."""
        while True:
            topics = list(self._feeds)
            for part in range(LOOKS):
                await asyncio.sleep(LOOK_SECONDS / LOOKS)
                with _surviving("look"):
                    await self._look_again(topics[part::LOOKS])

    async def _look_at(self, names: set[str]) -> None:
        follows_many = any(isinstance(topic, BatchTopic | ProjectTopic) for topic in self._feeds)
        heard = names if follows_many else names & self._named.keys()
        jobs = [job for name in heard if (job := job_of(name)) is not None]
        others: set[Topic] = set()
        for some in _parts(jobs):
            for mesh in await self.ask(_meshes_of_jobs, some):
                await self._tell_of_mesh(mesh.message)
                if mesh.batch_id is not None:
                    others.add(BatchTopic(mesh.batch_id))
                in_project = self._feeds.get(ProjectTopic(mesh.project_id))
                if in_project is not None:
                    in_project.tell([mesh.in_project])
        others |= {self._named[name].topic for name in names & self._named.keys()}
        for topic in others:
            feed = self._feeds.get(topic)
            if feed is not None and not isinstance(topic, MeshTopic):
                feed.tell(await self.ask(feed.topic.read, feed.head))

    async def _look_again(self, topics: Sequence[Topic]) -> None:
        meshes = [topic.id for topic in topics if isinstance(topic, MeshTopic)]
        for some in _parts(meshes):
            for message in await self.ask(_messages_of_meshes, some):
                await self._tell_of_mesh(message, again=True)
        for topic in topics:
            feed = self._feeds.get(topic)
            if feed is not None and not isinstance(topic, MeshTopic):
                feed.tell(await self.ask(topic.read, feed.head))
                feed.tell(await self.ask(topic.going_on), again=True)

    async def _tell_of_mesh(self, message: Message, *, again: bool = False) -> None:
        """With all that happened before it and was not told, where that is followed."""
        feed = self._meshes.get(message.about)
        if feed is None:
            return
        if message.sequence > feed.head + 1:
            feed.tell(await self.ask(feed.topic.read, feed.head))
        else:
            feed.tell([message], again=again and message.is_open)


@dataclass(frozen=True)
class _OfJob:
    """What there is to tell of a mesh of which there was a hint."""

    message: Message
    in_project: Message
    project_id: UUID
    batch_id: UUID | None


def _is_news(message: Message, known: int) -> bool:
    """For who knows so new a state; what goes on is told again."""
    return message.number > known or (message.is_open and message.number == known)


def _meshes_of_jobs(jobs: Sequence[UUID]) -> list[_OfJob]:
    return [
        _OfJob(now(mesh), in_project(mesh), mesh.image.project_id, mesh.batch_id)
        for mesh in meshes_of_jobs(jobs)
    ]


def _messages_of_meshes(meshes: Sequence[UUID]) -> list[Message]:
    return [now(mesh) for mesh in meshes_of(meshes)]


def _now_or_newer(topic: Topic, after: int | None) -> Sequence[Message]:
    """How it is now; or all that is newer, where something has come meanwhile."""
    found = topic.read(None)
    is_newer = after is not None and any(one.sequence > after for one in found)
    return topic.read(after) if is_newer else found


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[begin : begin + TOGETHER] for begin in range(0, len(ids), TOGETHER))


@contextlib.contextmanager
def _surviving(what: str) -> Iterator[None]:
    """Who follows something is told later what could not be read now."""
    try:
        yield
    except Error as error:
        log.warning("live.not_read", what=what, error=repr(error))
    except Exception:
        log.exception("live.bug", what=what)
