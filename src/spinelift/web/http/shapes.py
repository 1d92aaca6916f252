"""Errors of the API that Django answers, before it or around it, in the API's own shape too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import structlog
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from redis import RedisError

from spinelift.web.http.problems import problem_response

log = structlog.get_logger()

BELOW = "/api/"

WORDS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("REQUEST_UNREADABLE", "The request cannot be understood."),
        403: ("NOT_ALLOWED", "This is not allowed, or not without the CSRF token."),
        404: ("NOT_FOUND", "There is nothing here, or not for you."),
        405: ("METHOD_NOT_ALLOWED", "This cannot be done here: see the header Allow."),
        500: ("BROKEN", "This is a fault of the server, which has been written down."),
    }
)
"""Status to what Django means by it."""

DATABASE_AWAY = ("DATABASE_UNAVAILABLE", "The database cannot be reached just now: try again soon.")
AWAY: Mapping[type[Exception], tuple[str, str]] = MappingProxyType(
    {
        OperationalError: DATABASE_AWAY,
        InterfaceError: DATABASE_AWAY,
        RedisError: ("CACHE_UNAVAILABLE", "This cannot be done just now: try again soon."),
    }
)
"""What is raised while something is away on which an answer depends."""


class OneShape:
    """Middleware; outside of all others that may answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._get_response(request)
        is_json = answer.headers.get("Content-Type") == "application/json"
        said = WORDS.get(answer.status_code)
        is_below = request.path.startswith(BELOW)
        if is_below and said is not None and isinstance(answer, HttpResponse) and not is_json:
            shaped = problem_response(*said)
            answer.content = shaped.content
            answer.headers["Content-Type"] = shaped.headers["Content-Type"]
            answer.headers["Content-Length"] = str(len(shaped.content))
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What passes by itself, once what we depend on is there again, is no fault of the server.

        Whatever the path: also of pages, whose readers and proxies learn to try again.
        """
        for kind, (code, words) in AWAY.items():
            if isinstance(error, kind):
                log.warning("request.put_off", code=code, path=request.path, error=repr(error))
                return problem_response(code, words)
        return None


@receiver(got_request_exception)
def _tell_bug(request: HttpRequest | None = None, **_: Any) -> None:
    """Within the block that has caught it."""
    log.exception("request.bug", path=None if request is None else request.path)
