"""A request that is sent again with its `Idempotency-Key` is not done again.

The first operation of a request takes the key, in its own transaction: a key is taken where
something was done, and nowhere else. What was answered is kept beside it, for a day. Requests that
change no row take none; they are answered anew.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, ClassVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.accounts.models import IdempotencyKey
from spinelift.web.errors import RequestUnreadable, TooMuch, WebError
from spinelift.web.http.documents import IDEMPOTENCY_KEY, KEY_LETTERS, LONGEST_KEY
from spinelift.web.operations import beginning_with

KEPT = timedelta(days=1)
WAIT_SECONDS = 10.0
"""How long the second request waits for what the first is answered."""

LOST = timedelta(minutes=2)
"""After which no answer can come any more: whoever was to give it has ended."""

LOOK_SECONDS = 0.05

_ATTRIBUTE = "_spinelift_repeatable"


class KeyReused(WebError):
    """A key stands for one request."""

    code: ClassVar[str] = "KEY_REUSED"


class KeyInUse(TooMuch):
    """The first request that has it was not answered yet."""

    code: ClassVar[str] = "KEY_IN_USE"


class ShownOnce(WebError):
    """It was done, and what it was answered is kept nowhere."""

    code: ClassVar[str] = "SHOWN_ONCE"


class _Taken(Exception):
    """Another request has taken the key, and so this one must do nothing."""


class Repeatable:
    """A request with a key."""

    def __init__(self, request: ApiRequest, key: str) -> None:
        if len(key) > LONGEST_KEY or not re.fullmatch(KEY_LETTERS, key):
            raise RequestUnreadable(
                f"{IDEMPOTENCY_KEY} has 1 to {LONGEST_KEY} letters of ASCII, and no white space."
            )
        asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        self._place = {"user": request.user, "key": key}
        self._request = hashlib.sha256(asked).hexdigest()
        self._holder = uuid4()

    def take(self) -> None:
        """Within the transaction of the deed. Raises _Taken."""
        row, _ = IdempotencyKey.objects.get_or_create(
            **self._place, defaults={"request": self._request, "holder": self._holder}
        )
        if row.holder != self._holder:
            raise _Taken

    def keep(self, answer: HttpResponseBase) -> None:
        """Keep what is answered, where something was done."""
        is_secret = answer.headers.get("Cache-Control") == "no-store"
        content = answer.content.decode() if isinstance(answer, HttpResponse) else None
        IdempotencyKey.objects.filter(**self._place, holder=self._holder).update(
            status=answer.status_code, content=None if is_secret else content
        )

    def earlier(self) -> HttpResponse | None:
        """What the first request with the key was answered; None where this is the first.

        Raises KeyReused, KeyInUse and ShownOnce.
        """
        end = time.monotonic() + WAIT_SECONDS
        while True:
            row = IdempotencyKey.objects.filter(**self._place).first()
            if row is None:
                return None
            if row.request != self._request:
                raise KeyReused("This key was sent with another request: each has its own.")
            if row.status is not None:
                if row.content is None:
                    raise ShownOnce("This was done, and its answer is not shown again.")
                return HttpResponse(row.content, content_type="application/json", status=row.status)
            if row.created_at < timezone.now() - LOST:
                raise ShownOnce("This was done, and its answer was lost: see what came of it.")
            if time.monotonic() >= end:
                raise KeyInUse("This was begun and is not answered yet.", retry_after=WAIT_SECONDS)
            time.sleep(LOOK_SECONDS)


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Around a view: nothing that was done already is done again."""

    @wraps(view)
    def answer(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None or request.method != "POST" or _is_form(request):
            return view(request, *args, **kwargs)
        repeatable = Repeatable(request, key)
        earlier = repeatable.earlier()
        if earlier is not None:
            return earlier
        setattr(request, _ATTRIBUTE, repeatable)
        try:
            with beginning_with(repeatable.take):
                return view(request, *args, **kwargs)
        except _Taken:
            return repeatable.earlier()

    return answer


def _is_form(request: HttpRequest) -> bool:
    """Whose body is read as it comes, and is not JSON."""
    return (request.content_type or "").startswith("multipart/")


def kept(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Around all that makes an answer of a request: it is kept for who sends that again."""

    @wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        given = run(request, *args, **kwargs)
        repeatable: Repeatable | None = getattr(request, _ATTRIBUTE, None)
        if repeatable is not None:
            repeatable.keep(given)
        return given

    return answer


def sweep_keys() -> int:
    """Forget those of more than a day; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
