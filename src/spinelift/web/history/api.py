"""`/audit`: who did what to what, when, from where."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from ninja import Query
from ninja.pagination import paginate

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import AuditExported
from spinelift.web.history.access import entries_of
from spinelift.web.history.schemas import EntryFilter, EntryOut, line
from spinelift.web.http.heads import Router
from spinelift.web.http.requests import actor_of
from spinelift.web.http.streaming import streaming
from spinelift.web.operations import operation

router = Router(tags=["audit"])

PAGE = 1_000
"""Entries that are exported at a time."""


@router.get("/audit", response=list[EntryOut])
@paginate
def list_entries(request: ApiRequest, wanted: Query[EntryFilter]) -> Any:
    """What concerns the user: their projects and their account; the newest first."""
    return wanted.filter(entries_of(request.user)).order_by("-at", "chain", "-sequence")


@router.get("/audit/export")
def export_entries(request: ApiRequest, wanted: Query[EntryFilter]) -> StreamingHttpResponse:
    """The same as JSON lines, each chain in its order, so that its hashes can be checked."""
    found = wanted.filter(entries_of(request.user)).order_by("chain", "sequence")
    with operation(actor_of(request)) as publish:
        asked = wanted.model_dump(mode="json", exclude_none=True)
        publish(AuditExported(user_id=request.user.id, after=asked))
    return streaming(request, _pages(found), kind="application/x-ndjson", name="audit.jsonl")


def _pages(entries: QuerySet[AuditEntry]) -> Iterator[bytes]:
    """By keys and not from one open cursor, which a slow reader would hold."""
    chain, sequence = "", 0
    while True:
        rest = Q(chain__gt=chain) | Q(chain=chain, sequence__gt=sequence)
        page = list(entries.filter(rest)[:PAGE])
        if not page:
            return
        yield b"".join(map(line, page))
        chain, sequence = page[-1].chain, page[-1].sequence
