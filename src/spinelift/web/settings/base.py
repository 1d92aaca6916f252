"""What all ways of running have in common."""

from __future__ import annotations

import tempfile
from pathlib import Path

from spinelift.engine.pool import usable_cores
from spinelift.web.limits import UserLimits
from spinelift.web.settings.environment import number

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    # After Django's, whose listeners write rows of users before ours lock the audit; before
    # allauth's, whose mails it says in our words.
    "spinelift.web.accounts",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "spinelift.web.jobs",
    "spinelift.web.projects",
    "spinelift.web.images",
    "spinelift.web.presets",
    "spinelift.web.meshes",
    "spinelift.web.notifications",
    "spinelift.web.live",
    "spinelift.web.audit",
]
MIDDLEWARE = [
    "spinelift.web.health.Probes",
    "spinelift.web.http.heads.WithoutBody",
    "spinelift.web.http.shapes.OneShape",
    "django.middleware.security.SecurityMiddleware",
    "spinelift.web.page.files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "spinelift.web.urls"
APPEND_SLASH = False
STATIC_URL = "static/"
# Served from the packages themselves, so that there is no step between installing and serving.
WHITENOISE_USE_FINDERS = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "spinelift.web.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Whether an email has registered is said by mail alone: who registers with one that has is
# answered as everybody, which takes that nobody is signed in before their mail has come.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Of requests in a time, counted in the cache; what is not here is as allauth has it.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/3m/key",
}
HEADLESS_ONLY = True
HEADLESS_ADAPTER = "spinelift.web.accounts.adapter.HeadlessAdapter"
# Beneath PUBLIC_URL.
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": "/#confirm/{key}",
    "account_reset_password": "/#reset",
    "account_reset_password_from_key": "/#reset/{key}",
    "account_signup": "/#register",
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

PUBLIC_URL = "http://127.0.0.1:8000"
WEBHOOK_ALLOWED_HOSTS: list[str] = []
"""Names, addresses and networks that webhooks may lead to although they are not public."""
WEBHOOK_ALLOW_HTTP = False
LIMITS = UserLimits(
    images=number("SPINELIFT_LIMIT_IMAGES", UserLimits.images),
    image_bytes=number("SPINELIFT_LIMIT_IMAGE_BYTES", UserLimits.image_bytes),
    jobs=number("SPINELIFT_LIMIT_JOBS", UserLimits.jobs),
    requests_a_minute=number("SPINELIFT_LIMIT_REQUESTS_A_MINUTE", UserLimits.requests_a_minute),
    request_bytes=number("SPINELIFT_LIMIT_REQUEST_BYTES", UserLimits.request_bytes),
)
FILE_UPLOAD_HANDLERS = [
    "spinelift.web.http.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000
# A path for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2 * DATA_UPLOAD_MAX_NUMBER_FILES
# Copies of files that lie in S3, for who needs them as files.
LOCAL_COPIES = Path(tempfile.gettempdir()) / "spinelift-copies"
LOCAL_COPIES_BYTES = 2 * 2**30
TRUSTED_PROXIES = 0
REGISTRATION_IS_OPEN = True
IS_LOCAL = False
MESHING_THREADS = usable_cores() + 1
"""One more than there are workers, so that none waits for rows to be written."""
MESH_SERVICE_URL = ""
MESH_SERVICE_TOKEN: str | None = None
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {
        # To where all logs are led.
        "django": {"handlers": [], "level": "WARNING"},
        # It says as much of each answer from 400; what is a bug is said by `http.shapes`.
        "django.request": {"level": "CRITICAL"},
    },
}
NINJA_PAGINATION_PER_PAGE = 100
NINJA_PAGINATION_MAX_LIMIT = 500
NINJA_PAGINATION_CLASS = "spinelift.web.http.pages.Pages"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

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
