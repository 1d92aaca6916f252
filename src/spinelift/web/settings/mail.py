"""The mail server, for all ways of running; where there is none is for each to say."""

from __future__ import annotations

import os

from spinelift.web.settings.environment import chosen, number

EMAIL_HOST = os.environ.get("SPINELIFT_SMTP_HOST", "")
EMAIL_PORT = number("SPINELIFT_SMTP_PORT", 25)
EMAIL_HOST_USER = os.environ.get("SPINELIFT_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SPINELIFT_SMTP_PASSWORD", "")
EMAIL_USE_TLS = chosen("SPINELIFT_SMTP_TLS", ("none", "starttls", "tls")) == "starttls"
EMAIL_USE_SSL = chosen("SPINELIFT_SMTP_TLS", ("none", "starttls", "tls")) == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("SPINELIFT_MAIL_FROM", "spinelift@localhost")
