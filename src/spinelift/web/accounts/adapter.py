"""How allauth treats our users."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """Anybody may register, unless the settings say that nobody may."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's
        return bool(settings.REGISTRATION_IS_OPEN)
