"""What every request meets first: it gets an id, and one line in the log when it is answered."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spinelift.service.records import is_job_id

log = structlog.get_logger()

REQUEST_ID = "X-Request-ID"

METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}

NONE = "none"
"""The route of a path that no route has."""

OTHER = "other"
"""A method that HTTP does not have."""


@dataclass(frozen=True)
class AnsweredRequest:
    """A request and how it was answered, in words of which there are only so many.

    Attributes
    ----------
    route
        The template of its path.
    status
        0 where the service closed before it had begun to answer.
    """

    method: str
    route: str
    status: int
    seconds: float


class ObservedRequests:
    """Middleware: names requests, logs them, and tells `observe` of each when it is over."""

    def __init__(self, app: ASGIApp, *, observe: Callable[[AnsweredRequest], None]) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        # Never unbound: the server gives every request a task of its own, and what is logged
        # further out, of a bug, belongs to the request too.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, **_trace_id())
        began = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            status = status or 500  # which is what it becomes further out
            raise
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        answered = AnsweredRequest(method, _route(scope), status, seconds)
        self._observe(answered)
        job_id = scope.get("path_params", {}).get("job_id", "")
        log.info(
            "request.answered",
            method=answered.method,
            route=answered.route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            **({"job_id": job_id} if is_job_id(job_id) else {}),
        )


def _request_id(scope: Scope) -> str:
    """The client's, so that both logs have it, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) else secrets.token_hex(16)


def _trace_id() -> dict[str, str]:
    """What leads from the log to the trace, where there is one."""
    context = trace.get_current_span().get_span_context()
    return {"trace_id": trace.format_trace_id(context.trace_id)} if context.is_valid else {}


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", NONE)
