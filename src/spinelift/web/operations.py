"""One operation: all that it changes and what the audit says of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from spinelift.web import subscriptions
from spinelift.web.actors import Actor
from spinelift.web.events import Event

Publish = Callable[[Event], None]
"""Says that something has been done; it is told once the operation is whole."""


@contextmanager
def operation(actor: Actor) -> Iterator[Publish]:
    """Begin a transaction, whose last statements write the audit.

    Last, because they lock the ends of the audit's chains until the transaction has ended.
    """
    with transaction.atomic():
        events: list[Event] = []
        yield events.append
        subscriptions.hear(actor, events)
