"""`/`: the page itself, and what a browser may do in it."""

from __future__ import annotations

import hashlib
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from spinelift.web.images.storage import origin
from spinelift.web.page.files import BUILT


@require_safe
@ensure_csrf_cookie
def read_page(request: HttpRequest) -> HttpResponseBase:
    """The page, with the cookie whose value it sends back with all that changes something."""
    content, policy = _content(), _policy(origin())
    digest = hashlib.sha256(content + policy.encode()).hexdigest()
    etag = f'"{digest}"'
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy, "ETag": etag}
    answer = HttpResponse(content, headers=headers)
    return get_conditional_response(request, etag=etag, response=answer) or answer


@cache
def _content() -> bytes:
    return (BUILT / "index.html").read_bytes()


def _policy(files: str | None) -> str:
    """What the page may load: what is ours, and images from where files are kept."""
    elsewhere = "" if files is None else f" {files}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: data:{elsewhere}",
            f"connect-src 'self'{elsewhere}",
            "font-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
