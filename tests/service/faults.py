"""A proxy of the tests' own that stands before a service, and fails as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx

from tests.outbound import servers
from tests.outbound.servers import Answer, Asked


class Proxy:
    """Passes requests on to `target`, but for those that a fault is meant for.

    Attributes
    ----------
    faults
        What the next requests meet, one each; None passes its request on.
    always
        What all others meet.
    asked
        Everything that came, in order.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.faults: deque[Answer | None] = deque()
        self.always: Answer | None = None
        self.asked: list[Asked] = []

    @property
    def lines(self) -> list[str]:
        """The methods and paths that were asked, ids aside."""
        return [
            re.sub(r"/mesh/[\w-]{22}", "/mesh/ID", asked.line.removesuffix(" HTTP/1.1"))
            for asked in self.asked
        ]

    @property
    def job_ids(self) -> list[str]:
        """Of the jobs that were sent, in order."""
        found = [
            re.search(rb'name="job_id"\r\n\r\n([\w-]+)', asked.body)
            for asked in self.asked
            if asked.line.startswith("POST")
        ]
        return [one[1].decode() for one in found if one]

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked.append(asked)
        fault = self.faults.popleft() if self.faults else self.always
        await (fault or self.pass_on)(asked, writer)

    async def pass_on(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await servers.saying(await self._forward(asked))(asked, writer)

    async def lose_answer(self, asked: Asked, _writer: asyncio.StreamWriter) -> None:
        """The service does it, but its client never hears so."""
        await self._forward(asked)

    async def answer_later(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """The service does it, but its client hears that the job waits."""
        await self._forward(asked)
        waiting = {"status": "queued", "progress": 0, "stage": "queued", "message": "..."}
        await plain(202, waiting)(asked, writer)

    async def cut_answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        answer = await self._forward(asked)
        await servers.saying(answer[: len(answer) * 3 // 4])(asked, writer)

    async def _forward(self, asked: Asked) -> bytes:
        method, path, _ = asked.line.split(" ")
        passed = ("content-type", "prefer", "authorization")
        headers = {name: asked.headers[name] for name in passed if name in asked.headers}
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=60) as client:  # noqa: S501  # http
            found = await client.request(
                method, self.target + path, headers=headers, content=asked.body
            )
        return reply(found.status_code, found.content, "application/json")


async def hang_up(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    """Answer nothing."""


def reply(status: int, body: bytes, kind: str = "text/html", **headers: str) -> bytes:
    """The bytes of an answer. Underscores in names of headers become hyphens."""
    rows = {
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": kind,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in rows.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + body


def html(status: int, **headers: str) -> Answer:
    """What a proxy on the way says."""
    return servers.saying(reply(status, b"<html><h1>nginx</h1></html>", **headers))


def plain(status: int, content: Any, **headers: str) -> Answer:
    """JSON."""
    return servers.saying(
        reply(status, json.dumps(content).encode(), "application/json", **headers)
    )


def refusal(status: int, code: str, **headers: str) -> Answer:
    """What the service says of an error."""
    error = {"code": code, "message": f"There is {code}.", "details": {}}
    return plain(status, {"error": error}, **headers)


@contextlib.contextmanager
def proxying(target: str = "", *, port: int = 0) -> Iterator[Proxy]:
    """Run a proxy in another thread."""
    proxy = Proxy(target.rstrip("/"))
    is_up, ending = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        async with servers.serving(proxy.answer, port=port) as server:
            proxy.url = f"http://127.0.0.1:{server.port}"
            loops.append(asyncio.get_running_loop())
            is_up.set()
            await ending.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert is_up.wait(60)
    try:
        yield proxy
    finally:
        loops[0].call_soon_threadsafe(ending.set)
        thread.join()
