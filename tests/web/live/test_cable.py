"""What a connection leaves behind."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.hints import LocalHints
from spinelift.web.live import cable
from spinelift.web.live.cable import PROTOCOL, Connection
from spinelift.web.live.hub import Hub
from spinelift.web.live.senders import Sender
from spinelift.web.projects.services import create_project

from ..meshes.making import asked_for, image_in


@contextmanager
def no_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.django_db(transaction=True)
def test_ended_connection_is_no_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """With thousands of sockets, looking for garbage would hold up all messages."""
    user = User.objects.create_user("alice@example.com")
    mesh = asked_for(user, image_in(create_project(actor=SYSTEM, owner=user, name="Fox")))
    monkeypatch.setattr(cable, "_newcomer", lambda scope: Sender(user, SYSTEM, may_write=False))  # noqa: ARG005

    async def come_and_leave(hub: Hub) -> weakref.ref[Connection]:
        received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        told = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            if '"status":"queued"' in message.get("text", ""):
                told.set()

        connection = Connection(hub, {"subprotocols": [PROTOCOL]}, received.get, send)
        serving = asyncio.create_task(connection.serve())
        identifier = json.dumps({"channel": "MeshProgressChannel", "mesh_id": str(mesh.id)})
        received.put_nowait({"type": "websocket.connect"})
        subscribe = {"command": "subscribe", "identifier": identifier}
        received.put_nowait({"type": "websocket.receive", "text": json.dumps(subscribe)})
        async with asyncio.timeout(30):
            await told.wait()
            received.put_nowait({"type": "websocket.disconnect"})
            await serving
        return weakref.ref(connection)

    async def follow() -> Connection | None:
        async with Hub(LocalHints()) as hub:
            with no_collections():
                left = await come_and_leave(hub)
                await asyncio.sleep(0)  # what was cancelled ends
                return left()

    assert asyncio.run(follow()) is None
