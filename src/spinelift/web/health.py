"""`/live` and `/ready`: whether this process answers, and whether it can do its work."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from spinelift.web.accounts.models import User
from spinelift.web.http.problems import problem_response

log = structlog.get_logger()

FOLDER = "probes/"


class Probes:
    """Middleware; the outermost, as who probes a process may call it by its bare address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PATHS.get(request.path_info)
        return self._get_response(request) if probe is None else probe(request)


def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # django's
    """It does, if this comes."""
    return JsonResponse({"status": "live"})


def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # django's
    """Ask the database and the storage; 503 says which of them fails."""
    failing = {}
    for name, check in CHECKS.items():
        try:
            check()
        except Exception as error:  # whatever it is: others are to be sent the requests
            log.warning("health.not_ready", part=name, exc_info=True)
            failing[name] = type(error).__name__
    if failing:
        return problem_response("NOT_READY", f"Not there: {', '.join(failing)}.", failing)
    return JsonResponse({"status": "ready"})


def _ask_database() -> None:
    """Whether it answers, and has the tables."""
    User.objects.exists()


def _write_file() -> None:
    """Leave nothing behind; reading alone would not find a disk that is full."""
    default_storage.delete(default_storage.save(f"{FOLDER}{uuid.uuid4()}", ContentFile(b"")))


CHECKS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {"database": _ask_database, "storage": _write_file}
)

PATHS: Mapping[str, Callable[[HttpRequest], HttpResponseBase]] = MappingProxyType(
    {"/live": live, "/ready": ready}
)
