"""How a command ends: exit codes, and the one error that means "you asked for something wrong"."""

from __future__ import annotations

from enum import IntEnum


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
