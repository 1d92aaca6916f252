"""Notifications, how each user wants them, and how each was sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from spinelift.web.accounts.models import User
from spinelift.web.projects.models import Project


class Kind(models.TextChoices):
    """Of what somebody is told."""

    BATCH_FINISHED = "batch_finished"
    MESH_FAILED = "mesh_failed"


class Channel(models.TextChoices):
    """By which way."""

    APP = "app"
    EMAIL = "email"
    WEBHOOK = "webhook"


SENT = (Channel.EMAIL, Channel.WEBHOOK)
"""Those by which something is sent."""

DEFAULTS: Mapping[Channel, bool] = MappingProxyType(
    {Channel.APP: True, Channel.EMAIL: False, Channel.WEBHOOK: True}
)
"""Of every kind. Nobody gets mail that they did not ask for; webhooks go nowhere without a URL."""


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications."""

    def visible_to(self, user: User) -> NotificationQuerySet:
        """The user's own, but for those that are not to come up in the application."""
        return self.filter(user=user, is_in_app=True)

    def unread(self) -> NotificationQuerySet:
        """Those that nobody has read yet."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that its user is told.

    Attributes
    ----------
    project
        Where it happened. The database does not check it: that would lock the project's row within
        the end of a job, against whoever deletes the project and waits for that end. Where both
        come in the same moment, it may be of a project that is gone.
    payload
        What is told, as it was then: ids, names and counts.
    is_in_app
        Whether it is listed; one that is not was only sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", db_index=False
    )  # the index by user and time is enough
    kind = models.CharField(max_length=32, choices=Kind.choices)
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="notifications", db_constraint=False
    )
    payload: Any = models.JSONField()
    is_in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="notification_has_a_kind"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at"], name="notification_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_is_unread"),
            models.Index(fields=["created_at"], name="notification_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class Delivery(models.Model):
    """A notification on its way to somewhere else; a job with its id as subject sends it.

    Attributes
    ----------
    id
        What receivers of webhooks know it by, however often it is sent.
    delivered_at
        When the mail server or the receiver took it.
    error
        A `contract.problems.Problem`, where it was given up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="deliveries", db_index=False
    )  # the constraint's index is enough
    channel = models.CharField(max_length=7, choices=[(c.value, c.label) for c in SENT])
    delivered_at = models.DateTimeField(null=True)
    error: Any = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["notification", "channel"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notification", "channel"], name="notification_is_sent_one_way_once"
            ),
            models.CheckConstraint(condition=Q(channel__in=SENT), name="delivery_has_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.notification_id}"


class NotificationSettings(models.Model):
    """How a user wants to be told; who has no row wants it as `DEFAULTS` has it.

    Attributes
    ----------
    choices
        Kind to channel to whether; what is not here is as `DEFAULTS` has it.
    webhook_url
        Where webhooks go; empty for nowhere.
    webhook_secret
        Signs them, which takes the secret itself and not its hash; empty where there is none yet.
    """

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="notification_settings"
    )
    choices: Any = models.JSONField(default=dict)
    webhook_url = models.CharField(max_length=2000, blank=True)
    webhook_secret = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"notification settings of {self.user_id}"

    @property
    def has_webhook(self) -> bool:
        """Whether there is all that a webhook takes."""
        return bool(self.webhook_url and self.webhook_secret)

    def is_on(self, kind: str, channel: Channel) -> bool:
        """What the user has chosen."""
        return bool(self.choices.get(kind, {}).get(channel, DEFAULTS[channel]))

    def leads_by(self, kind: str, channel: Channel) -> bool:
        """Whether the user is told of this kind by this way: chosen, and possible."""
        return self.is_on(kind, channel) and (channel != Channel.WEBHOOK or self.has_webhook)
