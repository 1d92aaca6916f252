"""Many images in one request, each a job of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TypeAlias

from spinelift.contract.problems import Overloaded, problem
from spinelift.mesh.errors import SpineLiftError
from spinelift.service import answers
from spinelift.service.foreman import Foreman
from spinelift.service.orders import Order
from spinelift.service.records import JobRecord

AT_ONCE = 8
"""How many of a batch's images are taken on at a time; they may have to be fetched."""

Taken: TypeAlias = tuple[JobRecord, bool]
"""A job, and whether it is new."""


async def take_on(
    orders: Sequence[Order | SpineLiftError], foreman: Foreman
) -> list[Taken | SpineLiftError]:
    """Take on all that can be. Raises Overloaded where that is none, for want of room."""
    has_room = foreman.has_room
    places = asyncio.Semaphore(AT_ONCE)

    async def take_on_one(order: Order | SpineLiftError) -> Taken | SpineLiftError:
        if isinstance(order, SpineLiftError):
            return order
        try:
            async with places:
                return await foreman.take_on(order, is_let_in=has_room)
        except SpineLiftError as error:
            return error

    items = await asyncio.gather(*map(take_on_one, orders))
    for item in items:
        if not isinstance(item, Overloaded):
            return items
    raise items[0]  # type: ignore[misc]  # there is one, and it is an Overloaded


async def answer_of(
    items: Sequence[Taken | SpineLiftError], foreman: Foreman, seconds: float
) -> tuple[bytes, bool]:
    """Give the answer as JSON after so long; tell whether all was waited for and is over."""
    ended = await asyncio.gather(*(_item(item, foreman, seconds) for item in items))
    content = b'{"items": [' + b", ".join(text for text, _ in ended) + b"]}"
    return content, seconds > 0 and all(is_over for _, is_over in ended)


async def stream(
    items: Sequence[Taken | SpineLiftError], foreman: Foreman
) -> AsyncGenerator[bytes, None]:
    """The lines of all items, as they come."""
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def pump(index: int, item: Taken | SpineLiftError) -> None:
        try:
            if isinstance(item, SpineLiftError):
                lines.put_nowait(answers.error_line(item, index=index))
                return
            record, is_new = item
            one = answers.stream(record, foreman, is_ours=is_new, index=index)
            async with aclosing(one):
                async for text in one:
                    lines.put_nowait(text)
        finally:
            lines.put_nowait(None)

    pumps = [asyncio.create_task(pump(index, item)) for index, item in enumerate(items)]
    left = len(pumps)
    try:
        while left:
            text = await lines.get()
            if text is None:
                left -= 1
            else:
                yield text
    finally:
        for task in pumps:
            task.cancel()
    await asyncio.gather(*pumps)  # a bug in one of them is not passed over


async def _item(
    item: Taken | SpineLiftError, foreman: Foreman, seconds: float
) -> tuple[bytes, bool]:
    """One item's JSON, and whether it is over."""
    if isinstance(item, SpineLiftError):
        return _text(status="refused", error=problem(item)), True
    record = await answers.waited_for(item[0], foreman, seconds)
    job = answers.status_of(record, foreman).model_dump(exclude_none=True)
    text = _text(status=record.status, job=job)
    if record.error is not None:
        text = _text(status=record.status, job=job, error=record.error)
    elif seconds and record.status == "completed":
        try:
            result, _ = await foreman.answer(record)
        except SpineLiftError as error:
            text = _text(status=record.status, job=job, error=problem(error))
        else:
            # The result is JSON already.
            text = text[:-1] + b', "result": ' + result + b"}"
    return text, record.is_finished


def _text(**fields: object) -> bytes:
    return json.dumps(fields, allow_nan=False).encode()
