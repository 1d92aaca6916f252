"""Environment variables in, settings out; what is missing or odd is said at the start."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured


def required(name: str) -> str:
    """Raises ImproperlyConfigured where it is not set."""
    value = os.environ.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: see docs/operations.md.")
    return value


def listed(name: str) -> list[str]:
    """Parts between commas; none where it is not set."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


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
