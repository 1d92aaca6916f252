"""Who hears of what was done: the audit of everything, within the transaction."""

from __future__ import annotations

from collections.abc import Sequence

from spinelift.web.actors import Actor
from spinelift.web.audit.services import record
from spinelift.web.events import Event


def hear(actor: Actor, events: Sequence[Event]) -> None:
    """Tell everybody who is to know."""
    record(actor=actor, events=events)
