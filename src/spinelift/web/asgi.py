"""The application for a server that speaks ASGI; its settings are those of the environment."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

application = get_asgi_application()
