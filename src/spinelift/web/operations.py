"""One operation: all that it changes and what the audit says of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from spinelift.web import subscriptions
from spinelift.web.actors import Actor
from spinelift.web.events import Event

Publish = Callable[[Event], None]
"""Says that something has been done; it is told once the operation is whole."""

_first: ContextVar[Callable[[], None] | None] = ContextVar("first", default=None)


@contextmanager
def operation(actor: Actor) -> Iterator[Publish]:
    """Begin a transaction, whose last statements write the audit.

    Last, because they lock the ends of the audit's chains until the transaction has ended.
    """
    with quiet_operation():
        events: list[Event] = []
        yield events.append
        subscriptions.hear(actor, events)


@contextmanager
def quiet_operation() -> Iterator[None]:
    """Begin a transaction of which there is nothing to say to the audit."""
    with transaction.atomic():
        first = _first.get()
        if first is not None:
            first()
        yield


@contextmanager
def beginning_with(first: Callable[[], None]) -> Iterator[None]:
    """Have `first` be a part of each operation in the block, before all else in it.

    It may be undone with the operation, and is called again by the next one, or by one within.
    """
    token = _first.set(first)
    try:
        yield
    finally:
        _first.reset(token)
