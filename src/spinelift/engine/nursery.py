"""What the server that forks worker processes loads, once, before it forks the first.

Only that server imports this module: an interrupt from the terminal reaches every process of the
group, and what is being born must leave it to the parent to decide.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
from types import TracebackType

import cv2

# The point of this module: loaded before the forks.
import spinelift.engine.pool
import spinelift.engine.work  # noqa: F401

signal.signal(signal.SIGINT, signal.SIG_IGN)

# There is a worker for every core already.
cv2.setNumThreads(1)

# Keep the memory of one image for the next: giving it back and having it cleared again takes a
# twentieth of a worker's time. The numbers are glibc's names for the two thresholds (malloc.h).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
with contextlib.suppress(AttributeError):  # another C library
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(M_TRIM_THRESHOLD, 256 * 2**20)
    mallopt(M_MMAP_THRESHOLD, 32 * 2**20)


def _say_unless_abandoned(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Be silent where the parent stopped while its child was being born: the pipe on which the
    child waits to be told what it is has ended, or the locks that it is given are gone."""
    if not isinstance(error, (EOFError, FileNotFoundError)):
        sys.__excepthook__(kind, error, traceback)


sys.excepthook = _say_unless_abandoned
