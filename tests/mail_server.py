"""A mail server of the tests' own, that keeps what it is sent and can be killed."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .processes import Killable


class MailServer(Killable):
    """A server on a port of the loopback interface; ends with the `with` block.

    Attributes
    ----------
    mails
        In the order in which they came.
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = 0
        self._controller: _Controller | None = None

    def start(self) -> None:
        self._controller = _Controller(self, hostname=self.host, port=self.port)
        self._controller.start()
        self.port = self._controller.port

    def kill(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  # aiosmtpd's
        content = envelope.original_content
        assert content is not None
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


class _Controller(Controller):
    """On whichever port is free, where it is told 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # running
        super()._trigger_server()  # type: ignore[no-untyped-call]
