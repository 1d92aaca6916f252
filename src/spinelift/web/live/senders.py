"""Who opens a connection that stays open, and whether they may still have it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.headless.internal.sessionkit import authenticate_by_x_session_token
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse

from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import token_of
from spinelift.web.actors import Actor
from spinelift.web.http.requests import actor_as

TOKEN_PROTOCOL = "spinelift-token."  # noqa: S105  # what the sub-protocol begins with that carries one
"""Browsers can send a token with a WebSocket only so; an address would be logged."""


@dataclass(frozen=True)
class Sender:
    """Somebody who is known.

    Attributes
    ----------
    may_write
        Whether what they have sent lets them change something.
    """

    user: User
    actor: Actor
    may_write: bool


def sender_of(scope: Mapping[str, Any], *, from_anywhere: bool = False) -> Sender | None:
    """Who opens this WebSocket, or sends this request.

    They are known by a token, or by the session of an application or of a browser.

    None for who is unknown, for who comes by a name that is not ours, and for the session of a
    browser that another site makes use of, unless that may come from anywhere.
    """
    request = ASGIRequest({**scope, "method": "GET", "type": "http"}, io.BytesIO())
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    if text := _token(request, scope.get("subprotocols", ())):
        token = token_of(text)
        if token is None:
            return None
        may_write = token.scope == Scope.WRITE
        return Sender(token.user, actor_as(token.user, request), may_write)
    if text := request.headers.get("X-Session-Token"):
        known = authenticate_by_x_session_token(text)
        return known and _known(known[0], request)
    if not from_anywhere and not _is_ours(request.headers.get("Origin", ""), host):
        return None
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    return _known(get_user(request), request)


def _known(user: Any, request: ASGIRequest) -> Sender | None:
    if not isinstance(user, User) or not user.is_active:
        return None
    return Sender(user, actor_as(user, request), may_write=True)


def _token(request: ASGIRequest, protocols: list[str]) -> str | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return text.strip()
    carried = [one for one in protocols if one.startswith(TOKEN_PROTOCOL)]
    return carried[0].removeprefix(TOKEN_PROTOCOL) if carried else None


def _is_ours(origin: str, host: str) -> bool:
    return urlsplit(origin).netloc == host or origin in getattr(
        settings, "CSRF_TRUSTED_ORIGINS", ()
    )
