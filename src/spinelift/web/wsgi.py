"""The application for a server that speaks WSGI; its settings are those of the environment."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
