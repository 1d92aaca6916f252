"""`verify_audit`: whether every chain of the audit is whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults


class Command(BaseCommand):
    help = "Looks whether the audit is as it was written; ends with 1 where it is not."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  # django's
        found = list(faults())
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{AuditEntry.objects.count()} entries, all as they were written.")
