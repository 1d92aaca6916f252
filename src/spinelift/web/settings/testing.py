"""The tests' own: the database that DATABASE_URL names, else SQLite in a file.

In a file and not in memory, where threads that write at once are refused.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from spinelift.web.settings.base import *  # noqa: F403
from spinelift.web.settings.base import SQLITE_OPTIONS
from spinelift.web.settings.environment import postgresql

SECRET_KEY = "tests"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _database() -> dict[str, Any]:
    if os.environ.get("DATABASE_URL"):
        return postgresql("DATABASE_URL")
    folder = Path(tempfile.gettempdir())
    return {
        "ENGINE": "spinelift.web.sqlite",
        "NAME": folder / "spinelift.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
        "TEST": {"NAME": str(folder / f"spinelift-tests-{os.getpid()}.sqlite3")},
    }


DATABASES = {"default": _database()}
JOBS_BROKER: dict[str, Any] = {"class": "dramatiq.brokers.stub.StubBroker"}
HINTS = "spinelift.web.components.local_hints"
MESH_GENERATOR = "tests.web.generators.inline"
