"""The application for a server that speaks ASGI; its settings are those of the environment."""

from __future__ import annotations

from typing import Any

from django.core.asgi import get_asgi_application

django = get_asgi_application()

from spinelift.web.live.running import cable  # noqa: E402  # it needs Django set up


async def application(scope: Any, receive: Any, send: Any) -> None:
    """WebSockets to the cable, all else to Django."""
    await (cable if scope["type"] == "websocket" else django)(scope, receive, send)
