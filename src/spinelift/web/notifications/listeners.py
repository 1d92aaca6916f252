"""What has happened in, notifications of those who asked for it out."""

from __future__ import annotations

from spinelift.web.events import BatchFinished, MeshFailed
from spinelift.web.jobs.models import Status
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.notifications.models import Kind
from spinelift.web.notifications.services import tell


def tell_of_batch(event: BatchFinished) -> None:
    """Each time that it finishes, so also after a retry."""
    batch = Batch.objects.select_related("project", "user").get(id=event.batch_id)
    ends = {
        status.value: event.after.get(status, 0)
        for status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)
    }
    tell(
        user=batch.user,
        project=batch.project,
        kind=Kind.BATCH_FINISHED,
        payload={"batch_id": str(batch.id), "total": sum(ends.values()), **ends},
    )


def tell_of_mesh(event: MeshFailed) -> None:
    """Unless it is of a batch, whose end tells of all its meshes."""
    if event.batch_id is not None:
        return
    meshes = Mesh.objects.select_related("image__project", "user")
    mesh = meshes.filter(id=event.mesh_id).first()
    if mesh is None:
        return  # its image is gone
    tell(
        user=mesh.user,
        project=mesh.image.project,
        kind=Kind.MESH_FAILED,
        payload={
            "mesh_id": str(mesh.id),
            "image_id": str(mesh.image_id),
            "image": mesh.image.name,
            "number": mesh.number,
            "error": event.after,
        },
    )
