"""What all ways of running have in common."""

from __future__ import annotations

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "spinelift.web.accounts",
    "spinelift.web.jobs",
    "spinelift.web.projects",
    "spinelift.web.images",
    "spinelift.web.audit",
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

SQLITE_OPTIONS = {
    # Writers wait for each other at the start of a transaction, not in the middle of it, where
    # SQLite would refuse one of them at once.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Recursive triggers: else INSERT OR REPLACE would pass by those that guard the audit.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON"
    ),
}

JOBS_LEASE_SECONDS = 8
"""After which a worker that is not heard of counts as lost. With rounds of the reconciler every
2 s, what it did is begun anew within 11 s."""
