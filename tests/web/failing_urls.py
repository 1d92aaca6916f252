"""Addresses at which something is raised."""

from __future__ import annotations

from typing import NoReturn

import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.urls import path

ERRORS = {
    "database": OperationalError("the server closed the connection"),
    "connection": InterfaceError("the connection is closed"),
    "cache": redis.ConnectionError("Connection refused"),
    "bug": ZeroDivisionError("division by zero"),
}


def fail(request: HttpRequest, name: str) -> NoReturn:  # noqa: ARG001  # django's
    raise ERRORS[name]


urlpatterns = [path("api/v1/<str:name>", fail)]
