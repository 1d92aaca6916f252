"""Errors as HTTP answers, all of one shape: `{"error": {"code", "message", "details"}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from spinelift.contract.problems import Problem, problem
from spinelift.images.limits import shown
from spinelift.mesh.errors import SpineLiftError
from spinelift.service.requests import REQUEST_ID

log = structlog.get_logger()

RETRY_SECONDS = "1"

MOST_SAID = 5
"""Faults of one request."""

STATUSES: Mapping[str, int] = {
    "IMAGE_NOT_FOUND": 404,
    "IMAGE_TOO_LARGE": 413,
    "JOB_CANCELLED": 410,
    "JOB_GIVEN_UP": 500,
    "JOB_CONFLICT": 409,
    "JOB_NOT_FOUND": 404,
    "JOB_UNFINISHED": 409,
    "INTERNAL": 500,
    "OVERLOADED": 503,
    "RESULT_GONE": 410,
    "SERVICE_CLOSING": 503,
    "STORAGE_UNAVAILABLE": 503,
    "STORE_UNAVAILABLE": 503,
    "TIMED_OUT": 504,
    "UNAUTHORIZED": 401,
    "REQUEST_TOO_LARGE": 413,
    "URL_UNREACHABLE": 502,
    "UPLOAD_TOO_SLOW": 408,
    "WORKER_CRASHED": 500,
}
"""Code to HTTP status; 422 for all others: the request cannot be done as it is."""


class RequestUnreadable(SpineLiftError):
    """The request itself, not its image or parameters, is not what it has to be."""

    code: ClassVar[str] = "REQUEST_UNREADABLE"


def unreadable(faults: Sequence[Mapping[str, Any]]) -> RequestUnreadable:
    """Say what pydantic found; it found at least one fault."""
    words = "; ".join(
        f"{shown('.'.join(map(str, fault['loc'])))}: {fault['msg']}" for fault in faults[:MOST_SAID]
    )
    more = f" (and {len(faults) - MOST_SAID} more)" if len(faults) > MOST_SAID else ""
    return RequestUnreadable(f"The request is not as it has to be: {words}{more}.")


class Unauthorized(SpineLiftError):
    """The service's token is missing, or another was given."""

    code: ClassVar[str] = "UNAUTHORIZED"


class ServiceClosing(SpineLiftError):
    """The service takes nothing more on."""

    code: ClassVar[str] = "SERVICE_CLOSING"


def answer_problems(app: FastAPI) -> None:
    """Have the application answer all errors in the one shape."""
    app.add_exception_handler(SpineLiftError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _bug)


def response(found: Problem) -> JSONResponse:
    """The HTTP answer for a problem."""
    status = STATUSES.get(found["code"], 422)
    headers = {"Retry-After": RETRY_SECONDS} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
        headers["Connection"] = "close"  # the rest of the body is not waited for
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": found}, status_code=status, headers=headers)


async def _refused(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001  # starlette's
    assert isinstance(error, SpineLiftError)
    log.info("request.refused", code=error.code)
    return response(problem(error))


async def _invalid(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    assert isinstance(error, RequestValidationError)
    return response(problem(unreadable(error.errors())))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.upper().replace(" ", "_")
    message = f"{request.method} {request.url.path[:120]} is not offered: {phrase.lower()}."
    found = {"code": code, "message": message, "details": {}}
    return JSONResponse({"error": found}, error.status_code, headers=error.headers)


async def _hung_up(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    log.info("request.hung_up")
    return response(problem(RequestUnreadable("The request ended before it was whole.")))


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.exception("request.bug", exc_info=error)
    answer = response(
        {
            "code": "INTERNAL",
            "message": "The service hit a bug of its own. Its log says more.",
            "details": {},
        }
    )
    # This is sent from outside of the middleware that gives it to all others.
    answer.headers[REQUEST_ID] = request.state.request_id
    return answer
