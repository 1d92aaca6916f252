"""A replica of the mesh service as a process of its own, which can be killed.

`python -m tests.service.replica` is that process; it prints the port on which it listens.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..processes import session_members, wait_until


class Replica:
    """Listens on another port of loopback each time it starts; ends with the `with` block.

    Parameters
    ----------
    folder
        For its log, and for what it leaves lying about when it is killed.
    settings
        As `ServiceSettings` has them.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self.port: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

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
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "tests.service.replica"),
                env=os.environ | {"TMPDIR": str(self._folder)} | settings,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # whose members are found when it is dead
            )
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            said = printed.readline()
        assert said, f"the replica ended by itself: see {self._folder}/log"
        self.port = int(said)

    def kill(self) -> None:
        """Kill the process, and wait until all that it started has ended by itself."""
        if self._process is not None:
            self.port = None
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            wait_until(lambda: not session_members(self.pid))
            self._process = None


def _serve() -> None:
    import uvicorn

    from spinelift.service.app import create_app
    from spinelift.service.settings import ServiceSettings

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            print(self.servers[0].sockets[0].getsockname()[1], flush=True)  # noqa: T201
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for the log

    # asyncio is to open the socket itself: it answers at once only where it knows the protocol.
    options: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "lifespan": "on", "ws": "none"}
    Server(uvicorn.Config(create_app(ServiceSettings()), log_level="warning", **options)).run()


if __name__ == "__main__":
    # What it imports is imported here: the workers import this module too.
    _serve()
