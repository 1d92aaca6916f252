"""Webhooks of one user, sent once and now."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from django.utils import timezone

from spinelift.outbound.messages import Message, Undelivered, body_of, post
from spinelift.outbound.signatures import Signer
from spinelift.web.components import webhook_outbound
from spinelift.web.errors import WebError
from spinelift.web.notifications.models import NotificationSettings

ANSWER_SECONDS = 15
"""How long a receiver has, from the look-up of its host to the head of its answer."""


class WebhookUnready(WebError):
    """There is no URL to send it to, or no secret to sign it with."""

    code: ClassVar[str] = "WEBHOOK_UNREADY"


@dataclass(frozen=True)
class Outcome:
    """What came of a test: the status of an answer of success, or why there was none."""

    status: int | None
    reason: str | None
    milliseconds: int


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


def send_test(wanted: NotificationSettings) -> Outcome:
    """Send one that says nothing, and wait for what comes back. Raises WebhookUnready."""
    status, reason = None, None
    begun = time.monotonic()
    try:
        status = send_webhook(wanted, f"test_{uuid4()}", body_of("test", timezone.now(), {}))
    except Undelivered as failure:
        reason = str(failure)
    return Outcome(status, reason, round(1000 * (time.monotonic() - begun)))
