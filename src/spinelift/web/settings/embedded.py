"""All on this machine, in one process, with no server beside it: `spinelift serve`.

SPINELIFT_DATA is the folder that everything is kept in.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from spinelift.web.settings.base import *  # noqa: F403
from spinelift.web.settings.base import SQLITE_OPTIONS
from spinelift.web.settings.environment import hosts, listed, number, required
from spinelift.web.settings.mail import *  # noqa: F403
from spinelift.web.settings.mail import EMAIL_HOST

DATA = Path(required("SPINELIFT_DATA"))
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret() -> str:
    """A secret of this folder's own, made once; of two processes that make it, one does."""
    path = DATA / "secret"
    with contextlib.suppress(FileExistsError):
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret()
DATABASES = {
    "default": {
        "ENGINE": "spinelift.web.sqlite",
        "NAME": DATA / "spinelift.sqlite3",
        # To open it and read its schema takes longer than most questions.
        "CONN_MAX_AGE": None,
        "OPTIONS": SQLITE_OPTIONS,
    }
}
MEDIA_ROOT = DATA / "files"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
JOBS_BROKER = {"class": "dramatiq.brokers.stub.StubBroker"}
HINTS = "spinelift.web.components.local_hints"
MESH_GENERATOR = "spinelift.web.components.in_process"

ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *listed("SPINELIFT_ALLOWED_HOSTS")]
PUBLIC_URL = os.environ.get("SPINELIFT_PUBLIC_URL", "http://127.0.0.1:8000")
WEBHOOK_ALLOWED_HOSTS = hosts("SPINELIFT_WEBHOOK_ALLOWED_HOSTS")
WEBHOOK_ALLOW_HTTP = os.environ.get("SPINELIFT_WEBHOOK_ALLOW_HTTP") == "1"
TRUSTED_PROXIES = number("SPINELIFT_TRUSTED_PROXIES", 0)
IS_LOCAL = not os.environ.get("SPINELIFT_ACCOUNTS")
"""Whoever starts it is signed in by a link, and nobody else comes in."""

REGISTRATION_IS_OPEN = not IS_LOCAL
if not EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mails"
