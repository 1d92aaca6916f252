"""Mails, to a server that takes them, and to servers that are down or refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.jobs.models import ATTEMPTS
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import rename_project

from ...mail_server import MailServer
from .conftest import delivery, send, told, wants


class RefusingServer(MailServer):
    """Knows nobody; `answer` says so."""

    answer = "550 No such user"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
        address: str,  # noqa: ARG002
        options: list[str],  # noqa: ARG002
    ) -> str:
        return self.answer


@pytest.fixture
def refusing(settings: Settings) -> Iterator[RefusingServer]:
    with RefusingServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server


def test_mail_says_what_happened_and_where_to_see_it(
    project: Project, bob: User, mail_server: MailServer
) -> None:
    wants(bob, email=True)
    rename_project(actor=SYSTEM, project=project, name="Füchse")
    project.refresh_from_db()
    told(bob, project)

    assert send().status == "completed"

    [mail] = mail_server.mails
    assert (mail["To"], mail["Subject"]) == (bob.email, "Füchse: 2 of 3 meshes made")
    assert mail["Message-ID"] == f"<{delivery().id}@127.0.0.1>"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "The batch of 3 meshes in Füchse has finished: 2 completed, 1 failed." in text
    assert f"http://127.0.0.1:8000/#project/{project.id}" in text.splitlines()
    assert (delivery().delivered_at is not None, delivery().error) == (True, None)


def test_mail_server_that_was_down_has_it_once_when_it_is_up(
    project: Project, bob: User, mail_server: MailServer
) -> None:
    wants(bob, email=True)
    told(bob, project)
    mail_server.kill()
    job = send()
    assert (job.status, job.attempts_left) == ("queued", ATTEMPTS)
    assert job.message == "The mail server does not take the mail now."

    mail_server.start()
    assert send().status == "completed"
    send()
    assert len(mail_server.mails) == 1


def test_mail_that_is_refused_for_good_is_given_up(
    project: Project, bob: User, refusing: RefusingServer
) -> None:
    wants(bob, email=True)
    told(bob, project)
    assert send().status == "failed"
    assert delivery().error["code"] == "MAIL_REFUSED"
    assert refusing.mails == []


def test_mail_that_is_refused_for_now_is_tried_again(
    project: Project, bob: User, refusing: RefusingServer
) -> None:
    refusing.answer = "450 Try again later"
    wants(bob, email=True)
    told(bob, project)
    assert send().status == "queued"
    assert delivery().error is None
