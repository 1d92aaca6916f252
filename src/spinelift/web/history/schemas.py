"""Entries of the audit as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from ninja import Field, FilterLookup, FilterSchema, Schema
from pydantic import PlainSerializer, WithJsonSchema

from spinelift.web.audit.models import AuditEntry
from spinelift.web.http.values import Moment, Words


class EntryFilter(FilterSchema):
    """Which entries are wanted; without any of these, all."""

    project_id: UUID | None = None
    action: Annotated[
        Words | None,
        FilterLookup("action__startswith"),
        Field(description="How it begins: `mesh`, or `mesh.completed`."),
    ] = None
    actor: Annotated[
        Words | None, FilterLookup("actor__icontains"), Field(description="A part of who it was.")
    ] = None
    subject: Annotated[
        Words | None, Field(description="To what it was done, such as `image/` and an id.")
    ] = None
    since: Annotated[Moment | None, FilterLookup("at__gte")] = None
    until: Annotated[Moment | None, FilterLookup("at__lt")] = None

    def filter_project_id(self, value: UUID | None) -> Q:
        return Q() if value is None else Q(chain=f"project/{value}")


def _as_hashed(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


class EntryOut(Schema):
    """A deed; `chain`, `sequence`, `previous` and `hash` prove that none is missing or changed."""

    chain: str
    sequence: int
    at: Annotated[
        datetime,
        # To the microsecond; ninja would leave out some of it.
        PlainSerializer(_as_hashed),
        WithJsonSchema({"type": "string", "format": "date-time"}),
    ]
    actor_id: UUID | None
    actor: str
    address: str | None
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    previous: str
    hash: str


def line(entry: AuditEntry) -> bytes:
    """The entry as a line of JSON."""
    return EntryOut.model_validate(entry).model_dump_json().encode() + b"\n"
