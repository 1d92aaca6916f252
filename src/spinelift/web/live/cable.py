"""`/cable`: the protocol of Rails' ActionCable over WebSockets, `actioncable-v1-json`.

`@rails/actioncable` is its client. https://docs.anycable.io/misc/action_cable_protocol tells of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from django.db import Error

from spinelift.web.errors import NotFound, RequestUnreadable, WebError
from spinelift.web.hints import user_name
from spinelift.web.http.limits import count_request
from spinelift.web.http.problems import problem_of
from spinelift.web.live.actions import perform
from spinelift.web.live.hub import Hub
from spinelift.web.live.senders import Sender, sender_of
from spinelift.web.live.topics import MOST_SEQUENCE, TOPICS, Message, NotificationsTopic, Topic

log = structlog.get_logger()

PROTOCOL = "actioncable-v1-json"
PING_SECONDS = 3.0
"""After six of which without a ping, the client connects anew."""
PATIENCE_SECONDS = 10.0
"""With who does not take what they are sent."""
LAST_PATIENCE_SECONDS = 1.0
"""With who does not take that it has ended."""
CHECK_SECONDS = 30.0
"""How often at least it is looked whether they may still see what they follow, also where no hint
came. Those who have come at once are not looked at at once."""
SUBSCRIPTIONS = 200
"""Of one connection."""
LONGEST_COMMAND = 16_384
COMMANDS_A_SECOND = 50

Identifier = str
"""JSON, as the client has written it: what it sends and gets of a subscription bears it."""


class Ended(Exception):
    """The connection is to end; the message is the protocol's reason.

    Parameters
    ----------
    reconnect
        Whether the client may come back at once.
    """

    def __init__(self, reason: str, *, reconnect: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reconnect = reconnect


class Connection:
    """One WebSocket, from its opening to its end."""

    def __init__(self, hub: Hub, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        self._hub = hub
        self._scope = scope
        self._receive = receive
        self._send = send
        self._sending = asyncio.Lock()
        self._followed: dict[Identifier, tuple[Topic, asyncio.Task[None]]] = {}
        self._sender: Sender | None = None
        self._is_in_doubt = asyncio.Event()
        self._failure: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        """What has ended one of the subscriptions."""

    async def serve(self) -> None:
        """Speak with the client until either has enough."""
        if (await self._receive())["type"] != "websocket.connect":
            return
        if PROTOCOL not in self._scope.get("subprotocols", ()):
            await self._send({"type": "websocket.close", "code": 1002})
            return
        await self._send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        try:
            sender = await self._known()
            await self._tell({"type": "welcome"})
            with self._hub.hinting(user_name(sender.user.id), self._is_in_doubt.set):
                await self._work(self._read(), self._ping(), self._doubt())
        except Ended as ended:
            await self._end(ended)
        except Error as error:
            log.warning("cable.not_answered", error=repr(error))
            await self._end(Ended("server_restart", reconnect=True))
        except (TimeoutError, OSError):
            await self._close()
        finally:
            for identifier in list(self._followed):
                self._unsubscribe(identifier)

    async def _work(self, *works: Any) -> None:
        """Until the first of them ends, a subscription fails, or all is to end; raises why."""
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            waited = [*tasks, self._failure, self._hub.ending]
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for task in done & set(tasks):
                task.result()
            if self._failure.done():
                raise self._failure.result()
            if self._hub.is_ending:
                raise Ended("server_restart", reconnect=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _known(self) -> Sender:
        """Raises Ended for who is unknown, or may not come in now."""
        try:
            come = sender_of if self._sender is not None else _newcomer
            sender = await self._hub.ask(come, self._scope)
            if sender is None:
                raise Ended("unauthorized", reconnect=False)
        except WebError:
            raise Ended("too_many_requests", reconnect=True) from None
        except Error as error:
            log.warning("cable.not_known", error=repr(error))
            raise Ended("server_restart", reconnect=True) from None
        self._sender = sender
        return sender

    # What the client sends

    async def _read(self) -> None:
        begun, commands = time.monotonic(), 0
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if time.monotonic() - begun > 1:
                begun, commands = time.monotonic(), 0
            commands += 1
            text = message.get("text") or ""
            if commands > COMMANDS_A_SECOND or len(text) > LONGEST_COMMAND:
                raise Ended("invalid_request", reconnect=False)
            await self._heed(text)

    async def _heed(self, text: str) -> None:
        try:
            command = json.loads(text)
            kind, identifier = command["command"], command["identifier"]
            identifier.encode()  # half a surrogate pair could not be sent back
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Ended("invalid_request", reconnect=False) from None
        match kind:
            case "subscribe":
                await self._subscribe(identifier)
            case "unsubscribe":
                self._unsubscribe(identifier)
            case "message":
                await self._perform(identifier, command.get("data"))
            case _:
                raise Ended("invalid_request", reconnect=False)

    async def _subscribe(self, identifier: Identifier) -> None:
        if identifier in self._followed:
            return  # the client asks until it hears that it is so
        assert self._sender is not None
        try:
            kind, wanted, after = _read_identifier(identifier, self._sender)
            if len(self._followed) >= SUBSCRIPTIONS:
                raise NotFound("There are as many subscriptions as there may be.")
            topic = await self._hub.ask(kind.of, self._sender.user, wanted)
        except WebError as error:
            log.info("cable.rejected", error=repr(error))
            await self._tell({"identifier": identifier, "type": "reject_subscription"})
            return
        await self._tell({"identifier": identifier, "type": "confirm_subscription"})
        follow = self._follow(identifier, topic, after)
        self._followed[identifier] = topic, asyncio.create_task(follow)

    def _unsubscribe(self, identifier: Identifier) -> None:
        _, task = self._followed.pop(identifier, (None, None))
        if task is not None:
            task.cancel()

    async def _perform(self, identifier: Identifier, data: object) -> None:
        topic, _ = self._followed.get(identifier, (None, None))
        if topic is None:
            return  # it has ended meanwhile
        assert self._sender is not None
        try:
            asked = json.loads(data) if isinstance(data, str) else None
            action = asked.get("action") if isinstance(asked, dict) else None
            if action == "request_update":
                for message in await self._hub.ask(topic.read, None):
                    await self._tell_of(identifier, message)
            elif not await self._hub.ask(perform, self._sender, topic, str(action)):
                raise RequestUnreadable("There is no such action.")
        except (ValueError, RecursionError):
            raise Ended("invalid_request", reconnect=False) from None
        except WebError as error:
            await self._tell({"identifier": identifier, "message": {"error": problem_of(error)}})

    # What the client is sent

    async def _follow(self, identifier: Identifier, topic: Topic, after: int | None) -> None:
        try:
            async for message in self._hub.follow(topic, after):
                await self._tell_of(identifier, message)
        except (TimeoutError, OSError, Error) as error:
            if not self._failure.done():
                self._failure.set_result(error)

    async def _tell_of(self, identifier: Identifier, message: Message) -> None:
        await self._send_text(f'{{"identifier":{_json(identifier)},"message":{message.text}}}')

    async def _tell(self, message: Mapping[str, Any]) -> None:
        await self._send_text(_json(message))

    async def _send_text(self, text: str) -> None:
        """Raises TimeoutError for who does not take it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._sending:
            await self._send({"type": "websocket.send", "text": text})

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._tell({"type": "ping", "message": int(time.time())})

    async def _doubt(self) -> None:
        """See from time to time, and when there is a hint, that all is still allowed."""
        while True:
            # Python 3.11's wait_for loses a cancellation that comes with what it waits for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS * random.uniform(0.5, 1)):  # noqa: S311
                    await self._is_in_doubt.wait()
            self._is_in_doubt.clear()
            sender = await self._known()
            for identifier, (topic, _) in list(self._followed.items()):
                try:
                    await self._hub.ask(type(topic).of, sender.user, topic.id)
                except NotFound:
                    self._unsubscribe(identifier)
                    await self._tell({"identifier": identifier, "type": "reject_subscription"})

    async def _end(self, ended: Ended) -> None:
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            said = {"type": "disconnect", "reason": ended.reason, "reconnect": ended.reconnect}
            await self._tell(said)
        await self._close()

    async def _close(self) -> None:
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(LAST_PATIENCE_SECONDS):
                await self._send({"type": "websocket.close", "code": 1000})


def _newcomer(scope: Mapping[str, Any]) -> Sender | None:
    """Who opens it, counted. Raises TooManyRequests."""
    sender = sender_of(scope)
    if sender is not None:
        count_request(str(sender.user.id))
    return sender


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _read_identifier(
    identifier: Identifier, sender: Sender
) -> tuple[type[Topic], UUID, int | None]:
    """What is to be followed, and from where. Raises NotFound for what cannot be."""
    try:
        wanted = json.loads(identifier)
        kind = TOPICS[wanted["channel"]]
        id = sender.user.id if kind is NotificationsTopic else UUID(wanted[kind.parameter])
        after = wanted.get("sequence")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotFound("There is no such channel.") from None
    if after is None:
        return kind, id, None
    if type(after) is not int or not 0 <= after <= MOST_SEQUENCE:
        raise NotFound("The sequence is no number from 0.")
    return kind, id, after
