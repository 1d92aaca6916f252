"""A client of `/cable` that a test can look through: one call for each thing that is said."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

PROTOCOL = "actioncable-v1-json"
PATIENCE_SECONDS = 60
"""Far above what anything takes."""

Said = dict[str, Any]


class Cable:
    """One connection, in a `with` block.

    Parameters
    ----------
    url
        Of the server, as its HTTP has it.
    token
        Carried in a sub-protocol.
    protocols
        In place of the one that there is.
    takes
        Whether what is sent is taken before it is asked for.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        protocols: Sequence[str] | None = (PROTOCOL,),
        headers: Mapping[str, str] | None = None,
        origin: str | None = None,
        query: str = "",
        takes: bool = True,
    ) -> None:
        wanted = [*(protocols or ()), *([] if token is None else [f"spinelift-token.{token}"])]
        self._stack = ExitStack()
        connecting = connect(
            f"{url.replace('http', 'ws', 1)}/cable{query}",
            sock=None if takes else _narrow_socket(url),
            subprotocols=[Subprotocol(one) for one in wanted] or None,
            additional_headers=headers,
            origin=None if origin is None else Origin(origin),
            compression=None,
            max_size=None,
            max_queue=None if takes else 1,
            ping_interval=None,
        )
        self._socket = self._stack.enter_context(connecting)
        self.protocol = self._socket.subprotocol
        self._kept: list[Said] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    # What is sent

    def send(self, **command: Any) -> None:
        self.send_raw(json.dumps(command))

    def send_raw(self, message: str | bytes) -> None:
        self._socket.send(message)

    def subscribe(self, channel: str, **parameters: Any) -> str:
        """Ask for a subscription; gives its identifier."""
        identifier = json.dumps({"channel": channel, **parameters})
        self.send(command="subscribe", identifier=identifier)
        return identifier

    def follow(self, channel: str, **parameters: Any) -> str:
        """The same, which has to be confirmed."""
        identifier = self.subscribe(channel, **parameters)
        assert self.answer(identifier) == "confirm_subscription"
        return identifier

    def unsubscribe(self, identifier: str) -> None:
        self.send(command="unsubscribe", identifier=identifier)

    def perform(self, identifier: str, action: str) -> None:
        data = json.dumps({"action": action})
        self.send(command="message", identifier=identifier, data=data)

    # What is said

    def next(self, wanted: Callable[[Said], object], seconds: float = PATIENCE_SECONDS) -> Said:
        """The first that is wanted of all that was said and not yet given; all else is kept.

        Raises TimeoutError where there is none, and ConnectionClosed where none can come.
        """
        for kept in self._kept:
            if wanted(kept):
                self._kept.remove(kept)
                return kept
        end = time.monotonic() + seconds
        while True:
            said: Said = json.loads(self._socket.recv(max(end - time.monotonic(), 0)))
            if wanted(said):
                return said
            self._kept.append(said)

    def said(self, kind: str) -> Said:
        """The next of a type."""
        return self.next(lambda said: said.get("type") == kind)

    def answer(self, identifier: str) -> str:
        """What becomes of a subscription."""
        said = self.next(lambda said: said.get("identifier") == identifier and "type" in said)
        return str(said["type"])

    def message(self, identifier: str, seconds: float = PATIENCE_SECONDS) -> Said:
        """The next of a subscription."""
        said = self.next(
            lambda said: said.get("identifier") == identifier and "message" in said, seconds
        )
        message: Said = said["message"]
        return message

    def until(self, identifier: str, last: Callable[[Said], object]) -> list[Said]:
        """All messages of a subscription to the first that is the last."""
        seen = [self.message(identifier)]
        while not last(seen[-1]):
            seen.append(self.message(identifier))
        return seen

    def forget(self) -> None:
        """Drop what was said and not given."""
        self._kept.clear()

    def is_silent(self, identifier: str, seconds: float) -> bool:
        """Whether no message of a subscription comes for so long."""
        try:
            self.message(identifier, seconds)
        except TimeoutError:
            return True
        return False

    def await_end(self) -> Said | None:
        """The reason for which it is disconnected, where that is said; None where it is not."""
        reason: Said | None = None
        end = time.monotonic() + PATIENCE_SECONDS
        try:
            while True:
                said = json.loads(self._socket.recv(max(end - time.monotonic(), 0)))
                if said.get("type") == "disconnect":
                    reason = said
        except ConnectionClosed:
            return reason


def _narrow_socket(url: str) -> socket.socket:
    """One that holds little of what is not taken."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect((parts.hostname, parts.port))
    return narrow


def has_ended(message: Said) -> bool:
    """Whether that is the last that is told of a mesh."""
    return message["status"] not in {"queued", "processing"}


def each_once(messages: Sequence[Said]) -> list[int]:
    """Their sequences, of which the last may be told again while nothing is new."""
    sequences = [message["sequence"] for message in messages]
    return [
        sequence
        for place, sequence in enumerate(sequences)
        if place == 0 or sequence != sequences[place - 1]
    ]
