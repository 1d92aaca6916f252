"""Many processes on many machines, with PostgreSQL, Redis, S3 and the mesh service.

Each setting is an environment variable: see docs/operations.md.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from redis.backoff import NoBackoff
from redis.retry import Retry

from spinelift.web.settings.base import *  # noqa: F403
from spinelift.web.settings.environment import (
    chosen,
    hosts,
    listed,
    number,
    postgresql,
    required,
    site,
)
from spinelift.web.settings.mail import *  # noqa: F403
from spinelift.web.settings.s3 import s3_storage

SECRET_KEY = required("SPINELIFT_SECRET_KEY")
SECRET_KEY_FALLBACKS = listed("SPINELIFT_OLD_SECRET_KEYS")
PUBLIC_URL = site("SPINELIFT_PUBLIC_URL")
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", *listed("SPINELIFT_ALLOWED_HOSTS")]
TRUSTED_PROXIES = number("SPINELIFT_TRUSTED_PROXIES", 1)
WEBHOOK_ALLOWED_HOSTS = hosts("SPINELIFT_WEBHOOK_ALLOWED_HOSTS")
WEBHOOK_ALLOW_HTTP = os.environ.get("SPINELIFT_WEBHOOK_ALLOW_HTTP") == "1"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
if SESSION_COOKIE_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

REDIS_URL = required("REDIS_URL")
DATABASES = {"default": postgresql("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            # A request waits for it, and a connection that was kept may be one that has ended.
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "retry": Retry(NoBackoff(), 1),
        },
    }
}
STORAGES = {
    "default": s3_storage(
        bucket=required("SPINELIFT_S3_BUCKET"),
        endpoint=os.environ.get("SPINELIFT_S3_ENDPOINT"),
        region_name=os.environ.get("SPINELIFT_S3_REGION"),
        access_key=os.environ.get("AWS_ACCESS_KEY_ID"),
        secret_key=os.environ.get("AWS_SECRET_ACCESS_KEY"),
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
JOBS_BROKER = {
    "class": "spinelift.web.jobs.redis_broker.RedisBroker",
    "options": {"url": REDIS_URL},
}
HINTS = "spinelift.web.components.redis_hints"
MESH_GENERATOR = "spinelift.web.components.mesh_service"
MESH_SERVICE_URL = site("SPINELIFT_MESH_SERVICE_URL")
MESH_SERVICE_TOKEN = os.environ.get("SPINELIFT_MESH_SERVICE_TOKEN") or None
MESHING_THREADS = number("SPINELIFT_MESHING_THREADS", 4)
IS_LOCAL = False
REGISTRATION_IS_OPEN = chosen("SPINELIFT_REGISTRATION", ("open", "closed")) == "open"
EMAIL_HOST = required("SPINELIFT_SMTP_HOST")
