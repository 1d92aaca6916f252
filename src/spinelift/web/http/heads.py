"""HEAD: whatever GET would be answered, without the body.

https://www.rfc-editor.org/rfc/rfc9110#name-head
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import ninja
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse


class Router(ninja.Router):
    """Answers HEAD wherever it answers GET."""

    def get(self, path: str, **options: Any) -> Callable[..., Any]:
        """As `ninja.Router.get`."""
        return self.api_operation(["GET", "HEAD"], path, **options)


class WithoutBody:
    """Middleware; outside of all that say how long an answer is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._get_response(request)
        if request.method == "HEAD":
            if isinstance(answer, StreamingHttpResponse):
                answer.streaming_content = _nothing() if answer.is_async else ()
            elif isinstance(answer, HttpResponse):
                answer.content = b""
        return answer


async def _nothing() -> AsyncIterator[bytes]:
    pieces: tuple[bytes, ...] = ()
    for piece in pieces:
        yield piece
