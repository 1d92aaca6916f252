"""What one job may use, and the memory part of it, set in the process that works on it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30.0
MEMORY_BYTES = 3 * 2**30
"""An image of 16384 x 16384 px takes 2 GiB with everything that is made of it."""


@dataclass(frozen=True)
class JobLimits:
    """For one attempt at a job.

    Attributes
    ----------
    seconds
        Of wall-clock time; then its process is killed.
    memory_bytes
        Beyond what its process has at the start; then asking for more fails. Linux only.
    """

    seconds: float = SECONDS
    memory_bytes: int = MEMORY_BYTES


def limit_memory(more_bytes: int) -> None:
    """Let this process have only so many bytes of address space more than now."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more_bytes, hard))
