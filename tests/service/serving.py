"""A mesh service of the tests' own: a real server on a loopback port."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn

from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings
from tests.engine.labours import patient_answer


@contextlib.contextmanager
def serving(**settings: Any) -> Iterator[httpx.Client]:
    """A client of a service that runs in another thread, and waits at gates."""
    values = {"storage": "memory:", "workers": 2, "drain_seconds": 0, **settings}
    app = create_app(ServiceSettings(**values), patient_answer)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
