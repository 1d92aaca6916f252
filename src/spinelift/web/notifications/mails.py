"""A notification as a mail, handed to the mail server."""

from __future__ import annotations

import smtplib
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from spinelift.web.errors import MailUnavailable, WebError
from spinelift.web.notifications.models import Delivery
from spinelift.web.notifications.words import mail_of

FOR_GOOD = range(500, 600)
"""What SMTP answers where it is of no use to try again."""


class MailRefused(WebError):
    """The mail server will never take it."""

    code: ClassVar[str] = "MAIL_REFUSED"


def send_mail(delivery: Delivery) -> None:
    """Raises MailUnavailable for what may pass, else MailRefused.

    Sent again, it has the same Message-ID, by which many mail systems drop the second.
    """
    subject, body = mail_of(delivery.notification)
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    message = EmailMessage(
        subject=subject,
        body=body,
        to=[delivery.notification.user.email],
        headers={"Message-ID": f"<{delivery.id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(status in FOR_GOOD for status, _ in error.recipients.values()):
            raise MailRefused("The mail server does not take mail for your address.") from error
        raise MailUnavailable("The mail server does not take mail for you now.") from error
    except OSError as error:  # as all others of smtplib's are
        raise MailUnavailable("The mail server does not take the mail now.") from error
