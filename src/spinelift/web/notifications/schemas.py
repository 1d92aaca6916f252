"""Notifications and their settings as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from spinelift.web.http.problems import ProblemOut
from spinelift.web.http.values import Asked
from spinelift.web.notifications.models import Channel, Kind, Notification, NotificationSettings
from spinelift.web.notifications.words import text_of, title_of


class DeliveryOut(Schema):
    """How it was sent: delivered, given up with an error, or neither yet."""

    channel: Channel
    delivered_at: datetime | None
    error: ProblemOut | None


class NotificationOut(Schema):
    """Something that one is told; `payload` has its ids, names and counts."""

    id: UUID
    kind: Kind
    project_id: UUID | None
    title: str
    text: str
    payload: dict[str, Any]
    created_at: datetime
    read_at: datetime | None
    deliveries: list[DeliveryOut]

    @staticmethod
    def resolve_title(notification: Notification) -> str:
        return title_of(notification)

    @staticmethod
    def resolve_text(notification: Notification) -> str:
        return text_of(notification)


class CountOut(Schema):
    """How many one has not read."""

    unread: int


class ReadOut(Schema):
    """How many have become read."""

    read: int


class ChannelsOut(Schema):
    """By which ways one is told of a kind."""

    app: bool
    email: bool
    webhook: bool


class ChannelsChange(Asked):
    """What is to be another; the rest stays."""

    app: bool | None = None
    email: bool | None = None
    webhook: bool | None = None


class SettingsOut(Schema):
    """How one is told. Webhooks are sent where there is a URL and a secret."""

    batch_finished: ChannelsOut
    mesh_failed: ChannelsOut
    webhook_url: str | None
    has_webhook_secret: bool


class SettingsChange(Asked):
    """What is to be another; the rest stays. An empty URL ends webhooks."""

    batch_finished: ChannelsChange | None = None
    mesh_failed: ChannelsChange | None = None
    webhook_url: str | None = Field(None, max_length=2000)

    def choices(self) -> dict[Kind, dict[Channel, bool]]:
        """Those that are made."""
        given = {Kind.BATCH_FINISHED: self.batch_finished, Kind.MESH_FAILED: self.mesh_failed}
        return {
            kind: {
                Channel(name): is_on
                for name, is_on in channels.model_dump(exclude_none=True).items()
            }
            for kind, channels in given.items()
            if channels is not None
        }


class SecretOut(Schema):
    """What webhooks are signed with from now on; it is never shown again."""

    secret: str = Field(examples=["whsec_..."])


class WebhookTestOut(Schema):
    """What came of a test webhook: the status that its receiver answered, if it did, whatever it
    is; and, where it was not delivered, the reason.
    """

    delivered: bool
    status: int | None
    reason: str | None
    milliseconds: int


def shown_settings(wanted: NotificationSettings) -> SettingsOut:
    """The settings as their user sees them."""
    return SettingsOut(
        batch_finished=_channels(wanted, Kind.BATCH_FINISHED),
        mesh_failed=_channels(wanted, Kind.MESH_FAILED),
        webhook_url=wanted.webhook_url or None,
        has_webhook_secret=bool(wanted.webhook_secret),
    )


def _channels(wanted: NotificationSettings, kind: Kind) -> ChannelsOut:
    return ChannelsOut(**{channel.value: wanted.is_on(kind, channel) for channel in Channel})
