"""A proxy that stands before replicas: each connection goes to one that lives."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator

LOOK_SECONDS = 0.2
"""How often each replica is asked whether it is ready, and how long it may take to say so."""

PATIENCE_SECONDS = 1.0

CHUNK = 2**16


@contextlib.contextmanager
def balancing(ports: Callable[[], list[int]]) -> Iterator[int]:
    """Give the port of a proxy that runs in another thread, before those ports of loopback."""
    proxy = _Proxy(ports)
    thread = threading.Thread(target=asyncio.run, args=(proxy.run(),), name="proxy")
    thread.start()
    try:
        proxy.has_started.wait()
        yield proxy.port
    finally:
        proxy.loop.call_soon_threadsafe(proxy.is_over.set)
        thread.join()


class _Proxy:
    def __init__(self, ports: Callable[[], list[int]]) -> None:
        self._ports = ports
        self._ready: list[int] = []
        self._turns = itertools.count()
        self._connections: set[asyncio.Task[None]] = set()
        self.has_started = threading.Event()

    async def run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_over = asyncio.Event()
        await self._look()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port: int = server.sockets[0].getsockname()[1]
        self.has_started.set()
        looking = asyncio.create_task(self._keep_looking())
        await self.is_over.wait()
        server.close()
        for task in (looking, *self._connections):
            task.cancel()
        await asyncio.gather(looking, *self._connections, return_exceptions=True)

    async def _keep_looking(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        ports = self._ports()
        answers = await asyncio.gather(*map(_is_ready, ports))
        self._ready = [port for port, is_ready in zip(ports, answers, strict=True) if is_ready]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        # Cancelled at the end alone, of which asyncio would otherwise complain.
        with contextlib.suppress(asyncio.CancelledError):
            await self._serve(reader, writer)
        self._connections.discard(task)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        turn = next(self._turns)
        ready = list(self._ready)
        for index in range(len(ready)):
            try:
                there = await asyncio.open_connection(
                    "127.0.0.1", ready[(turn + index) % len(ready)]
                )
            except OSError:
                continue
            break
        else:
            return  # nobody lives: the client finds its connection closed
        try:
            # Where one side ends, so does the other: half a connection is of no use to HTTP.
            both = [
                asyncio.create_task(_copy(reader, there[1])),
                asyncio.create_task(_copy(there[0], writer)),
            ]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            there[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /ready HTTP/1.1\r\nHost: replica\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
