"""allauth's addresses; each request changes all that it changes, with its audit, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from allauth.headless import urls
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

from spinelift.web.errors import RequestTooLarge, RequestUnreadable, WebError
from spinelift.web.http.problems import refusal

View = Callable[..., HttpResponseBase]


class EmailTaken(WebError):
    """By somebody who has not confirmed it, which allauth does not count."""

    code: ClassVar[str] = "EMAIL_TAKEN"


def _whole(view: View) -> View:
    @wraps(view)  # with its mark whether it wants the CSRF token
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        in_one = transaction.atomic(view)
        try:
            _check_body(request)
            try:
                return in_one(request, *args, **kwargs)
            except IntegrityError:
                # Two have registered with one email at once: now allauth sees the other.
                return in_one(request, *args, **kwargs)
        except IntegrityError:
            return refusal(EmailTaken("Somebody has registered with this email."))
        except WebError as error:
            return refusal(error)

    return answer


def _check_body(request: HttpRequest) -> None:
    """Raises RequestUnreadable where allauth would stumble, RequestTooLarge."""
    try:
        if request.body:
            # Encoded, because JSON may hold halves of characters, which no database takes.
            json.dumps(json.loads(request.body), ensure_ascii=False).encode()
    except RequestDataTooBig as error:
        raise RequestTooLarge("The request is too large.") from error
    except (ValueError, RecursionError) as error:
        raise RequestUnreadable("The body is not JSON in UTF-8.") from error


def _wrap(patterns: list[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _wrap(pattern.url_patterns)
        else:
            pattern.callback = _whole(pattern.callback)


app_name = urls.app_name
urlpatterns = urls.urlpatterns
_wrap(urlpatterns)
