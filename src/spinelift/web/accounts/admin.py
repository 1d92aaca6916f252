"""Users for operators, and signing in to the admin, slowed as everywhere else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.admin import EmailAddress  # whose import registers it
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from spinelift.web.accounts.models import User
from spinelift.web.accounts.services import activate_user, deactivate_user
from spinelift.web.errors import WebError
from spinelift.web.http.requests import actor_of
from spinelift.web.read_only import ReadOnlyAdmin


class AdminLogin(AdminAuthenticationForm):
    """Counts with what allauth counts: guessing here is guessing there."""

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "")
        get_adapter().pre_authenticate(self.request, email=email)
        return super().clean()


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Users, who are let in or not by actions alone."""

    fields = ("id", "email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "id")
    ordering = ("email",)
    actions = ("deactivate", "activate")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are for this user."""
        return request.user.is_active and request.user.is_superuser

    @admin.action(description="Deactivate", permissions=["operate"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """One's own account stays."""
        deactivated = 0
        for user in users:
            try:
                deactivated += deactivate_user(actor=actor_of(request), user=user)
            except WebError as error:
                messages.warning(request, f"{user}: {error}")
        messages.success(request, f"Users deactivated: {deactivated} of {len(users)}.")

    @admin.action(description="Activate", permissions=["operate"])
    def activate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        activated = sum(activate_user(actor=actor_of(request), user=user) for user in users)
        messages.success(request, f"Users activated: {activated} of {len(users)}.")


admin.site.login_form = AdminLogin
# Here they would be changed without the audit's knowing.
admin.site.unregister([EmailAddress, Group])
