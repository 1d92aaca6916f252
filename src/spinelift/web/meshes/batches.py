"""What happens to the meshes that were asked for together."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import UUIDField
from django.utils import timezone

from spinelift.web.actors import Actor
from spinelift.web.events import BatchCancelled, BatchFinished, BatchRetried
from spinelift.web.jobs.models import UNFINISHED, Job, Status
from spinelift.web.jobs.services import cancel_job, retry_job
from spinelift.web.meshes.models import Batch
from spinelift.web.meshes.quotas import check_room
from spinelift.web.operations import Publish, operation
from spinelift.web.prepared import Parameter, PreparedQuery

_BATCH = Parameter("batch", UUIDField())
_LOCKED_BATCH = PreparedQuery(lambda: Batch.objects.select_for_update().filter(id=_BATCH))
_UNFINISHED = PreparedQuery(
    lambda: Job.objects.filter(mesh__batch=_BATCH, status__in=UNFINISHED).only("id").order_by()[:1]
)


def cancel_batch(*, actor: Actor, batch: Batch) -> None:
    """Cancel what is unfinished of it."""
    with operation(actor) as publish:
        jobs = _locked_jobs(batch, UNFINISHED)
        if jobs:
            publish(BatchCancelled(project_id=batch.project_id, batch_id=batch.id))
        for job in jobs:
            cancel_job(job=job, publish=publish)


def retry_batch(*, actor: Actor, batch: Batch) -> int:
    """Have made once more what failed or was cancelled; returns how many. Raises TooManyJobs."""
    with operation(actor) as publish:
        jobs = _locked_jobs(batch, (Status.FAILED, Status.CANCELLED))
        if jobs:
            check_room(batch.user, len(jobs))
            after = {"meshes": len(jobs)}
            publish(BatchRetried(project_id=batch.project_id, batch_id=batch.id, after=after))
        for job in jobs:
            retry_job(job=job, publish=publish)
    return len(jobs)


def finish_batch(batch_id: UUID, publish: Publish) -> None:
    """Say so when this was the last: its row is locked, so that of two last ones one sees both."""
    batch = _LOCKED_BATCH.first(batch=batch_id)
    if batch is None or batch.finished_at is not None or _UNFINISHED.all(batch=batch_id):
        return
    batch.finished_at = timezone.now()
    batch.save(update_fields=["finished_at"])
    ended = Batch.objects.counted().get(id=batch.id)
    after = {"completed": ended.completed, "failed": ended.failed, "cancelled": ended.cancelled}
    publish(BatchFinished(project_id=batch.project_id, batch_id=batch.id, after=after))


def _locked_jobs(batch: Batch, statuses: Collection[Status]) -> list[Job]:
    """Those of its jobs, all before anything else of them is: whoever ends one of them has locked
    it, and waits for the batch next."""
    jobs = Job.objects.select_for_update(of=("self",))
    return list(jobs.filter(mesh__batch=batch, status__in=statuses).order_by("id"))
