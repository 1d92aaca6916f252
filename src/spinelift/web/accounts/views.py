"""Pages of ours that are no API: a link that signs in once, and what the admin needs of us."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from spinelift.web.accounts.services import LinkUsed, is_sign_in_link, note, use_sign_in_link
from spinelift.web.events import PasswordChanged
from spinelift.web.http.requests import actor_of

# The policy on referrers stays `same-origin`, with which nobody else learns the address: with
# `no-referrer`, browsers say "Origin: null" of the form, which the check of CSRF refuses.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
}


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """`/open/...`: show a button that signs in and goes on to the application.

    Following the link uses nothing up: programs that look at links do that.
    """
    if request.method != "POST":
        answer = _button(request) if is_sign_in_link(secret) else _refused(request)
    else:
        try:
            with transaction.atomic():
                login(request, use_sign_in_link(actor=actor_of(request), secret=secret))
            answer = redirect("/")
        except LinkUsed:
            answer = _refused(request)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def change_password(request: HttpRequest) -> HttpResponse:
    """`/admin/password_change/`: Django's own, of which the audit is told."""
    with transaction.atomic():
        answer = admin.site.password_change(request)
        if answer.status_code == 302:  # it was done
            assert request.user.is_authenticated
            event = PasswordChanged(user_id=request.user.id)
            note(actor=actor_of(request), event=event)
    return answer


def _button(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/open.html")


def _refused(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_used.html", status=403)
