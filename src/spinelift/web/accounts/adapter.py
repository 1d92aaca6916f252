"""How allauth treats our users, and where it sends them."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.headless.adapter import DefaultHeadlessAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest

from spinelift.web.accounts.models import User
from spinelift.web.accounts.services import note
from spinelift.web.errors import MailUnavailable
from spinelift.web.events import PasswordResetAsked
from spinelift.web.http.requests import actor_of, address_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """Anybody may register, unless the settings say that nobody may."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's
        return bool(settings.REGISTRATION_IS_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What is counted is what the audit says, behind as many proxies."""
        return address_of(request) or "unknown"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002  # allauth's
        """Of the email alone: allauth adds the Host header, whose port a client can make up."""
        return str(credentials.get("email", "")).lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it once what it speaks of is certain; nothing in it comes from the Host header."""
        message = self.render_mail(template_prefix, email, {**context, "email": email})
        transaction.on_commit(partial(_send, message))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        note(actor=actor_of(self.request), event=PasswordResetAsked(user_id=user.id))
        super().send_password_reset_mail(user, email, context)


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]  # it has no types
    """Links lead to settings.PUBLIC_URL."""

    def get_frontend_url(self, urlname: str, **parts: str) -> str:
        path = settings.HEADLESS_FRONTEND_URLS[urlname]
        quoted = {name: quote(part, safe="") for name, part in parts.items()}
        return settings.PUBLIC_URL.rstrip("/") + str(path.format(**quoted))


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError as error:  # as all of smtplib's are
        raise MailUnavailable("The mail could not be sent: try again later.") from error
