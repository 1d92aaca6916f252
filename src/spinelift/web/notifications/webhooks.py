"""Webhooks of one user, sent once and now."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

from django.utils import timezone

from spinelift.outbound.messages import Message, Undelivered, body_of, post
from spinelift.outbound.signatures import Signer
from spinelift.web.actors import Actor
from spinelift.web.components import webhook_outbound
from spinelift.web.errors import WebError
from spinelift.web.events import WebhookTested
from spinelift.web.notifications.models import NotificationSettings
from spinelift.web.operations import operation

ANSWER_SECONDS = 15
"""How long a receiver has, from the look-up of its host to the head of its answer."""

LOOK_UP_SECONDS = 5
"""How long DNS has when a URL is set."""


class WebhookUnready(WebError):
    """There is no URL to send it to, or no secret to sign it with."""

    code: ClassVar[str] = "WEBHOOK_UNREADY"


@dataclass(frozen=True)
class Outcome:
    """What came of a test.

    Attributes
    ----------
    status
        What the receiver answered; None where it gave no answer that counts.
    reason
        Why it was not delivered; None where it was.
    """

    status: int | None
    reason: str | None
    milliseconds: int

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.reason is None


def check_receiver(url: str) -> None:
    """Raise UrlRefused for where no webhook would be sent now."""
    asyncio.run(webhook_outbound().check_host(url, seconds=LOOK_UP_SECONDS))


def shown_host(wanted: NotificationSettings) -> str | None:
    """For the audit: of the URL its host alone, since the rest may be a secret of the receiver."""
    return urlsplit(wanted.webhook_url).hostname


def send_webhook(wanted: NotificationSettings, message_id: str, body: str) -> int:
    """Returns the status of the answer. Raises Undelivered and WebhookUnready.

    Receivers pass over what has a `message_id` that they know.
    """
    if not wanted.has_webhook:
        raise WebhookUnready("Webhooks have no URL or no secret: set both in your settings.")
    sending = post(
        webhook_outbound(),
        Signer([wanted.webhook_secret]),
        Message(wanted.webhook_url, message_id, body),
        seconds=ANSWER_SECONDS,
        now=time.time(),
    )
    return asyncio.run(sending)


def send_test(*, actor: Actor, wanted: NotificationSettings) -> Outcome:
    """Send one that says nothing, and wait for what comes back. Raises WebhookUnready."""
    status, reason = None, None
    begun = time.monotonic()
    try:
        status = send_webhook(wanted, f"test_{uuid4()}", body_of("test", timezone.now(), {}))
    except Undelivered as failure:
        status, reason = failure.status, str(failure)
    outcome = Outcome(status, reason, round(1000 * (time.monotonic() - begun)))
    with operation(actor) as publish:
        after = {"webhook_host": shown_host(wanted), "delivered": outcome.is_delivered}
        publish(WebhookTested(user_id=wanted.user_id, after={**after, "status": status}))
    return outcome
