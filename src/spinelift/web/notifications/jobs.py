"""What workers do for notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

from spinelift.contract.generation import OnProgress
from spinelift.outbound.messages import Undelivered, retry_seconds
from spinelift.web.errors import MailUnavailable, NotFound, WebError
from spinelift.web.jobs.kinds import Postponed
from spinelift.web.jobs.models import Job, Queue
from spinelift.web.notifications.mails import send_mail
from spinelift.web.notifications.models import Channel, Delivery
from spinelift.web.notifications.services import DELIVERY, record_delivery, settings_of
from spinelift.web.notifications.webhooks import send_webhook
from spinelift.web.notifications.words import webhook_of
from spinelift.web.operations import Publish

FIRST_RETRY_SECONDS = 10
LONGEST_RETRY_SECONDS = 600
"""In the hour that jobs may be postponed, that is about a dozen attempts."""


class NotDelivered(WebError):
    """It was given up."""

    code: ClassVar[str] = "NOT_DELIVERED"


class NotificationJob:
    """Sends one notification one way.

    Done twice, it is sent twice: a webhook with the same id, a mail with the same Message-ID.
    """

    name = DELIVERY
    queue = Queue.DEFAULT

    def run(self, job: Job, on_progress: OnProgress) -> None:  # noqa: ARG002
        delivery = _delivery(job)
        if delivery is None:
            raise NotFound("What this was to tell of is not there any more.")
        notification = delivery.notification
        channel = Channel(delivery.channel)
        if not settings_of(notification.user).leads_by(notification.kind, channel):
            raise NotDelivered("It was switched off before it could be sent.")
        try:
            _SENDERS[channel](delivery)
        except MailUnavailable as error:
            raise Postponed(_later(job), str(error)) from error
        except Undelivered as failure:
            if failure.is_passing:
                raise Postponed(_later(job, failure.asked_seconds), str(failure)) from failure
            raise NotDelivered(str(failure)) from failure

    def ended(self, job: Job, result: None, publish: Publish) -> None:  # noqa: ARG002
        delivery = _delivery(job)
        if delivery is not None:
            record_delivery(delivery=delivery, problem=job.error)

    def begun_anew(self, job: Job, publish: Publish) -> None:
        """What came of it is written once more when it ends."""


def _delivery(job: Job) -> Delivery | None:
    found = Delivery.objects.select_related("notification__user")
    return found.filter(id=job.subject, notification__user__is_active=True).first()


def _later(job: Job, asked_seconds: float = 0) -> float:
    return retry_seconds(
        job.attempt, asked_seconds, first=FIRST_RETRY_SECONDS, longest=LONGEST_RETRY_SECONDS
    )


def _post(delivery: Delivery) -> None:
    notification = delivery.notification
    send_webhook(settings_of(notification.user), str(delivery.id), webhook_of(notification))


_SENDERS: Mapping[Channel, Callable[[Delivery], None]] = MappingProxyType(
    {Channel.EMAIL: send_mail, Channel.WEBHOOK: _post}
)
