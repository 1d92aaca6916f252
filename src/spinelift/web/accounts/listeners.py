"""What allauth and Django say that they have done, told to the audit."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import (
    email_changed,
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
    user_signed_up,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from spinelift.web.accounts.models import User
from spinelift.web.accounts.services import note, note_failed_login
from spinelift.web.actors import Actor
from spinelift.web.events import (
    EmailChanged,
    EmailConfirmed,
    PasswordChanged,
    PasswordReset,
    UserLoggedIn,
    UserLoggedOut,
    UserRegistered,
)
from spinelift.web.http.requests import actor_as, actor_of, address_of


def listen() -> None:
    """Begin to; once."""
    user_signed_up.connect(_registered)
    # Django's own, not allauth's: the admin and links sign in too.
    user_logged_in.connect(_logged_in)
    user_logged_out.connect(_logged_out)
    user_login_failed.connect(_login_failed)
    for signal in (password_changed, password_set):
        signal.connect(_password_changed)
    password_reset.connect(_password_reset)
    email_confirmed.connect(_email_confirmed)
    email_changed.connect(_email_changed)


def _registered(request: HttpRequest, user: User, **_: Any) -> None:
    event = UserRegistered(user_id=user.id, after={"email": user.email})
    note(actor=actor_as(user, request), event=event)


def _logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    note(actor=actor_as(user, request), event=UserLoggedIn(user_id=user.id))


def _logged_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        note(actor=actor_as(user, request), event=UserLoggedOut(user_id=user.id))


def _login_failed(credentials: dict[str, Any], request: HttpRequest | None, **_: Any) -> None:
    address = None if request is None else address_of(request)
    tried = credentials.get("email") or credentials.get("username") or ""
    note_failed_login(actor=Actor(None, "anonymous", address), email=str(tried))


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    note(actor=actor_of(request), event=PasswordChanged(user_id=user.id))


def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    note(actor=actor_of(request), event=PasswordReset(user_id=user.id))


def _email_confirmed(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    event = EmailConfirmed(user_id=email_address.user_id, after={"email": email_address.email})
    note(actor=actor_of(request), event=event)


def _email_changed(
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    if from_email_address is None:
        return  # the first, which allauth takes for a change
    before, after = {"email": from_email_address.email}, {"email": to_email_address.email}
    event = EmailChanged(user_id=user.id, before=before, after=after)
    note(actor=actor_of(request), event=event)
