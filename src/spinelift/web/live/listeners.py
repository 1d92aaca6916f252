"""Whose connections are to be looked at again: those of users who may see less than they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from spinelift.web.components import hints
from spinelift.web.events import (
    AccountEvent,
    MemberEvent,
    MemberRemoved,
    MemberRoleChanged,
    PasswordChanged,
    PasswordReset,
    TokenRevoked,
    UserDeactivated,
    UserLoggedOut,
)
from spinelift.web.hints import user_name
from spinelift.web.subscriptions import subscribe

LESS: Sequence[type[Any]] = (
    MemberRemoved,
    MemberRoleChanged,
    PasswordChanged,
    PasswordReset,
    TokenRevoked,
    UserDeactivated,
    UserLoggedOut,
)


def listen() -> None:
    """Begin to; once."""
    for kind in LESS:
        subscribe(kind, _hint)


def _hint(event: AccountEvent | MemberEvent) -> None:
    name = user_name(event.user_id)
    transaction.on_commit(lambda: hints().give([name]))
