"""Errors of the API that Django answers, before it or around it, in the API's own shape too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from spinelift.web.http.problems import problem_response

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


class OneShape:
    """Middleware; the outermost, as all others may answer."""

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
