"""A request in, who sent it out."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

from spinelift.web.actors import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


def actor_of(request: HttpRequest) -> Actor:
    """Who is signed in, and from where."""
    user = request.user
    if not user.is_authenticated:
        return Actor(None, "anonymous", address_of(request))
    return actor_as(user, request)


def actor_as(user: AbstractUser, request: HttpRequest) -> Actor:
    """The user, from where the request comes, also where it is about to sign them in or out."""
    return Actor(user.pk, user.email, address_of(request))


def address_of(request: HttpRequest) -> str | None:
    """The client's IP address: as the nearest proxy that is not ours saw it.

    Each of our own TRUSTED_PROXIES has appended the address that it saw; what stands before those
    was written by the client.
    """
    seen = request.META.get("REMOTE_ADDR") or None
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return seen
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    try:
        return str(ip_address(said[-proxies]))
    except (IndexError, ValueError):
        return seen
