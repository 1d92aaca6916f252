"""Environment variables in, settings out; what is missing or odd is said at the start."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from spinelift.outbound.addresses import AddressRule

PREPARING = {"server_side_binding": True, "prepare_threshold": 5}
"""PostgreSQL plans anew no statement that a connection has asked so often, which takes longer than
to run most of them: docs/decisions/0021-prepared-by-postgresql.md."""


def required(name: str) -> str:
    """Raises ImproperlyConfigured where it is not set."""
    value = os.environ.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: see docs/operations.md.")
    return value


def site(name: str) -> str:
    """The address of a site. Raises ImproperlyConfigured where it is not set, or is no address."""
    value = required(name)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is {value!r}, and has to begin with https://.")
    return value.rstrip("/")


def postgresql(name: str, **settings: Any) -> dict[str, Any]:
    """What Django wants to know of a PostgreSQL. Raises what `required` does, and for no URL."""
    value = required(name)
    try:
        found: dict[str, Any] = {
            **dj_database_url.parse(value, engine="spinelift.web.postgresql", **settings)
        }
    except ValueError:
        # Without the value, which may hold a password.
        raise ImproperlyConfigured(
            f"{name} is no URL of a database, such as postgresql://user:password@host/name."
        ) from None
    return {**found, "OPTIONS": {**PREPARING, **found.get("OPTIONS", {})}}


def listed(name: str) -> list[str]:
    """Parts between commas; none where it is not set."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def hosts(name: str) -> list[str]:
    """Names, addresses and networks between commas. Raises ImproperlyConfigured."""
    found = listed(name)
    try:
        AddressRule(found)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None
    return found


def number(name: str, default: int) -> int:
    """A whole number from 0. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name)
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}, and has to be a whole number from 0.")
    return int(value)


def chosen(name: str, choices: Sequence[str]) -> str:
    """One of the choices, the first where it is not set. Raises ImproperlyConfigured."""
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}, and has to be {' or '.join(choices)}.")
    return value
