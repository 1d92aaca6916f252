"""What the commands of the web application begin with: its settings and its logs."""

from __future__ import annotations

import os

from spinelift.cli.exits import UsageError
from spinelift.cli.packages import packages_of

SETTINGS = "DJANGO_SETTINGS_MODULE"
EMBEDDED = "spinelift.web.settings.embedded"
DISTRIBUTED = "spinelift.web.settings.distributed"


def set_up_django() -> None:
    """Read the settings that the environment names, and log as everything does.

    Raises UsageError for what is missing or wrong.
    """
    os.environ.setdefault(SETTINGS, DISTRIBUTED)
    with packages_of("web"):
        import django
        from django.core.exceptions import ImproperlyConfigured

        from spinelift.logs import configure_logs

        configure_logs()
        try:
            django.setup()
        except ImproperlyConfigured as error:
            raise UsageError(str(error)) from None
