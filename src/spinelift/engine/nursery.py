"""What the server that forks worker processes loads, once, before it forks the first.

Only that server imports this module: an interrupt from the terminal reaches every process of the
group, and what is being born must leave it to the parent to decide.
"""

from __future__ import annotations

import signal

import spinelift.engine.work  # noqa: F401  (the point of this module: loaded before the forks)

signal.signal(signal.SIGINT, signal.SIG_IGN)
