"""Notifications that nobody will look for any more."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from spinelift.web.notifications.models import Notification

KEPT = timedelta(days=90)
"""After it was read, or sent where it was only sent."""

MOST = 1_000
"""In one round."""


def remove_old_notifications() -> int:
    """Those that were read long ago; returns how many. What is unread stays."""
    before = timezone.now() - KEPT
    old = Notification.objects.filter(
        Q(read_at__lt=before) | Q(is_in_app=False, created_at__lt=before)
    )
    ids = list(old.order_by("created_at").values_list("id", flat=True)[:MOST])
    Notification.objects.filter(id__in=ids).delete()
    return len(ids)
