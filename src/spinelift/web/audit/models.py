"""Entries in chains: each holds the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import ClassVar

from django.db import models

GENESIS = "0" * 64
"""What the first entry of a chain has before it."""


class AuditChain(models.Model):
    """The end of a chain; who writes to it locks this row, as the last one of its transaction."""

    name = models.CharField(primary_key=True, max_length=64)
    sequence = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return f"{self.name} up to {self.sequence}"


class AuditEntry(models.Model):
    """One deed. Nothing in it refers to rows, which may go while it stays.

    Attributes
    ----------
    actor, address
        As `Actor` has them.
    before, after
        The values that were changed, as plain JSON.
    previous, hash
        The hash of the chain's entry before this one, and of this one.
    """

    chain = models.CharField(max_length=64)
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=254)
    address = models.CharField(max_length=45, null=True)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=100)
    before = models.JSONField()
    after = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar[list[str]] = ["chain", "sequence"]
        verbose_name_plural = "audit entries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="audit_entry_has_its_place")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["actor_id", "at"], name="audit_by_actor"),
            models.Index(fields=["subject", "at"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.subject}"

    def digest(self) -> str:
        """SHA-256 of all of it but the hash itself."""
        content = [
            *(self.chain, self.sequence, self.at.astimezone(UTC).isoformat()),
            *(None if self.actor_id is None else str(self.actor_id), self.actor, self.address),
            *(self.action, self.subject, self.before, self.after, self.previous),
        ]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
