"""Queries: what is not known in one is refused, as it is in bodies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.params.models import QueryModel

from spinelift.images.limits import shown
from spinelift.web.errors import RequestUnreadable


def nothing_unknown(view: Callable[..., Any]) -> Callable[..., Any]:
    """Around a view, which ninja has given its operation. Raises RequestUnreadable."""
    models = view._ninja_operation.models  # type: ignore[attr-defined]
    known = {
        name
        for model in models
        if issubclass(model, QueryModel)
        for name in model.__ninja_flatten_map__
    }

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        for name in request.GET:
            if name not in known:
                there = ", ".join(sorted(known)) or "nothing"
                raise RequestUnreadable(
                    f"{shown(name)!r} is not known in this query: it may have {there}."
                )
        return view(request, *args, **kwargs)

    return answer
