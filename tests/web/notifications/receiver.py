"""A receiver of webhooks of the tests' own, that answers as it is told and can be killed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from ...processes import Killable


@dataclass(frozen=True)
class Sent:
    """A webhook as it arrived."""

    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """What it says. Raises WebhookVerificationError for another's."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver(Killable):
    """Listens on a port of the loopback interface; ends with the `with` block.

    Attributes
    ----------
    sent
        In the order in which it came.
    status, headers
        What it answers.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.status = 200
        self.headers: Mapping[str, str] = {}
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The same after it was killed and started."""
        return f"http://127.0.0.1:{self._port}/hook?key=open-sesame"

    def start(self) -> None:
        receiver = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.sent.append(Sent(headers, body))
                self.send_response(receiver.status)
                for name, value in {"Content-Length": "0", **receiver.headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Answering)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def kill(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
