"""The official client of ActionCable in a process of Node, and the line that it is connected by."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from ..npm import NODE, install

HERE = Path(__file__).parent / "client"
PATIENCE_SECONDS = 120
"""Far above what anything takes; it waits for some 10 s before it connects anew."""

Told = dict[str, Any]


class OfficialClient:
    """One consumer, in a `with` block; `client.mjs` describes what it tells."""

    def __init__(self, url: str, token: str) -> None:
        install(HERE)
        self._process = subprocess.Popen(
            (NODE, "client.mjs"),
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: queue.Queue[Told] = queue.Queue()
        self._kept: list[Told] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        self.do("connect", url=f"{url.replace('http', 'ws', 1)}/cable", token=token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._reading.join()
            self._process.stdout.close()

    def do(self, command: str, **rest: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps({'do': command, **rest})}\n")
        self._process.stdin.flush()

    def subscribe(self, name: str, channel: str, **parameters: Any) -> None:
        """Ask for a subscription, which is called by that name from then on."""
        self.do("subscribe", name=name, parameters={"channel": channel, **parameters})

    def perform(self, name: str, action: str) -> None:
        self.do("perform", name=name, action=action)

    def next(self, name: str) -> Told:
        """What is told next of a subscription."""
        for kept in self._kept:
            if kept["name"] == name:
                self._kept.remove(kept)
                return kept
        while (told := self._told.get(timeout=PATIENCE_SECONDS))["name"] != name:
            self._kept.append(told)
        return told

    def event(self, name: str, event: str) -> Told:
        """The next of a kind, after whatever messages there are before it."""
        while (told := self.next(name))["event"] != event:
            assert told["event"] == "received", told
        return told

    def until(self, name: str, last: Callable[[Told], object]) -> Sequence[Told]:
        """All messages to the first that is the last, of which nothing comes between."""
        seen: list[Told] = []
        while not seen or not last(seen[-1]):
            told = self.next(name)
            assert told["event"] == "received", told
            seen.append(told["message"])
        return seen

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))


class Line:
    """Passes connections on to a server, until it is cut; in a `with` block."""

    def __init__(self, target: str) -> None:
        self._target = _address(target)
        self._is_cut = False
        self._changing = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listening.close()
        for thread in self._threads[1:]:
            thread.join()

    def cut(self) -> None:
        """End all connections, and let none be made."""
        with self._changing:
            self._is_cut = True
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        with self._changing:
            self._is_cut = False

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            with self._changing:
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                self._open |= {near, far}
                thread = threading.Thread(target=self._carry, args=(near, far))
                self._threads.append(thread)
                thread.start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        back = threading.Thread(target=_pump, args=(far, near))
        back.start()
        _pump(near, far)
        back.join()
        with self._changing:
            self._open -= {near, far}
        near.close()
        far.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Carry bytes one way until either end has ended; then end both."""
    with contextlib.suppress(OSError):
        while some := source.recv(65_536):
            sink.sendall(some)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
