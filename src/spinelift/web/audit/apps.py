from django.apps import AppConfig
from django.db.models.signals import post_migrate

from spinelift.web.audit.guard import guard_audit


class AuditConfig(AppConfig):
    name = "spinelift.web.audit"

    def ready(self) -> None:
        post_migrate.connect(guard_audit, sender=self)
