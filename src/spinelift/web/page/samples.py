"""`/samples/...`: a little of the art that SpineLift draws itself, for who has none at hand."""

from __future__ import annotations

from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from spinelift.images import encode_png
from spinelift.samples import draw

OFFERED = frozenset({"head", "tail", "sword"})
"""The page has a word for each."""


@require_safe
def read_sample(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  # Django's
    """One of them, as PNG."""
    if name not in OFFERED:
        raise Http404
    headers = {"Cache-Control": "public, max-age=86400"}
    return HttpResponse(_drawn(name), content_type="image/png", headers=headers)


@cache
def _drawn(name: str) -> bytes:
    return encode_png(draw(name))
