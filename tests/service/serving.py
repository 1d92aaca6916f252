"""A mesh service of the tests' own, a real server on a loopback port, and requests to it."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn

from spinelift.engine.generation import Answer, GenerationTask
from spinelift.engine.runner import Work
from spinelift.images import encode_png
from spinelift.samples import draw
from spinelift.service.app import create_app
from spinelift.service.settings import ServiceSettings
from tests.engine.labours import patient_answer

GENERATE = "/api/v1/mesh/generate"
BATCH = "/api/v1/mesh/batch"
VALIDATE = "/api/v1/mesh/validate"
WAIT = {"Prefer": "wait=30"}
STREAM = {"Accept": "application/x-ndjson"}


@contextlib.contextmanager
def serving(
    work: Work[GenerationTask, Answer] = patient_answer, **settings: Any
) -> Iterator[httpx.Client]:
    """A client of a service that runs in another thread; by default it waits at gates."""
    values = {"storage": "memory:", "workers": 2, "drain_seconds": 0, **settings}
    app = create_app(ServiceSettings(**values), work)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", ws="none"))
    # Unless the protocol is named, asyncio lets Nagle's algorithm hold each answer for 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def picture(size: int = 96) -> bytes:
    return encode_png(draw("tail", size))


def send(client: httpx.Client, *, image: bytes | None = None, **request: Any) -> httpx.Response:
    """Send one image as a form."""
    fields = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in request.pop("fields", {}).items()
    }
    files = {"image": (request.pop("filename", "tail.png"), picture() if image is None else image)}
    return client.post(GENERATE, files=files, data=fields, **request)


def error(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error, which has the one shape."""
    found = response.json()["error"]
    assert found.keys() == {"code", "message", "details"}
    assert found["message"]
    return response.status_code, found["code"]


def events(response: httpx.Response) -> list[dict[str, Any]]:
    """The lines of a stream."""
    return [json.loads(line) for line in response.text.splitlines()]
