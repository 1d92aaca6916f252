"""Projects for operators."""

from __future__ import annotations

from django.contrib import admin

from spinelift.web.projects.models import Membership, Project
from spinelift.web.read_only import ReadOnlyAdmin


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # as in ReadOnlyAdmin
    """Who is in a project."""

    model = Membership
    extra = 0
    can_delete = False
    max_num = 0


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    """Projects, and who is in them."""

    list_display = ("name", "created_at", "archived_at")
    search_fields = ("name", "id", "memberships__user__email")
    inlines = (MembershipInline,)
