"""The database backend that settings name: `spinelift.web.postgresql`.

Before each request Django asks a connection that was kept for nothing but an answer, as the server
may have ended it. Whatever ends a connection leaves something to read on it, which is seen here
without a way to the server.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is asked whether it can be used only where something speaks against it."""

    def is_usable(self) -> bool:
        return self._seems_usable() or super().is_usable()

    def _seems_usable(self) -> bool:
        """Whether nothing has failed on it, and nothing has come that nobody asked for."""
        if self.connection is None or self.connection.closed or self.errors_occurred:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
