"""The `spinelift` program as a process of its own, which can be killed and started anew."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..cli.conftest import HEARING_SIGNALS
from ..processes import Killable, session_members, wait_until

Event = dict[str, Any]


IsUp = Callable[["Program"], object]


class Program(Killable):
    """One command; ends with the `with` block.

    Parameters
    ----------
    folder
        For what it says.
    variables
        Of its environment, which is ours otherwise.
    is_up
        Whether it does what it is for; asked until it says so.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        variables: Mapping[str, str],
        is_up: IsUp,
    ) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        # Not pytest's folder, whose path may be longer than the 107 bytes of a socket's.
        self._temporary = tempfile.TemporaryDirectory(prefix="program-")
        self._arguments = arguments
        self._variables = variables
        self._is_up = is_up
        self._lives = itertools.count(1)
        self._log, self._out = folder / "log-0", folder / "out-0"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def out(self) -> str:
        """What it has printed in this life."""
        return self._out.read_text()

    @property
    def said(self) -> str:
        """What stands on its stderr in this life."""
        return self._log.read_text()

    @property
    def events(self) -> list[Event]:
        """What it has logged in this life; a line that is not JSON fails the test."""
        *whole, _ = self.said.split("\n")
        return [json.loads(line) for line in whole]

    def has_logged(self, event: str) -> bool:
        return any(logged["event"] == event for logged in self.events)

    def start(self) -> None:
        self.begin()
        self.await_up()

    def await_up(self) -> None:
        """Fail where it ends before it does what it is for."""
        process = self.process
        wait_until(lambda: process.poll() is not None or self._is_up(self))
        assert process.poll() is None, self.said

    def begin(self) -> None:
        """Start it, and do not wait."""
        life = next(self._lives)
        self._log, self._out = self._folder / f"log-{life}", self._folder / f"out-{life}"
        with self._log.open("wb") as stderr, self._out.open("wb") as stdout:
            self._process = subprocess.Popen(
                (sys.executable, "-c", HEARING_SIGNALS, *command(*self._arguments)),
                env={**os.environ, "TMPDIR": self._temporary.name, **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,  # whose members are found when it is dead
            )

    def kill(self) -> None:
        """Kill the process, and wait until all that it started has ended by itself."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait()
            wait_until(lambda: not session_members(process.pid))

    def end(self) -> None:
        super().end()
        self._temporary.cleanup()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and give the exit code once nothing of it is left."""
        self.process.send_signal(number)
        return self.await_end()

    def await_end(self) -> int:
        """The exit code, once nothing of it is left."""
        process, self._process = self.process, None
        code = process.wait(90)
        wait_until(lambda: not session_members(process.pid))
        return code


def command(*arguments: str) -> tuple[str, ...]:
    """What runs it."""
    return (sys.executable, "-m", "spinelift", *arguments)
