"""What clients of a mesh service do to it: requests that cost the client next to nothing."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

GENERATE = "/api/v1/mesh/generate"
WAIT = {"Prefer": "wait=60"}


@dataclass(frozen=True)
class Answered:
    """Status and body of an answer, and how many milliseconds it took."""

    status: int
    body: bytes
    milliseconds: float

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Form:
    """A request for one mesh, ready to be sent."""

    body: bytes
    headers: Mapping[str, str]


def form(image: bytes, **fields: str) -> Form:
    """Put an image and fields beside it into a form."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="sheet.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + image + f"\r\n--{boundary}--\r\n".encode()
    return Form(body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Send a request, and read its answer."""
        start = time.perf_counter()
        self.begin(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        return Answered(response.status, content, (time.perf_counter() - start) * 1000)

    def send(self, request: Form, headers: Mapping[str, str] = WAIT) -> Answered:
        """Have a mesh made; by default with its result."""
        return self.ask("POST", GENERATE, request.body, {**request.headers, **headers})

    def begin(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a request whose answer is not waited for."""
        self._connection.request(method, path, body, dict(headers or {}))

    def hang_up(self) -> None:
        """End the connection; the next request opens another."""
        self._connection.close()


def answer_all(port: int, forms: Sequence[Form], clients: int) -> list[float]:
    """So many clients at once, each sending its next request when it has an answer.

    Returns the milliseconds that each took. Raises RuntimeError for an answer without a mesh.
    """
    coming = iter(forms)
    lock = threading.Lock()

    def work(_: int) -> list[float]:
        taken: list[float] = []
        with Client(port) as client:
            while True:
                with lock:
                    request = next(coming, None)
                if request is None:
                    return taken
                answered = client.send(request)
                check(answered)
                taken.append(answered.milliseconds)

    with ThreadPoolExecutor(clients) as pool:
        return [one for some in pool.map(work, range(clients)) for one in some]


@dataclass(frozen=True)
class Reading:
    """A job whose status is read so often a second, for so many seconds."""

    port: int
    job_id: str
    rate: float
    seconds: float


def read_statuses(reading: Reading) -> list[float]:
    """In a process of its own: the milliseconds that each reading took."""
    taken = []
    with Client(reading.port) as client:
        start = time.perf_counter()
        for number in range(round(reading.rate * reading.seconds)):
            time.sleep(max(0.0, start + number / reading.rate - time.perf_counter()))
            answered = client.ask("GET", f"/api/v1/mesh/{reading.job_id}/status")
            check(answered)
            taken.append(answered.milliseconds)
    return taken


def check(answered: Answered) -> None:
    """Raise RuntimeError for what is not 200."""
    if answered.status != 200:
        raise RuntimeError(f"the service answered {answered.status}: {answered.body[:200]!r}")
