"""Replicas of the mesh service as processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from ..cli.conftest import ENVIRONMENT_PYTHON, HEARING_SIGNALS
from ..engine import labours
from ..processes import session_members, wait_until

ROOT = Path(__file__).parents[2]

Event = dict[str, Any]


@dataclass
class Replica:
    """A process that serves, what it logs, and a client of it."""

    process: subprocess.Popen[bytes]
    log: Path
    temporary: Path
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    @property
    def gate(self) -> Path:
        """A file that is not there yet; a job with its name waits for it."""
        return self.temporary / f"{labours.GATE}of-the-test"

    def events(self, name: str) -> list[Event]:
        """What it has logged under that name; a line that is not JSON fails the test."""
        *whole, _ = self.log.read_text().split("\n")
        return [event for event in map(json.loads, whole) if event["event"] == name]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def assert_nothing_is_left(self) -> None:
        wait_until(lambda: not session_members(self.process.pid))
        assert list(self.temporary.iterdir()) == []


def environment(**settings: str) -> dict[str, str]:
    """That of a process with these settings."""
    named = {f"SPINELIFT_{name.upper()}": value for name, value in settings.items()}
    kept = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    paths = {"PYTHONPATH": os.pathsep.join((ENVIRONMENT_PYTHON, str(ROOT)))}
    return kept | paths | {"SPINELIFT_STORAGE": "memory:"} | named


@contextlib.contextmanager
def replica(
    variables: Mapping[str, str] = MappingProxyType({}), /, **settings: str
) -> Iterator[Replica]:
    """Start the program with these settings, and variables, on a port that is free."""
    command = (sys.executable, "-m", "tests.service.patient_service", "--port", "0")
    # Not pytest's folder, whose path may be longer than the 107 bytes of a socket's.
    with tempfile.TemporaryDirectory(prefix="replica-") as folder:
        log, temporary = Path(folder, "log"), Path(folder, "tmp")
        temporary.mkdir()
        own = {"TMPDIR": str(temporary), **variables}
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-c", HEARING_SIGNALS, *command],
                stderr=stderr,
                start_new_session=True,
                cwd=folder,
                env=environment(**settings) | own,
            )
        started = Replica(process, log, temporary)
        try:
            wait_until(lambda: process.poll() is not None or started.events("service.listening"))
            (listening,) = started.events("service.listening")
            started.client.base_url = httpx.URL(f"http://127.0.0.1:{listening['port']}")
            with started.client:
                yield started
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
