"""Where the built page lies, and its assets as they are served, with all other static files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

BUILT = Path(__file__).parent / "built"
"""Made by the build of the package: see hatch_build.py."""

ASSETS = "/assets/"
"""Their names have a hash of what is in them, so that they may be kept for ever; beside each lies
what it is when it is compressed."""


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Middleware; answers what is there when the process begins."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.add_files(BUILT / "assets", prefix=ASSETS)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether it may be kept for ever."""
        return url.startswith(ASSETS) or super().immutable_file_test(path, url)

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Whole, as they are small: over ASGI, Django would warn of a file, and read it too."""
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        answer = HttpResponse(content, status=int(found.status))
        del answer["Content-Type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
