"""A replica of the mesh service as a process of its own, which can be killed and started anew."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..processes import Killable, session_members, wait_until


class Replica(Killable):
    """Listens on another port of loopback each time it starts; ends with the `with` block.

    Parameters
    ----------
    folder
        For its logs, and for what it leaves lying about when it is killed.
    settings
        As `ServiceSettings` has them.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._lives = itertools.count(1)
        self.port: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def children(self) -> set[int]:
        """Its workers and the two processes that make them."""
        return session_members(self.pid) - {self.pid}

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = {
            f"SPINELIFT_{name.upper()}": str(value) for name, value in self._settings.items()
        }
        log = self._folder / f"log-{next(self._lives)}"
        with log.open("w") as stderr:
            process = self._process = subprocess.Popen(
                (sys.executable, "-m", "spinelift", "mesh-service", "--port", "0"),
                env=os.environ | {"TMPDIR": str(self._folder)} | settings,
                stderr=stderr,
                start_new_session=True,  # whose members are found when it is dead
            )
        wait_until(lambda: process.poll() is not None or _listening(log))
        [listening] = _listening(log)
        self.port = listening["port"]

    def kill(self) -> None:
        """Kill the process, and wait until all that it started has ended by itself."""
        if self._process is not None:
            self.port = None
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            wait_until(lambda: not session_members(self.pid))
            self._process = None


def _listening(log: Path) -> list[dict[str, Any]]:
    """The event that says where the replica listens, once it is there."""
    *whole, _ = log.read_text().split("\n")
    return [event for event in map(json.loads, whole) if event["event"] == "service.listening"]
