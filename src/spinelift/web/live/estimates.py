"""How long a mesh will still take: as long as meshes of like size took lately on these machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Case, F, When
from django.utils import timezone

from spinelift.web.jobs.models import Job, Queue, Status
from spinelift.web.meshes.models import Mesh

MESHING = (Queue.MESH_GENERATION, Queue.BATCH)
"""Queues whose jobs wait for the same workers; those of the first come before."""

RECENT, LIKE = 100, 9
"""How many jobs are looked at, and how many of these are of like size."""
UNKNOWN_SECONDS = 1.0
"""What a mesh takes before there was one."""
PAST_HOLDS_SECONDS, LINE_HOLDS_SECONDS = 5.0, 1.0
"""For so long, what was lately and who waits is not looked up again."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Past:
    """What was lately: pixels and seconds of meshes, and seconds from one's end to the next's."""

    meshes: Sequence[tuple[int, float]]
    pace: float

    def duration(self, pixels: int) -> float:
        """Of a mesh of an image of that size."""
        if not self.meshes:
            return UNKNOWN_SECONDS
        like = sorted(self.meshes, key=lambda one: abs(one[0] - pixels))[:LIKE]
        return median(seconds for _, seconds in like)


class Estimates:
    """Looked up anew every few seconds at most; safe to use from several threads."""

    def __init__(self) -> None:
        self._past = Held(_look, PAST_HOLDS_SECONDS)
        self._line = Held(_line_up, LINE_HOLDS_SECONDS)

    def remaining(self, job: Job, pixels: int) -> float:
        """Seconds until a job that has not ended is done."""
        past = self._past()
        whole = past.duration(pixels)
        if job.status == Status.QUEUED:
            return self.ahead(job) * past.pace + whole
        spent = (timezone.now() - job.updated_at).total_seconds()
        return max(whole * (100 - job.percent) / 100 - spent, 0.0)

    def remaining_of_batch(self, unfinished: int) -> float:
        """Seconds until so many more are done, where nobody else asks."""
        return unfinished * self._past().pace

    def ahead(self, job: Job) -> int:
        """How many that wait for the same workers come before one that waits."""
        return self._line().get(job.id, 0)


class Held(Generic[Found]):
    """What was found, for so many seconds."""

    def __init__(self, find: Callable[[], Found], seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._found: tuple[float, Found] | None = None
        self._finding = threading.Lock()

    def __call__(self) -> Found:
        with self._finding:
            now = time.monotonic()
            if self._found is None or now - self._found[0] > self._seconds:
                self._found = now, self._find()
            return self._found[1]


def _look() -> Past:
    found = (
        Mesh.objects.filter(job__status=Status.COMPLETED)
        .order_by("-job__updated_at")
        .values_list(F("blob__width") * F("blob__height"), "job__started_at", "job__finished_at")
    )[:RECENT]
    meshes = [(pixels, (ended - begun).total_seconds()) for pixels, begun, ended in found]
    ends = sorted(ended for _, _, ended in found)
    gaps = [(later - one).total_seconds() for one, later in pairwise(ends)]
    typical = median(seconds for _, seconds in meshes) if meshes else UNKNOWN_SECONDS
    # Where they came one by one, the time between two says how long nobody asked.
    return Past(meshes, min(median(gaps), typical) if gaps else typical)


def _line_up() -> dict[UUID, int]:
    """Of all that wait, how many come before."""
    waiting = Job.objects.filter(status=Status.QUEUED, queue__in=MESHING)
    first = Case(*(When(queue=queue, then=place) for place, queue in enumerate(MESHING)))
    ids = waiting.order_by(first, "created_at", "id").values_list("id", flat=True)
    return {job_id: place for place, job_id in enumerate(ids)}
