"""What can be followed: rows in; out come messages, each with the sequence that it is known by."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.hints import job_name, user_name
from spinelift.web.jobs.models import UNFINISHED, Job, JobEvent, Status
from spinelift.web.live.estimates import Estimates
from spinelift.web.meshes.access import batch_of, progress_of
from spinelift.web.meshes.models import Batch, Mesh, MeshQuerySet
from spinelift.web.meshes.schemas import BatchOut
from spinelift.web.notifications.models import Notification
from spinelift.web.notifications.schemas import NotificationOut
from spinelift.web.projects.access import project_of

OVERLAP = timedelta(seconds=5)
"""What is ordered by time is read again from so long before: what began earlier may end later."""

MOST_SEQUENCE = 2**53 - 1
"""What JavaScript can count to."""

TOGETHER = 500
"""Meshes of a project in one message."""

_estimates = Estimates()


Data = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """What is told.

    Attributes
    ----------
    sequence
        Never less than that of the message before it: who names the last one that they know misses
        none.
    about, number
        What it tells of, and how new that is: told again, it has the same number.
    is_open
        Whether there is more to come of what it is about.
    """

    sequence: int
    about: UUID
    number: int
    data: Data
    is_open: bool

    def not_before(self, sequence: int) -> Message:
        """The same, where sequences have come so far already."""
        return self if self.sequence >= sequence else replace(self, sequence=sequence)

    @cached_property
    def text(self) -> str:
        """Its data as JSON, written once for all to whom it is told."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Topic(ABC):
    """Something that can be followed.

    Attributes
    ----------
    channel, parameter
        What ActionCable calls its kind, and its id.
    has_steps
        Whether every change is told, and not how things are now alone.
    """

    channel: ClassVar[str]
    parameter: ClassVar[str]
    has_steps: ClassVar[bool] = False
    id: UUID

    @classmethod
    @abstractmethod
    def of(cls, user: User, id: UUID) -> Topic:
        """The one that the user may follow. Raises NotFound."""

    @abstractmethod
    def read(self, after: int | None) -> Sequence[Message]:
        """What is newer than that sequence, in order; how it is now, where that is None."""

    def beginning(self) -> int:
        """A sequence after which to look for news, for who has read how it is now."""
        return 0

    def going_on(self) -> Sequence[Message]:
        """What is told again while there is no news."""
        return [one for one in self.read(None) if one.is_open]

    def together(self, pending: Sequence[Message]) -> tuple[Message, Sequence[Message]]:
        """What is sent first of what there is to send, and the rest."""
        return pending[0], pending[1:]

    def wanted_of(self, pending: Sequence[Message]) -> Sequence[Message]:
        """What is still worth telling where there is more than can be sent: the last of each."""
        last = {one.about: one for one in pending}
        return [one for one in pending if last[one.about] is one]

    @property
    def name(self) -> str | None:
        """Under which hints at it come, where that is not under the names of many jobs."""
        return None


@dataclass(frozen=True)
class MeshTopic(Topic):
    """One version of a mesh; its sequences are those of its job, without a gap."""

    channel = "MeshProgressChannel"
    parameter = "mesh_id"
    has_steps = True
    job_id: UUID | None = field(compare=False)

    @classmethod
    def of(cls, user: User, id: UUID) -> MeshTopic:
        return cls(id, progress_of(user, id).job_id)

    def read(self, after: int | None) -> Sequence[Message]:
        events: list[JobEvent] = []
        if after is not None:
            log = JobEvent.objects.filter(job=self.job_id, sequence__gt=after)
            events = list(log.order_by("sequence"))
        # After them, so that it is never further behind.
        mesh = _meshes().filter(id=self.id).first()
        if mesh is None:
            return []
        if after is None or mesh.job is None:
            return [now(mesh)] if after is None else []
        newest = mesh.job.sequence
        return [now(mesh) if one.sequence == newest else _then(mesh, one) for one in events]

    def wanted_of(self, pending: Sequence[Message]) -> Sequence[Message]:
        """Everything, a little later: a job tells of itself some ten times a second at most."""
        return pending

    @property
    def name(self) -> str | None:
        return None if self.job_id is None else job_name(self.job_id)


@dataclass(frozen=True)
class BatchTopic(Topic):
    """How far a batch is; its sequence is the sum of those of its jobs."""

    channel = "BatchProgressChannel"
    parameter = "batch_id"

    @classmethod
    def of(cls, user: User, id: UUID) -> BatchTopic:
        return cls(batch_of(user, id).id)

    def read(self, after: int | None) -> Sequence[Message]:
        batch = Batch.objects.counted().filter(id=self.id).first()
        changes = Job.objects.filter(mesh__batch=self.id).aggregate(sum=Sum("sequence"))
        sequence = changes["sum"] or 0
        if batch is None or (after is not None and sequence <= after):
            return []
        shown = BatchOut.from_orm(batch)
        left = batch.queued + batch.processing
        data = {
            "batch_id": str(batch.id),
            "project_id": str(batch.project_id),
            "status": shown.status.value,
            **{
                name: getattr(shown, name)
                for name in ("total", "completed", "failed", "cancelled", "progress")
            },
            "estimated_remaining": _estimates.remaining_of_batch(left) if left else None,
            "sequence": sequence,
        }
        return [Message(sequence, batch.id, sequence, data, is_open=left > 0)]


@dataclass(frozen=True)
class ProjectTopic(Topic):
    """Whatever is made in a project; its sequences are times, in microseconds.

    Each message tells of one mesh, as `MeshTopic` does.
    """

    channel = "ProjectChannel"
    parameter = "project_id"

    @classmethod
    def of(cls, user: User, id: UUID) -> ProjectTopic:
        return cls(project_of(user, id).id)

    def read(self, after: int | None) -> Sequence[Message]:
        meshes = _meshes().filter(image__project=self.id)
        if after is None:
            wanted = meshes.filter(job__status__in=UNFINISHED)
        else:
            wanted = meshes.filter(job__updated_at__gte=_time(after) - OVERLAP)
        return [in_project(mesh) for mesh in wanted.order_by("job__updated_at", "id")]

    def beginning(self) -> int:
        return _position(timezone.now())

    def going_on(self) -> Sequence[Message]:
        meshes = _meshes().filter(image__project=self.id, job__status=Status.PROCESSING)
        return [in_project(mesh) for mesh in meshes]

    def together(self, pending: Sequence[Message]) -> tuple[Message, Sequence[Message]]:
        some, rest = pending[:TOGETHER], pending[TOGETHER:]
        meshes = {one.about: one.data for one in some}
        last = some[-1]
        data = {
            "project_id": str(self.id),
            "meshes": list(meshes.values()),
            "sequence": last.sequence,
        }
        return replace(last, data=data), rest


@dataclass(frozen=True)
class NotificationsTopic(Topic):
    """What a user is told; its sequences are times, in microseconds."""

    channel = "NotificationsChannel"
    parameter = "user_id"

    @classmethod
    def of(cls, user: User, id: UUID) -> NotificationsTopic:
        if id != user.id:
            raise NotFound("There is no such user, or not for you.")
        return cls(user.id)

    def read(self, after: int | None) -> Sequence[Message]:
        own = Notification.objects.filter(user=self.id, is_in_app=True)
        if after is None:
            wanted = own.unread()
        else:
            wanted = own.filter(created_at__gte=_time(after) - OVERLAP)
        found = wanted.prefetch_related("deliveries").order_by("created_at", "id")
        return [
            Message(
                _position(one.created_at),
                one.id,
                0,
                NotificationOut.from_orm(one).model_dump(mode="json"),
                is_open=False,
            )
            for one in found
        ]

    def beginning(self) -> int:
        return _position(timezone.now())

    @property
    def name(self) -> str | None:
        return user_name(self.id)


TOPICS: Mapping[str, type[Topic]] = {
    topic.channel: topic for topic in (MeshTopic, BatchTopic, ProjectTopic, NotificationsTopic)
}


def meshes_of(ids: Collection[UUID]) -> Iterable[Mesh]:
    """With all that is told of them."""
    return _meshes().filter(id__in=ids)


def meshes_of_jobs(job_ids: Collection[UUID]) -> Iterable[Mesh]:
    """The same, those that these jobs make."""
    return _meshes().filter(job__in=job_ids)


def in_project(mesh: Mesh) -> Message:
    """What `ProjectTopic` tells of a mesh that a job makes."""
    assert mesh.job is not None
    return replace(now(mesh), sequence=_position(mesh.job.updated_at))


def now(mesh: Mesh) -> Message:
    """How far a mesh is."""
    job = mesh.job
    if job is None:
        data = _data(mesh, Status.COMPLETED, 100, "", "", mesh.created_at, 0)
        return Message(0, mesh.id, 0, data, is_open=False)
    data = _data(
        *(mesh, job.status, job.percent, job.stage, job.message, job.updated_at, job.sequence)
    )
    is_open = job.status in UNFINISHED
    if is_open:
        data["estimated_remaining"] = _estimates.remaining(job, mesh.blob.width * mesh.blob.height)
    if job.status == Status.QUEUED and (ahead := _estimates.ahead(job)):
        data["message"] = f"{job.message}: {ahead} ahead of you"
    data["error"] = job.error
    return Message(job.sequence, mesh.id, job.sequence, data, is_open)


def _then(mesh: Mesh, event: JobEvent) -> Message:
    """How far a mesh was."""
    data = _data(
        *(mesh, event.status, event.percent, event.stage, event.message, event.at, event.sequence)
    )
    return Message(event.sequence, mesh.id, event.sequence, data, is_open=True)


def _data(
    mesh: Mesh,
    status: str,
    percent: int,
    stage: str,
    message: str,
    at: datetime,
    sequence: int,
) -> dict[str, Any]:
    return {
        "mesh_id": str(mesh.id),
        "image_id": str(mesh.image_id),
        "batch_id": None if mesh.batch_id is None else str(mesh.batch_id),
        "status": str(status),
        "progress": percent,
        "stage": stage,
        "message": message,
        "error": None,
        "updated_at": at.isoformat(),
        "estimated_remaining": None,
        "sequence": sequence,
    }


def _meshes() -> MeshQuerySet:
    return Mesh.objects.select_related("job", "blob", "image").defer("parameters", "summary")


def _position(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _time(position: int) -> datetime:
    return datetime.fromtimestamp(position / 1_000_000, UTC)
