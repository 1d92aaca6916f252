"""`/.../events`: what happens to one thing, at once, when there is news, or as a stream."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Field, Query, Schema

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.errors import RequestUnreadable
from spinelift.web.http.heads import Router
from spinelift.web.http.values import Asked
from spinelift.web.live.running import running_hub
from spinelift.web.live.streams import awaited, events, page
from spinelift.web.live.topics import (
    MOST_SEQUENCE,
    BatchTopic,
    MeshTopic,
    NotificationsTopic,
    ProjectTopic,
    Topic,
)

router = Router(tags=["live"])

STREAM = "text/event-stream"
LONGEST_WAIT = 60


class Since(Asked):
    """From where on, and how long to wait for it."""

    after: Annotated[
        int | None,
        Field(ge=0, le=MOST_SEQUENCE, description="The last sequence that is known."),
    ] = None
    wait: Annotated[
        int,
        Field(ge=0, le=LONGEST_WAIT, description="Seconds to wait for news, where there is none."),
    ] = 0


class EventsOut(Schema):
    """What happened, in order, and the sequence to ask after next."""

    items: list[dict[str, Any]]
    sequence: int


@router.get("/meshes/{mesh_id}/events", response=EventsOut)
def mesh_events(request: ApiRequest, mesh_id: UUID, since: Query[Since]) -> Any:
    """All that happened to a version; a stream for who accepts `text/event-stream`."""
    return _answer(request, MeshTopic.of(request.user, mesh_id), since)


@router.get("/batches/{batch_id}/events", response=EventsOut)
def batch_events(request: ApiRequest, batch_id: UUID, since: Query[Since]) -> Any:
    """How far a batch is, the same ways."""
    return _answer(request, BatchTopic.of(request.user, batch_id), since)


@router.get("/projects/{project_id}/events", response=EventsOut)
def project_events(request: ApiRequest, project_id: UUID, since: Query[Since]) -> Any:
    """How far all meshes of a project are that something happened to, the same ways."""
    return _answer(request, ProjectTopic.of(request.user, project_id), since)


@router.get("/notifications/events", response=EventsOut)
def notification_events(request: ApiRequest, since: Query[Since]) -> Any:
    """What one is told, the same ways."""
    return _answer(request, NotificationsTopic.of(request.user, request.user.id), since)


def _answer(request: ApiRequest, topic: Topic, since: Since) -> HttpResponseBase:
    hub = running_hub()
    if STREAM in request.headers.get("Accept", ""):
        if hub is None:
            raise RequestUnreadable("Streams are served by another process: see the operator.")
        known = request.headers.get("Last-Event-ID", "")
        after = int(known) if known.isdecimal() and len(known) < 16 else since.after
        return _stream(events(hub, request.user, topic, after), STREAM)
    after = since.after or 0
    if since.wait and hub is not None:
        return _stream(awaited(hub, topic, after, since.wait), "application/json")
    return HttpResponse(page(topic.read(after), after), content_type="application/json")


def _stream(content: AsyncIterator[bytes], kind: str) -> StreamingHttpResponse:
    connection.close()  # this thread has no more to ask, and stays as long as the stream
    answer = StreamingHttpResponse(content, content_type=kind)
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"  # nginx would hold it back
    return answer
