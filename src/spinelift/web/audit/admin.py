"""The audit for operators, who cannot change it either."""

from __future__ import annotations

from django.contrib import admin

from spinelift.web.audit.models import AuditEntry
from spinelift.web.read_only import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Entries, the newest first."""

    list_display = ("at", "actor", "address", "action", "subject", "chain", "sequence")
    list_filter = ("action",)
    search_fields = ("actor", "subject", "chain")
    date_hierarchy = "at"
    ordering = ("-at",)
    show_full_result_count = False
