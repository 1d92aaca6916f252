"""Who sends a request: a token, a session of the browser, or a session of an application."""

from __future__ import annotations

from typing import Any

from allauth.headless.contrib.ninja.security import XSessionTokenAuth
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import token_of
from spinelift.web.errors import NotAllowed
from spinelift.web.http.limits import count_request

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiRequest(HttpRequest):
    """A request whose sender is known."""

    user: User


class TokenAuth(HttpBearer):
    """`Authorization: Bearer sl_...`, one of the user's own tokens."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = token_of(token)
        if found is None:
            return None
        if found.scope == Scope.READ and request.method not in READING:
            raise NotAllowed("This token may only read: make one that may write.")
        request.user = found.user
        return _counted(found.user)


class BrowserAuth(SessionAuth):
    """The cookie of a session; what changes something needs the CSRF token too."""

    def _get_key(self, request: HttpRequest) -> str | None:
        # Who has no session is asked to sign in, not for a token that only sessions have.
        return super()._get_key(request) if self.param_name in request.COOKIES else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = super().authenticate(request, key)
        return None if user is None else _counted(user)


class ApplicationAuth(XSessionTokenAuth):  # type: ignore[misc]  # it has no types
    """`X-Session-Token`, of who logged in without a browser."""

    openapi_in = "header"
    openapi_name = "X-Session-Token"

    def __call__(self, request: HttpRequest) -> User | None:
        user = super().__call__(request)
        return None if user is None else _counted(user)


def _counted(user: User) -> User:
    count_request(str(user.id))
    return user


AUTH = (TokenAuth(), ApplicationAuth(), BrowserAuth())
"""In the order in which they are tried."""
