"""Connections to the database, of threads that live as long as their process."""

from __future__ import annotations

from django.db import connections


def keep_usable_connections() -> None:
    """Keep this thread's while they can be used, and close what cannot.

    Unlike Django's requests, also where settings would have each end after its request: to connect
    takes longer than most questions.
    """
    for connection in connections.all(initialized_only=True):
        connection.close_at = None
        connection.close_if_unusable_or_obsolete()
