"""Servers on this machine that answer as a test tells them, byte by byte if need be."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from spinelift.outbound.addresses import Address
from spinelift.outbound.requests import Resolve

CERTIFICATE = Path(__file__).with_name("tls") / "storage.example.pem"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Server:
    """Where a server listens, and what it was asked."""

    port: int
    asked: list[Asked] = field(default_factory=list)


@contextlib.asynccontextmanager
async def serving(answer: Answer, *, tls: bool = False, port: int = 0) -> AsyncIterator[Server]:
    """Answer every connection's one request on 127.0.0.1."""

    open_: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(converse(reader, writer))
        open_.add(task)
        task.add_done_callback(open_.discard)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read_request(reader)
            server.asked.append(asked)
            answering = asyncio.ensure_future(answer(asked, writer))
            hung_up = asyncio.ensure_future(reader.read())
            await asyncio.wait({answering, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            hung_up.cancel()
            answering.cancel()
            await asyncio.gather(answering, hung_up, return_exceptions=True)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
    listening = await asyncio.start_server(connected, "127.0.0.1", port, ssl=context)
    server = Server(listening.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
        if open_:
            await asyncio.wait(open_)


async def _read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().strip()
    line, *rest = head.split("\r\n")
    headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in rest)}
    return Asked(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def saying(text: bytes) -> Answer:
    """Answer with these bytes, head and all."""

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answer


async def silence(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


def names(**addresses: str | list[str]) -> Resolve:
    """Resolve `host_example` (as host.example) to what is given, and nothing else."""
    known: dict[str, list[Address]] = {
        host.replace("_", "."): [
            ip_address(address) for address in ([given] if isinstance(given, str) else given)
        ]
        for host, given in addresses.items()
    }

    async def resolve(host: str) -> list[Address]:
        if host not in known:
            raise OSError(f"no such host: {host}")
        return known[host]

    return resolve
