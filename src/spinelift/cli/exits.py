"""How a command ends: exit codes, signals, and the error for what was asked wrongly."""

from __future__ import annotations

import signal
from enum import IntEnum
from types import FrameType

STOPS = [
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
]
"""What ends a run from outside: Ctrl+C, a polite kill, a terminal that is closed."""


_is_interrupted = False


def interrupt(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Handle the first signal that ends a run."""
    global _is_interrupted  # noqa: PLW0603 (a process is interrupted once)
    _is_interrupted = True
    # A second one must not cut short the tidying up that the first one asked for.
    for stop in STOPS:
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def heed_interrupt() -> None:
    """Raise the `KeyboardInterrupt` that native code may have swallowed.

    A native module that is interrupted while it loads another says that the other cannot be
    loaded, which looks like a bug of ours and not like what it is.
    """
    if _is_interrupted:
        raise KeyboardInterrupt


class Exit(IntEnum):
    """Exit codes, part of the interface."""

    GOOD = 0
    FAILED = 1
    """Some input failed, or a check failed."""
    USAGE = 2
    """The command line or the configuration is wrong, or the output cannot be written."""
    NO_INPUT = 3
    """No input could be read."""
    INTERNAL = 4
    """A bug in SpineLift."""
    INTERRUPTED = 130


HOW_TO_REPORT = (
    "Please report it to the project with the command, what it prints with -v, and, if you may, "
    "the image."
)


class UsageError(Exception):
    """What was asked for cannot be done as it stands; the message is one sentence for people."""
