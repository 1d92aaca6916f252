"""Looking at processes from outside."""

from __future__ import annotations

import os
import random
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self


class Killable(ABC):
    """A server of the tests' own, which runs in a `with` block and can be killed before its end."""

    @abstractmethod
    def start(self) -> None:
        """Start it, and wait until it answers."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once, where it runs."""

    def end(self) -> None:
        """Leave nothing behind."""
        self.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Fail where it does not come true; the limit is far above what it takes."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports below those that systems hand out, so that none is lost before the server has it."""
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.add(port)
    return sorted(found)


def is_gone(pid: int) -> bool:
    """Not running any more; one that nobody has waited for yet counts as gone."""
    fields = _status(pid)
    return fields is None or fields[0] in "ZX"


def session_members(session: int) -> set[int]:
    """The processes that still run in a session, which starts with a process's own id."""
    found = set()
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            fields = _status(int(place.name))
            if fields is not None and int(fields[3]) == session and fields[0] not in "ZX":
                found.add(int(place.name))
    return found


def children(pid: int) -> set[int]:
    """The running processes whose parent this is."""
    found = set()
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            fields = _status(int(place.name))
            if fields is not None and int(fields[1]) == pid and fields[0] not in "ZX":
                found.add(int(place.name))
    return found


def _status(pid: int) -> list[str] | None:
    """State, parent, group, session ...; see proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def processor_seconds(pid: int) -> float:
    """How much of a core a running process has taken; 0 for one that is gone."""
    fields = _status(pid)
    return 0.0 if fields is None else (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """What a process holds in memory, its share of what it has in common with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    raise LookupError(pid)
