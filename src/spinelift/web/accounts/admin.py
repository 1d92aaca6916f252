"""Signing in to the admin, slowed as everywhere else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm


class AdminLogin(AdminAuthenticationForm):
    """Counts with what allauth counts: guessing here is guessing there."""

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "")
        get_adapter().pre_authenticate(self.request, email=email)
        return super().clean()


admin.site.login_form = AdminLogin
