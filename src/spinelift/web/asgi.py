"""The application for a server that speaks ASGI; its settings are those of the environment."""

from __future__ import annotations

from typing import Any

from django.core.asgi import get_asgi_application

django = get_asgi_application()

# They need Django set up.
from spinelift.web.bodies import bounded  # noqa: E402
from spinelift.web.live.running import cable  # noqa: E402

pages = bounded(django)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """WebSockets to the cable, all else to Django."""
    await (cable if scope["type"] == "websocket" else pages)(scope, receive, send)
