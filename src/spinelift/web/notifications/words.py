"""A notification in, what people and programs read of it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings

from spinelift.outbound.messages import body_of
from spinelift.web.notifications.models import Kind, Notification

FOOTER = "You are sent this because your notification settings say so; change them there."


def title_of(notification: Notification) -> str:
    """In a few words."""
    return _WORDS[notification.kind][0](notification.payload)


def text_of(notification: Notification) -> str:
    """In a sentence or two."""
    return _WORDS[notification.kind][1](notification.payload)


def link_to(notification: Notification) -> str:
    """Where one can see more."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/#project/{notification.payload['project_id']}"


def mail_of(notification: Notification) -> tuple[str, str]:
    """The subject and the body of a mail."""
    parts = (text_of(notification), link_to(notification), FOOTER)
    return title_of(notification), "\n\n".join(parts) + "\n"


def webhook_of(notification: Notification) -> str:
    """The body of a webhook: the same letters each time, as long as PUBLIC_URL is the same."""
    content = {
        "notification_id": str(notification.id),
        "text": text_of(notification),
        "url": link_to(notification),
        **notification.payload,
    }
    return body_of(_TYPES[notification.kind], notification.created_at, content)


def _batch_title(payload: Mapping[str, Any]) -> str:
    return f"{payload['project']}: {payload['completed']} of {_meshes(payload['total'])} made"


def _batch_text(payload: Mapping[str, Any]) -> str:
    ends = ", ".join(
        f"{payload[end]} {end}" for end in ("completed", "failed", "cancelled") if payload[end]
    )
    batch = f"The batch of {_meshes(payload['total'])} in {payload['project']}"
    return f"{batch} has finished: {ends or 'its images were deleted'}."


def _mesh_title(payload: Mapping[str, Any]) -> str:
    return f"{payload['project']}: no mesh of {payload['image']}"


def _mesh_text(payload: Mapping[str, Any]) -> str:
    return (
        f"The mesh of {payload['image']} in {payload['project']} could not be made. "
        f"{payload['error']['message']}"
    )


def _meshes(number: int) -> str:
    return f"{number} mesh" if number == 1 else f"{number} meshes"


Words = Callable[[Mapping[str, Any]], str]

_WORDS: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        Kind.BATCH_FINISHED: (_batch_title, _batch_text),
        Kind.MESH_FAILED: (_mesh_title, _mesh_text),
    }
)
"""Kind to title and text."""

_TYPES: Mapping[str, str] = MappingProxyType(
    {Kind.BATCH_FINISHED: "batch.finished", Kind.MESH_FAILED: "mesh.failed"}
)
"""Kind to the type that a webhook says, which is the event's own name."""
