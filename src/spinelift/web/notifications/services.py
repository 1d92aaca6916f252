"""What changes notifications, how they are sent, and how their user wants them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.db import transaction
from django.utils import timezone

from spinelift.contract.problems import Problem
from spinelift.outbound.signatures import new_secret
from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.components import hints
from spinelift.web.events import (
    NotificationRead,
    NotificationSettingsChanged,
    NotificationsRead,
    WebhookSecretMade,
)
from spinelift.web.hints import user_name
from spinelift.web.jobs.services import create_jobs
from spinelift.web.notifications.models import (
    SENT,
    Channel,
    Delivery,
    Kind,
    Notification,
    NotificationSettings,
)
from spinelift.web.notifications.webhooks import check_receiver, shown_host
from spinelift.web.operations import operation
from spinelift.web.projects.models import Membership, Project

DELIVERY = "notification"
"""The kind of the jobs that send one notification one way."""


def tell(*, user: User | None, project: Project, kind: Kind, payload: Mapping[str, Any]) -> None:
    """Within the transaction of what happened: tell a user who is still a member of the project."""
    if user is None or not user.is_active:
        return
    if not Membership.objects.filter(project=project, user=user).exists():
        return
    wanted = settings_of(user)
    channels = [channel for channel in Channel if wanted.leads_by(kind, channel)]
    if not channels:
        return
    notification = Notification.objects.create(
        user=user,
        kind=kind,
        project=project,
        payload={"project_id": str(project.id), "project": project.name, **payload},
        is_in_app=Channel.APP in channels,
    )
    transaction.on_commit(lambda: hints().give([user_name(user.id)]))
    deliveries = Delivery.objects.bulk_create(
        Delivery(notification=notification, channel=channel)
        for channel in channels
        if channel in SENT
    )
    # Of nobody: what somebody is told takes no room of the jobs that they may ask for.
    create_jobs(kind=DELIVERY, subjects=[delivery.id for delivery in deliveries], user=None)


def record_delivery(*, delivery: Delivery, problem: Problem | None) -> None:
    """Within the transaction in which its job ends: say what came of it."""
    if problem is None:
        delivery.delivered_at = timezone.now()
    delivery.error = problem
    delivery.save(update_fields=["delivered_at", "error"])


def mark_read(*, actor: Actor, notification: Notification) -> Notification:
    """One that has been read stays as it is."""
    with operation(actor) as publish:
        unread = Notification.objects.unread().filter(id=notification.id)
        if unread.update(read_at=timezone.now()):
            notification.refresh_from_db(fields=["read_at"])
            user_id = notification.user_id
            publish(NotificationRead(user_id=user_id, notification_id=notification.id))
    return notification


def mark_all_read(*, actor: Actor, user: User) -> int:
    """Returns how many were not."""
    with operation(actor) as publish:
        unread = Notification.objects.visible_to(user).unread()
        count = unread.update(read_at=timezone.now())
        if count:
            publish(NotificationsRead(user_id=user.id, after={"count": count}))
    return count


def settings_of(user: User) -> NotificationSettings:
    """As they are, saved or not."""
    found = NotificationSettings.objects.filter(user=user).first()
    return found or NotificationSettings(user=user)


def change_settings(
    *,
    actor: Actor,
    user: User,
    choices: Mapping[Kind, Mapping[Channel, bool]],
    webhook_url: str | None = None,
) -> NotificationSettings:
    """Choose ways for kinds, and where webhooks go: "" for nowhere, None for where they went.

    Raises UrlRefused.
    """
    if webhook_url:
        check_receiver(webhook_url)
    with operation(actor) as publish:
        stored = _locked(user)
        old = (deepcopy(stored.choices), stored.webhook_url)
        before = _values(stored)
        for kind, channels in choices.items():
            stored.choices.setdefault(kind.value, {}).update(
                {channel.value: is_on for channel, is_on in channels.items()}
            )
        if webhook_url is not None:
            stored.webhook_url = webhook_url
        if (stored.choices, stored.webhook_url) != old:
            stored.save(update_fields=["choices", "webhook_url"])
            values = {"before": before, "after": _values(stored)}
            publish(NotificationSettingsChanged(user_id=user.id, **values))
    return stored


def make_secret(*, actor: Actor, user: User) -> str:
    """Sign webhooks with another secret from now on; it is given here and never again."""
    secret = new_secret()
    with operation(actor) as publish:
        stored = _locked(user)
        stored.webhook_secret = secret
        stored.save(update_fields=["webhook_secret"])
        publish(WebhookSecretMade(user_id=user.id))
    return secret


def _locked(user: User) -> NotificationSettings:
    NotificationSettings.objects.bulk_create(
        [NotificationSettings(user=user)], ignore_conflicts=True
    )
    return NotificationSettings.objects.select_for_update().get(user=user)


def _values(stored: NotificationSettings) -> dict[str, Any]:
    """For the audit."""
    return {"choices": deepcopy(stored.choices), "webhook_host": shown_host(stored)}
