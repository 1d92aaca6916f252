"""Tells the URL that a job's request named how the job goes, as long as somebody listens there.

Of each job at most one callback is on its way, and at most one more waits: the newest, which
takes the place of an older one that was not delivered. How the job ended is never replaced.
What waits is lost with the process; whoever must know asks for the job's state.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from spinelift.outbound.messages import Message, Undelivered, post, retry_seconds
from spinelift.outbound.requests import Outbound, UrlRefused
from spinelift.outbound.signatures import Signer
from spinelift.service.webhooks import CallbackEvent

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long is waited for what.

    Attributes
    ----------
    between_seconds
        Between a callback of progress and the job's next.
    answer_seconds
        For one attempt, from the look-up of the host to the head of the answer.
    first_retry_seconds
        After the first failure; twice that after the second, and so on.
    longest_retry_seconds
        After any failure, and the most that a receiver can ask for by Retry-After.
    give_up_seconds
        How long an event is tried again.
    """

    between_seconds: float = 1
    answer_seconds: float = 15
    first_retry_seconds: float = 1
    longest_retry_seconds: float = 120
    give_up_seconds: float = 15 * 60

    def retry_seconds(self, failures: int, asked_seconds: float) -> float:
        """As `outbound.messages.retry_seconds` has it, between these bounds."""
        return retry_seconds(
            failures,
            asked_seconds,
            first=self.first_retry_seconds,
            longest=self.longest_retry_seconds,
        )


DEFAULT_PATIENCE = Patience()


@dataclass
class _Line:
    """One job's callbacks."""

    job_id: str
    event: CallbackEvent | None
    """The newest, until it is delivered or given up."""
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when no more progress comes that would have to be spaced out."""
    failures: int = 0
    """In a row, of whichever event: it is the receiver who needs the rest."""


class CallbackSender:
    """Delivers events to their URLs; one a process, used inside its event loop.

    Parameters
    ----------
    outbound
        Opens the URLs.
    secrets
        What signs; see `Signer`. With none there are no callbacks.
    patience
        How long is waited for what.
    most_jobs
        How many jobs may have a callback waiting or on its way.
    clock
        Seconds since the epoch.
    """

    def __init__(
        self,
        outbound: Outbound,
        secrets: Sequence[str],
        *,
        patience: Patience = DEFAULT_PATIENCE,
        most_jobs: int = 1000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbound = outbound
        self._signer = Signer(secrets)
        self._patience = patience
        self._most_jobs = most_jobs
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # Kept for longer than the lines: a straggler must not be told after what it came before.
        self._taken: OrderedDict[str, float] = OrderedDict()
        self._is_closing = False

    @property
    def jobs_waiting(self) -> int:
        """How many jobs have a callback waiting or on its way."""
        return len(self._lines)

    def check_callback_url(self, url: str) -> None:
        """Raise `UrlRefused` for what the URL alone tells, and where there is no secret to sign."""
        if not self._signer.can_sign:
            raise UrlRefused(
                "The service has no secret to sign callbacks with: leave callback_url out, or "
                "have the operator set one."
            )
        self._outbound.check_url(url)

    @property
    def waiting(self) -> int:
        """How many jobs have a callback that waits or is on its way."""
        return len(self._lines)

    def offer(self, event: CallbackEvent) -> None:
        """Take an event to be delivered; never waits, never raises.

        One that is not newer than what was taken of its job is passed over.
        """
        if event.sequence <= self._taken.get(event.job_id, -1):
            return
        line = self._lines.get(event.job_id)
        if self._is_closing or (line is None and not self._makes_room_for(event)):
            _log.warning("callback.dropped", **_names(event))
            return
        self._remember(event.job_id, math.inf if event.is_last else event.sequence)
        if line is None:
            line = self._lines[event.job_id] = _Line(event.job_id, event)
            task = asyncio.get_running_loop().create_task(self._deliver(line))
            self._tasks[event.job_id] = task
        line.event = event
        if event.is_last:
            line.hurry.set()

    async def close(self, seconds: float) -> None:
        """Take nothing more, go on delivering for so long, and drop what is left."""
        self._is_closing = True
        for line in self._lines.values():
            line.hurry.set()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for line in list(self._lines.values()):
            self._drop(line)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _makes_room_for(self, event: CallbackEvent) -> bool:
        """Whether one more job can be taken; how a job ended displaces another's mere progress."""
        if len(self._lines) < self._most_jobs:
            return True
        if event.is_last:
            for line in self._lines.values():
                if line.event is None or not line.event.is_last:
                    self._drop(line)
                    return True
        return False

    def _drop(self, line: _Line) -> None:
        if line.event is not None:
            _log.warning("callback.dropped", **_names(line.event))
        del self._lines[line.job_id]
        self._tasks.pop(line.job_id).cancel()

    def _remember(self, job_id: str, sequence: float) -> None:
        self._taken[job_id] = sequence
        self._taken.move_to_end(job_id)
        if len(self._taken) > 4 * self._most_jobs:
            self._taken.popitem(last=False)

    async def _deliver(self, line: _Line) -> None:
        """Deliver a job's newest event until there is none."""
        try:
            await self._deliver_newest(line)
        except Exception:
            _log.exception("callback.broke", job_id=line.job_id)
        finally:
            if self._lines.get(line.job_id) is line:
                del self._lines[line.job_id], self._tasks[line.job_id]

    async def _deliver_newest(self, line: _Line) -> None:
        while (event := line.event) is not None:
            await self._deliver_event(line, event)
            if line.event is event:
                line.event = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.between_seconds):
                    await line.hurry.wait()

    async def _deliver_event(self, line: _Line, event: CallbackEvent) -> None:
        """Try until it is delivered, given up, or a newer one takes its place."""
        began, attempts = self._clock(), 0
        while line.event is event:
            attempts += 1
            try:
                status = await self._attempt(event)
            except Undelivered as failure:
                line.failures += 1
                tried_seconds = self._clock() - began
                if failure.is_unwanted:
                    self._remember(line.job_id, math.inf)
                    line.event = None
                elif failure.is_passing and tried_seconds < self._patience.give_up_seconds:
                    await asyncio.sleep(
                        self._patience.retry_seconds(line.failures, failure.asked_seconds)
                    )
                    continue
                _log.warning(
                    "callback.given_up", **_names(event), attempts=attempts, why=str(failure)
                )
            else:
                line.failures = 0
                _log.info("callback.delivered", **_names(event), attempts=attempts, status=status)
            return

    async def _attempt(self, event: CallbackEvent) -> int:
        """Send it once and return the status of the answer. Raises Undelivered."""
        message = Message(event.url, event.message_id, event.body())
        try:
            self.check_callback_url(event.url)
        except UrlRefused as error:
            raise Undelivered(str(error), is_passing=False) from error
        return await post(
            self._outbound,
            self._signer,
            message,
            seconds=self._patience.answer_seconds,
            now=self._clock(),
        )


def _names(event: CallbackEvent) -> dict[str, Any]:
    return {"job_id": event.job_id, "sequence": event.sequence, "type": event.type}
