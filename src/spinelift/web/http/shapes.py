"""Errors of the API that Django answers, before it or around it, in the API's own shape too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponseBase

from spinelift.web.http.problems import problem_response

BELOW = "/api/"

WORDS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("REQUEST_UNREADABLE", "The request cannot be understood."),
        403: ("NOT_ALLOWED", "The CSRF token is missing, or is not that of the cookie."),
        404: ("NOT_FOUND", "There is nothing here, or not for you."),
        405: ("METHOD_NOT_ALLOWED", "This cannot be done here: see the header Allow."),
        500: ("BROKEN", "This is a fault of the server, which has been written down."),
    }
)
"""Status to what Django means by it."""


class OneShape:
    """Middleware; the outermost, as all others may answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._get_response(request)
        is_ours = answer.headers.get("Content-Type") == "application/json"
        if is_ours or answer.status_code not in WORDS or not request.path.startswith(BELOW):
            return answer
        code, message = WORDS[answer.status_code]
        shaped = problem_response(code, message, status=answer.status_code)
        for name in ("Allow", "Vary"):
            if name in answer.headers:
                shaped[name] = answer.headers[name]
        shaped.cookies = answer.cookies
        return shaped
