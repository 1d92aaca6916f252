"""What nobody needs any more, found and removed, a bounded part at a time."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from spinelift.web.actors import SYSTEM
from spinelift.web.events import MeshDeleted
from spinelift.web.jobs.models import UNFINISHED, Job, Status
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.services import of, remove_mesh
from spinelift.web.operations import operation

FAILED_KEPT = timedelta(days=7)
"""How long one can look up why a mesh failed."""

JOBS_KEPT = timedelta(days=1)
"""How long a job stays that belongs to nothing any more."""

MOST = 1_000
"""Of a kind, in one round."""


def remove_failed_meshes() -> int:
    """Those that came to nothing a week ago; returns how many."""
    before = timezone.now() - FAILED_KEPT
    nothing = [Status.FAILED, Status.CANCELLED]
    meshes = Mesh.objects.filter(job__status__in=nothing, job__finished_at__lt=before)
    removed = 0
    for mesh in meshes.select_related("image", "job").order_by("id")[:MOST]:
        with operation(SYSTEM) as publish:
            publish(MeshDeleted(**of(mesh), before={"number": mesh.number}))
            remove_mesh(mesh)
            removed += 1
    return removed


def remove_lost_jobs() -> int:
    """Jobs that have ended and whose mesh is gone with its image, and old ones of cleaning."""
    before = timezone.now() - JOBS_KEPT
    ended = Job.objects.exclude(status__in=UNFINISHED).filter(finished_at__lt=before, mesh=None)
    ids = list(ended.order_by("id").values_list("id", flat=True)[:MOST])
    Job.objects.filter(id__in=ids).delete()
    return len(ids)
