"""Who does something, as far as it matters to whoever looks later."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A person from somewhere, or the system itself.

    Attributes
    ----------
    user_id
        None for the system, and for who has not signed in.
    label
        What the audit calls them, also when their account is gone.
    address
        The IP address that the request came from.
    """

    user_id: UUID | None
    label: str
    address: str | None = None


SYSTEM = Actor(None, "system")
