"""Errors as answers, all of one shape: `{"error": {"code", "message", "details"}}`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from json import JSONDecodeError
from types import MappingProxyType
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from spinelift.contract.problems import problem
from spinelift.images.amounts import BYTES, in_words
from spinelift.images.limits import shown
from spinelift.mesh.errors import SpineLiftError
from spinelift.web.errors import TooMuch, WebError

log = structlog.get_logger()

MOST_SAID = 5
"""Faults of one request."""

SOON_SECONDS = 5
"""After which to ask again for what cannot be done now."""

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is missing",
        "extra_forbidden": "is not known",
        "model_type": "has to be an object",
    }
)
"""Pydantic's types of faults that are said in words of our own."""

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "ALREADY_A_MEMBER": 409,
        "ARCHIVE_TOO_LARGE": 413,
        "CACHE_UNAVAILABLE": 503,
        "DATABASE_UNAVAILABLE": 503,
        "EMAIL_TAKEN": 409,
        "IMAGE_TOO_LARGE": 413,
        "INTERNAL": 500,
        "JOB_DONE": 409,
        "JOB_UNFINISHED": 409,
        "KEY_IN_USE": 409,
        "KEY_REUSED": 422,
        "LINK_USED": 403,
        "MAIL_UNAVAILABLE": 503,
        "MESH_UNFINISHED": 409,
        "NAME_TAKEN": 409,
        "NOT_ALLOWED": 403,
        "NOT_FOUND": 404,
        "NOT_READY": 503,
        "OVERLOADED": 503,
        "PROJECT_NEEDS_AN_OWNER": 409,
        "QUOTA_EXCEEDED": 413,
        "REQUEST_TOO_LARGE": 413,
        "SHOWN_ONCE": 409,
        "STORAGE_UNAVAILABLE": 503,
        "SUPERSEDED": 409,
        "TIMED_OUT": 504,
        "TOO_MANY_JOBS": 429,
        "TOO_MANY_REQUESTS": 429,
        "UNAUTHORIZED": 401,
        "UPLOAD_INTERRUPTED": 400,
        "UPLOAD_UNFINISHED": 409,
        "WORKER_CRASHED": 500,
    }
)
"""Code to HTTP status; 422 for all others: the request cannot be done as it is."""


class ProblemOut(Schema):
    """What was wrong: for programs, for people, and for who looks closer."""

    code: str
    message: str
    details: dict[str, Any]


class ErrorOut(Schema):
    """The answer to whatever is not done."""

    error: ProblemOut


def problem_response(
    code: str, message: str, details: Mapping[str, Any] | None = None, status: int | None = None
) -> JsonResponse:
    """The answer that says this."""
    found = {"code": code, "message": message, "details": dict(details or {})}
    answer = JsonResponse({"error": found}, status=status or STATUSES.get(code, 422))
    if answer.status_code == 503:
        answer["Retry-After"] = str(SOON_SECONDS)
    return answer


def answer_problems(api: NinjaAPI) -> None:
    """Have the API answer all errors in the one shape."""
    answers: dict[type[Exception], Callable[..., HttpResponse]] = {
        WebError: _refused,
        SpineLiftError: _refused,
        ValidationError: _invalid,
        AuthenticationError: _unknown,
        HttpError: _http,
        RequestDataTooBig: _too_large,
        MultiPartParserError: _unreadable,
        SuspiciousOperation: _unreadable,
        Http404: _missing,
    }
    for error, answer in answers.items():
        api.add_exception_handler(error, answer)


def problem_of(error: WebError | SpineLiftError) -> dict[str, Any]:
    """What there is to say of an error: `code`, `message` and `details`."""
    if isinstance(error, SpineLiftError):
        return problem(error)
    return {"code": error.code, "message": str(error), "details": {}}


def refusal(error: WebError | SpineLiftError) -> HttpResponse:
    """The answer that says why something was not done."""
    found = problem_of(error)
    answer = problem_response(found["code"], found["message"], found["details"])
    if isinstance(error, TooMuch) and error.retry_after is not None:
        answer["Retry-After"] = str(math.ceil(error.retry_after))
    return answer


def _refused(request: HttpRequest, error: WebError | SpineLiftError) -> HttpResponse:
    log.info("request.refused", code=error.code, path=request.path)
    return refusal(error)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    return problem_response("REQUEST_UNREADABLE", _said(error.errors))


def _said(faults: Sequence[Mapping[str, Any]]) -> str:
    words = "; ".join(f"{_place(fault)}{_fault(fault)}" for fault in faults[:MOST_SAID])
    more = f" (and {len(faults) - MOST_SAID} more)" if len(faults) > MOST_SAID else ""
    return f"The request is not as it has to be: {words}{more}."


def _place(fault: Mapping[str, Any]) -> str:
    """As its sender knows it, without the view's parameter that stands for the whole body."""
    source, *place = map(str, fault["loc"])
    if source == "body":
        place = place[1:]
    return shown(".".join(place)) or "the body"


def _fault(fault: Mapping[str, Any]) -> str:
    words = FAULTS.get(fault["type"])
    return f": {fault['msg']}" if words is None else f" {words}"


def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    answer = problem_response("UNAUTHORIZED", "Sign in, or send a token, to ask for this.")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    if error.status_code == 400:  # ninja's, of a body that cannot be parsed
        words, why = "The body is not JSON that can be read", error.__cause__
        if isinstance(why, JSONDecodeError):
            words += f": see line {why.lineno}, column {why.colno}"
        return problem_response("REQUEST_UNREADABLE", f"{words}.", status=400)
    code = {403: "NOT_ALLOWED"}.get(error.status_code, "REFUSED")
    return problem_response(code, f"{error.message}.", status=error.status_code)


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001
    most = in_words(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, BYTES)
    return problem_response("REQUEST_TOO_LARGE", f"The request has more than {most}.")


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """What Django refuses of a request while it is read."""
    if isinstance(error, RequestDataTooBig):
        return _too_large(request, error)
    if isinstance(error, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        words = f"The form has more than {most} files: send them in parts, or in zips."
        return problem_response("REQUEST_TOO_LARGE", words)
    if isinstance(error, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return problem_response("REQUEST_TOO_LARGE", f"The form has more than {most} fields.")
    return problem_response("REQUEST_UNREADABLE", "The request cannot be read.", status=400)


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001
    return problem_response("NOT_FOUND", "There is nothing here, or not for you.")
