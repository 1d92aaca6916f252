"""`/notifications`: the signed-in user's own, and how they are told."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Status
from ninja.pagination import paginate

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.http.heads import Router
from spinelift.web.http.limits import count_request
from spinelift.web.http.requests import actor_of
from spinelift.web.notifications.models import Notification
from spinelift.web.notifications.schemas import (
    CountOut,
    NotificationOut,
    ReadOut,
    SecretOut,
    SettingsChange,
    SettingsOut,
    WebhookTestOut,
    shown_settings,
)
from spinelift.web.notifications.services import (
    change_settings,
    make_secret,
    mark_all_read,
    mark_read,
    settings_of,
)
from spinelift.web.notifications.webhooks import send_test

router = Router(tags=["notifications"])

RECEIVERS_A_MINUTE = 10
"""Of one user: each has a thread wait for somebody else's server, or for where it is."""


@router.get("/notifications", response=list[NotificationOut])
@paginate
def list_notifications(request: ApiRequest, unread: bool = False) -> Any:
    """The user's notifications, the newest first; only those that are unread when asked for."""
    found = Notification.objects.visible_to(request.user).prefetch_related("deliveries")
    return found.unread() if unread else found


@router.get("/notifications/count", response=CountOut)
def count_notifications(request: ApiRequest) -> Any:
    """How many are unread."""
    return {"unread": Notification.objects.visible_to(request.user).unread().count()}


@router.post("/notifications/read", response=ReadOut)
def read_all(request: ApiRequest) -> Any:
    """Mark all as read."""
    return {"read": mark_all_read(actor=actor_of(request), user=request.user)}


@router.post("/notifications/{notification_id}/read", response=NotificationOut)
def read_one(request: ApiRequest, notification_id: UUID) -> Any:
    """Mark one as read."""
    found = Notification.objects.visible_to(request.user).filter(id=notification_id).first()
    if found is None:
        raise NotFound("There is no such notification, or it is not yours.")
    return mark_read(actor=actor_of(request), notification=found)


@router.get("/notifications/settings", response=SettingsOut)
def read_settings(request: ApiRequest) -> Any:
    """By which ways the user is told of what, and where webhooks go."""
    return shown_settings(settings_of(request.user))


@router.patch("/notifications/settings", response=SettingsOut)
def edit_settings(request: ApiRequest, wanted: SettingsChange) -> Any:
    """Change them. A URL that webhooks may not be sent to is refused."""
    if wanted.webhook_url:
        _count_receiver(request.user)
    stored = change_settings(
        actor=actor_of(request),
        user=request.user,
        choices=wanted.choices(),
        webhook_url=wanted.webhook_url,
    )
    return shown_settings(stored)


@router.post("/notifications/settings/secret", response={201: SecretOut})
def renew_secret(request: ApiRequest, response: HttpResponse) -> Any:
    """Make a secret that signs webhooks, in place of any other. It is in this answer alone."""
    response.headers["Cache-Control"] = "no-store"
    secret = make_secret(actor=actor_of(request), user=request.user)
    return Status(201, {"secret": secret})


@router.post("/notifications/test", response=WebhookTestOut)
def send_test_webhook(request: ApiRequest) -> Any:
    """Send a webhook of type `test` now, and say what came back."""
    _count_receiver(request.user)
    outcome = send_test(actor=actor_of(request), wanted=settings_of(request.user))
    return {
        "delivered": outcome.is_delivered,
        "status": outcome.status,
        "reason": outcome.reason,
        "milliseconds": outcome.milliseconds,
    }


def _count_receiver(user: User) -> None:
    count_request(f"receivers/{user.id}", RECEIVERS_A_MINUTE)
