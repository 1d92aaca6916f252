"""Who hears of what was done, within its transaction: whoever subscribed, and then the audit.

Features subscribe in their `AppConfig.ready`, so that what is below them knows none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from spinelift.web.actors import Actor
from spinelift.web.audit.services import record
from spinelift.web.events import Event

Heard = TypeVar("Heard", bound=Event)

_listeners: defaultdict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[Heard], listener: Callable[[Heard], None]) -> None:
    """Have `listener` called with each event of this kind.

    It may write rows and nothing else, since all may be undone yet; what it raises undoes the deed.
    """
    _listeners[kind].append(listener)


def hear(actor: Actor, events: Sequence[Event]) -> None:
    """Tell everybody who is to know, the audit last: it locks the ends of its chains."""
    for event in events:
        for listener in _listeners.get(type(event), ()):
            listener(event)
    record(actor=actor, events=events)
