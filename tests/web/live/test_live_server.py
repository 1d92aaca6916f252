"""Who takes nothing of what they are sent."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
import uvicorn

from spinelift.serving import listen
from spinelift.web.live_server import give_up_after


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the kernel cannot")
def test_stream_to_who_takes_nothing_ends() -> None:
    ended = asyncio.Event()

    async def stream(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()  # the request
        heard = asyncio.ensure_future(receive())
        while not heard.done():
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            await asyncio.sleep(0)
        assert heard.result()["type"] == "http.disconnect"
        ended.set()

    async def serve(listening: socket.socket) -> None:
        config = uvicorn.Config(stream, http="h11", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        with socket.create_connection(listening.getsockname()) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(60):
                await ended.wait()
        server.should_exit = True
        await serving

    with listen("127.0.0.1", 0) as listening:
        give_up_after(1, listening)
        asyncio.run(serve(listening))
