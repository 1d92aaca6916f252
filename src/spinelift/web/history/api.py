"""`/audit`: who did what to what, when, from where."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router
from ninja.pagination import paginate

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import AuditExported
from spinelift.web.history.access import entries_of
from spinelift.web.history.schemas import EntryFilter, EntryOut, line
from spinelift.web.http.requests import actor_of
from spinelift.web.operations import operation

router = Router(tags=["audit"])


@router.get("/audit", response=list[EntryOut])
@paginate
def list_entries(request: ApiRequest, wanted: Query[EntryFilter]) -> Any:
    """What concerns the user: their projects and their account; the newest first."""
    return wanted.filter(entries_of(request.user)).order_by("-at", "chain", "-sequence")


@router.get("/audit/export")
def export_entries(request: ApiRequest, wanted: Query[EntryFilter]) -> HttpResponse:
    """The same as JSON lines, each chain in its order, so that its hashes can be checked."""
    found = wanted.filter(entries_of(request.user)).order_by("chain", "sequence")
    with operation(actor_of(request)) as publish:
        asked = wanted.model_dump(mode="json", exclude_none=True)
        publish(AuditExported(user_id=request.user.id, after=asked))
    answer = StreamingHttpResponse(_lines(found), content_type="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer  # type: ignore[return-value]  # both are what Django takes


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[bytes]:
    for entry in entries.iterator():
        yield line(entry)
