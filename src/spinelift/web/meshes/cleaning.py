"""What nobody needs any more, found and removed, a bounded part at a time."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from spinelift.web.actors import SYSTEM
from spinelift.web.events import MeshDeleted
from spinelift.web.jobs.models import UNFINISHED, Job, Status
from spinelift.web.meshes.batches import finish_batch
from spinelift.web.meshes.models import Batch, Mesh
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
    for mesh_id in list(meshes.order_by("id").values_list("id", flat=True)[:MOST]):
        with operation(SYSTEM) as publish:
            mesh = meshes.select_related("image", "job").filter(id=mesh_id).first()
            if mesh is not None:  # nor made once more meanwhile
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


def finish_batches() -> int:
    """Those whose last unfinished meshes went with their images; returns how many."""
    unfinished = Batch.objects.filter(finished_at=None)
    over = unfinished.exclude(meshes__job__status__in=UNFINISHED)
    ids = list(over.order_by("id").values_list("id", flat=True)[:MOST])
    for batch_id in ids:
        with operation(SYSTEM) as publish:
            finish_batch(batch_id, publish)
    return len(ids)
