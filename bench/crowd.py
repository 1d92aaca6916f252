"""Many who follow meshes at once, over WebSockets that cost next to nothing to hold.

The protocol is spoken here: the library that speaks it well takes as much of a processor for each
message as the process that is measured, and stands beside it on the same machine.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

PATIENCE_SECONDS = 60

TEXT, CLOSE = 0x81, 0x88
"""Whole messages, as they begin."""
NO_MASK = bytes(4)
"""What clients send is masked; with this it stays as it is."""


class Refused(Exception):
    """What was said instead of what was hoped for."""


class Follower(asyncio.Protocol):
    """One socket with one subscription.

    Attributes
    ----------
    told
        Done when the subscription was confirmed and how the mesh is was told; fails with Refused.
    milliseconds
        Of each sequence, from the time that its message bears to when it was first here.
    received
        Messages, those that are told again too.
    """

    def __init__(self, mesh: str, request: bytes) -> None:
        self.mesh = mesh
        self.told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.milliseconds: dict[int, float] = {}
        self.received = 0
        self._request = request
        self._is_open = False
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._refuse(f"The connection was lost: {exc!r}")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._is_open:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head[:13]:
                self._refuse(head.decode())
                return
            self._is_open, self._unread = True, rest
        while (message := self._next()) is not None:
            self._heed(json.loads(message))

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.write(_frame(CLOSE, struct.pack("!H", 1000)))
            self._transport.close()

    def _next(self) -> bytes | None:
        """The next whole message, once it is here."""
        unread = self._unread
        if len(unread) < 4:
            return None
        length, begin = unread[1], 2
        if length == 126:
            [length], begin = struct.unpack_from("!H", unread, 2), 4
        if len(unread) < begin + length:
            return None
        self._unread = unread[begin + length :]
        return unread[begin : begin + length] if unread[0] == TEXT else b"{}"

    def _heed(self, said: Any) -> None:
        match said.get("type"):
            case "welcome":
                wanted = json.dumps({"channel": "MeshProgressChannel", "mesh_id": self.mesh})
                command = json.dumps({"command": "subscribe", "identifier": wanted})
                assert self._transport is not None
                self._transport.write(_frame(TEXT, command.encode()))
            case "disconnect" | "reject_subscription":
                self._refuse(str(said))
            case None if "message" in said:
                self.received += 1
                if not self.told.done():
                    self.told.set_result(None)
                told = said["message"]
                late = time.time() - datetime.fromisoformat(told["updated_at"]).timestamp()
                self.milliseconds.setdefault(told["sequence"], late * 1000)

    def _refuse(self, why: str) -> None:
        if not self.told.done():
            self.told.set_exception(Refused(why))


class Crowd:
    """Those who have come.

    Attributes
    ----------
    followers
        Whose subscriptions were confirmed.
    taken
        Milliseconds of each from the opening of its socket to the first message.
    refused
        What the others were told.
    """

    def __init__(self, port: int, token: str) -> None:
        self.followers: list[Follower] = []
        self.taken: list[float] = []
        self.refused: list[str] = []
        self._port = port
        self._request = (
            f"GET /cable HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Protocol: actioncable-v1-json, spinelift-token.{token}\r\n\r\n"
        ).encode()

    async def come(self, meshes: Sequence[str], seconds: float) -> None:
        """Open a socket for each of these meshes, evenly in so many seconds."""
        start = time.perf_counter()
        coming = []
        for number, mesh in enumerate(meshes):
            await asyncio.sleep(start + seconds * number / len(meshes) - time.perf_counter())
            coming.append(asyncio.create_task(self._follow(mesh)))
        await asyncio.gather(*coming)

    async def leave(self) -> None:
        """Close all sockets."""
        for follower in self.followers:
            follower.hang_up()
        self.followers.clear()
        await asyncio.sleep(1)  # until it is heard

    async def _follow(self, mesh: str) -> None:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                _, follower = await asyncio.get_running_loop().create_connection(
                    lambda: Follower(mesh, self._request), "127.0.0.1", self._port
                )
                await follower.told
        except (Refused, OSError, TimeoutError) as error:
            self.refused.append(repr(error))
        else:
            self.taken.append((time.perf_counter() - start) * 1000)
            self.followers.append(follower)


def _frame(kind: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes([0x80 | length]) if length < 126 else struct.pack("!BH", 0x80 | 126, length)
    return bytes([kind]) + size + NO_MASK + content
