"""What makes and changes meshes.

Locked are, in this order: projects, users, jobs, meshes, batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import F, JSONField, UUIDField

from spinelift.contract.generation import MeshResult
from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.errors import NotFound, WebError
from spinelift.web.events import (
    BatchRequested,
    MeshCancelled,
    MeshCompleted,
    MeshDeleted,
    MeshDownloaded,
    MeshEdited,
    MeshFailed,
    MeshLocked,
    MeshRequested,
    MeshRestored,
    MeshRetried,
    MeshUnlocked,
    ProjectDownloaded,
)
from spinelift.web.images.models import ProjectImage
from spinelift.web.jobs.models import UNFINISHED, Queue, Status
from spinelift.web.jobs.services import cancel_job, create_jobs, retry_job
from spinelift.web.jobs.work import look
from spinelift.web.meshes.batches import finish_batch
from spinelift.web.meshes.models import Batch, Mesh, MeshContent, Source
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.quotas import check_room
from spinelift.web.operations import Publish, operation
from spinelift.web.prepared import Parameter, PreparedUpdate, insert
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import locked_project

GENERATION = "mesh_generation"
"""The kind of the jobs that make meshes."""

_SUMMARIZED = PreparedUpdate(
    lambda: (
        Mesh.objects.filter(id=Parameter("mesh", UUIDField())),
        {"summary": Parameter("summary", JSONField())},
    )
)


class NothingToMesh(WebError):
    """No image is left to make a mesh of."""

    code: ClassVar[str] = "NOTHING_TO_MESH"


class MeshUnfinished(WebError):
    """There is no such mesh yet, or there will be none."""

    code: ClassVar[str] = "MESH_UNFINISHED"


class MeshGenerationService:
    """Has meshes made: rows first, all that belongs to them in one transaction; then the work."""

    def generate(self, *, actor: Actor, user: User, image: ProjectImage, order: MeshOrder) -> Mesh:
        """Ask for a new version of an image's mesh, which a worker makes soon.

        Asked twice for the same before it is done, there is one. Raises NotFound and TooManyJobs.
        """
        with operation(actor) as publish:
            stored = _locked_images(image.project, [image])
            if not stored:
                raise NotFound("The image is not there any more.")
            waiting = _same_waiting(stored[0], order)
            if waiting is not None:
                return waiting
            (mesh,) = _request(user, stored, order, Queue.MESH_GENERATION)
            publish(MeshRequested(**of(mesh), after=_wanted(mesh)))
        return mesh

    def generate_now(
        self, *, actor: Actor, user: User, image: ProjectImage, order: MeshOrder
    ) -> Mesh:
        """The same, made here before it returns; the mesh's status says what came of it."""
        mesh = self.generate(actor=actor, user=user, image=image, order=order)
        assert mesh.job is not None
        look(mesh.job.id)
        return Mesh.objects.select_related("job").get(id=mesh.id)

    def generate_batch(
        self,
        *,
        actor: Actor,
        user: User,
        project: Project,
        images: Sequence[ProjectImage] | None,
        order: MeshOrder,
        with_locked: bool = False,
    ) -> Batch:
        """Ask for a new version for each of the images; for all of the project's where None.

        Images whose mesh is locked are passed over, unless they are wanted too. Raises
        NothingToMesh and TooManyJobs.
        """
        with operation(actor) as publish:
            stored = _locked_images(project, images)
            if not with_locked:
                locked = set(
                    Mesh.objects.current()
                    .filter(image__project=project, is_locked=True)
                    .values_list("image_id", flat=True)
                )
                stored = [image for image in stored if image.id not in locked]
            if not stored:
                raise NothingToMesh("There is no image to mesh: upload one, or unlock one.")
            batch = Batch.objects.create(project=project, user=user)
            meshes = _request(user, stored, order, Queue.BATCH, batch)
            after = {**_wanted(meshes[0]), "images": len(meshes)}
            publish(BatchRequested(project_id=project.id, batch_id=batch.id, after=after))
        return batch


def cancel_mesh(*, actor: Actor, mesh: Mesh) -> None:
    """One that is finished stays as it is."""
    with operation(actor) as publish:
        if mesh.job is not None:
            cancel_job(job=mesh.job, publish=publish)


def retry_mesh(*, actor: Actor, mesh: Mesh) -> None:
    """Have it made once more. Raises JobUnfinished and TooManyJobs, or says that it is there."""
    with operation(actor) as publish:
        if mesh.job is None:
            raise MeshUnfinished("This version was not generated: there is nothing to retry.")
        check_room(mesh.user, 1)
        retry_job(job=mesh.job, publish=publish)


def record_end(*, mesh: Mesh, result: MeshResult | None, publish: Publish) -> None:
    """Within the transaction in which its job ends: keep what was made, say what came of it."""
    job = mesh.job
    assert job is not None
    if result is not None:
        _keep(mesh, result.fields, result.milliseconds)
        publish(MeshCompleted(**of(mesh), after=_counts(mesh)))
    elif job.status == Status.CANCELLED:
        publish(MeshCancelled(**of(mesh)))
    else:
        publish(MeshFailed(**of(mesh), after=dict(job.error or {})))
    if mesh.batch_id is not None:
        finish_batch(mesh.batch_id, publish)


def record_retry(*, mesh: Mesh, publish: Publish) -> None:
    """Within the transaction in which its job begins anew: its batch is not over any more."""
    publish(MeshRetried(**of(mesh)))
    if mesh.batch_id is not None:
        Batch.objects.filter(id=mesh.batch_id).update(finished_at=None)


def edit_mesh(*, actor: Actor, user: User, mesh: Mesh, fields: Mapping[str, Any]) -> Mesh:
    """Keep an edit of a mesh as a new version, which is locked. Raises NotFound."""
    with operation(actor) as publish:
        edited = _version(user, mesh, Source.EDITED, fields, is_locked=True)
        publish(
            MeshEdited(
                **of(edited),
                before={"number": mesh.number, **_counts(mesh)},
                after={"number": edited.number, **_counts(edited)},
            )
        )
    return edited


def restore_mesh(*, actor: Actor, user: User, mesh: Mesh) -> Mesh:
    """Make an older version the newest. Raises NotFound and MeshUnfinished."""
    with operation(actor) as publish:
        fields = content_of(mesh)
        restored = _version(user, mesh, Source.RESTORED, fields, is_locked=mesh.is_locked)
        after = {"number": restored.number, "from": mesh.number}
        publish(MeshRestored(**of(restored), after=after))
    return restored


def lock_mesh(*, actor: Actor, mesh: Mesh, is_locked: bool) -> Mesh:
    """Keep batches away from its image, or let them come. Raises NotFound."""
    with operation(actor) as publish:
        stored = _locked(mesh)
        if stored.is_locked != is_locked:
            stored.is_locked = is_locked
            stored.save(update_fields=["is_locked"])
            kind = MeshLocked if is_locked else MeshUnlocked
            before, after = {"locked": not is_locked}, {"locked": is_locked}
            publish(kind(**of(stored), before=before, after=after))
    return stored


def delete_mesh(*, actor: Actor, mesh: Mesh) -> None:
    """Delete a version that nobody works on. Raises NotFound and MeshUnfinished."""
    with operation(actor) as publish:
        stored = _locked(mesh)
        if stored.status in UNFINISHED:
            raise MeshUnfinished("It is being made: cancel it first.")
        publish(MeshDeleted(**of(stored), before={"number": stored.number}))
        remove_mesh(stored)


def download_meshes(
    *,
    actor: Actor,
    meshes: Sequence[Mesh],
    after: Mapping[str, Any],
    project: Project | None = None,
) -> None:
    """Remember who took meshes away, one by one or as a whole project."""
    with operation(actor) as publish:
        if project is not None:
            given = {**after, "meshes": len(meshes)}
            publish(ProjectDownloaded(project_id=project.id, after=given))
            return
        for mesh in meshes:
            given = {**after, "number": mesh.number}
            publish(MeshDownloaded(**of(mesh), after=given))


def remove_mesh(mesh: Mesh) -> None:
    """Within a transaction: the row, and the job that made it."""
    job = mesh.job
    mesh.delete()
    if job is not None:
        job.delete()


def content_of(mesh: Mesh) -> dict[str, Any]:
    """The geometry. Raises MeshUnfinished."""
    content = MeshContent.objects.filter(mesh=mesh).first()
    if content is None:
        raise MeshUnfinished(f"There is no mesh yet: this version is {mesh.status}.")
    return dict(content.fields)


def of(mesh: Mesh) -> dict[str, Any]:
    """What an event says of where a mesh belongs."""
    return {
        "project_id": mesh.image.project_id,
        "image_id": mesh.image_id,
        "mesh_id": mesh.id,
        "batch_id": mesh.batch_id,
    }


def _locked_images(project: Project, images: Sequence[ProjectImage] | None) -> list[ProjectImage]:
    """Those of them that are there, as they are, so that the numbers of versions stay ours."""
    stored = ProjectImage.objects.filter(project=locked_project(project))
    if images is not None:
        stored = stored.filter(id__in=[image.id for image in images])
    return list(stored.select_related("project", "blob"))


def _same_waiting(image: ProjectImage, order: MeshOrder) -> Mesh | None:
    """A version that would be the same, and has not ended."""
    for mesh in image.meshes.filter(job__status__in=UNFINISHED).select_related("job"):
        same = (image.blob_id, order.parameters.to_mapping(), order.target)
        if (mesh.blob_id, mesh.parameters, mesh.target) == same:
            return mesh
    return None


def _request(
    user: User,
    images: Sequence[ProjectImage],
    order: MeshOrder,
    queue: Queue,
    batch: Batch | None = None,
) -> list[Mesh]:
    """Within a transaction, with the images locked: versions, and the jobs that make them.

    What is locked stays so, whoever asks for a new version of it.
    """
    check_room(user, len(images))
    locked = {
        *Mesh.objects.current()
        .filter(image__in=images, is_locked=True)
        .values_list("image_id", flat=True)
    }
    meshes = [
        Mesh(
            image=image,
            number=image.versions + 1,
            blob=image.blob,
            source=Source.GENERATED,
            batch=batch,
            user=user,
            preset=order.preset,
            target=order.target,
            parameters=order.parameters.to_mapping(),
            is_locked=image.id in locked,
        )
        for image in images
    ]
    subjects = [mesh.id for mesh in meshes]
    jobs = create_jobs(kind=GENERATION, subjects=subjects, user=user, queue=queue)
    for mesh, job in zip(meshes, jobs, strict=True):
        mesh.job = job
    Mesh.objects.bulk_create(meshes)
    _count_version(images)
    return meshes


def _version(
    user: User, mesh: Mesh, source: Source, fields: Mapping[str, Any], *, is_locked: bool
) -> Mesh:
    """Within a transaction: a version after the image's last, from another one."""
    asked = ProjectImage.objects.filter(id=mesh.image_id).select_related("project").first()
    stored = [] if asked is None else _locked_images(asked.project, [asked])
    if not stored:
        raise NotFound("The image is not there any more.")
    image = stored[0]
    _count_version(stored)
    version = Mesh.objects.create(
        image=image,
        number=image.versions + 1,
        blob_id=mesh.blob_id,
        source=source,
        user=user,
        preset=mesh.preset,
        target=mesh.target,
        parameters=mesh.parameters,
        is_locked=is_locked,
    )
    _keep(version, fields, None)
    return version


def _count_version(images: Sequence[ProjectImage]) -> None:
    """Of each one more: what is deleted leaves its number to nobody."""
    ids = [image.id for image in images]
    ProjectImage.objects.filter(id__in=ids).update(versions=F("versions") + 1)


def _keep(mesh: Mesh, fields: Mapping[str, Any], milliseconds: float | None) -> None:
    insert(MeshContent(mesh=mesh, fields=dict(fields)))
    mesh.summary = summary_of(fields, milliseconds)
    _SUMMARIZED.all(mesh=mesh.id, summary=mesh.summary)


def summary_of(fields: Mapping[str, Any], milliseconds: float | None) -> dict[str, Any]:
    """What lists show: counts and quality of each part, and the warnings."""
    return {
        "parts": [
            {
                "vertices": len(part["vertices"]),
                "hull": part["hull"],
                "triangles": len(part["triangles"]),
                "quality": part["quality"],
            }
            for part in (fields, *fields["others"])
        ],
        "warnings": fields["warnings"],
        "milliseconds": milliseconds,
    }


def _counts(mesh: Mesh) -> dict[str, int]:
    parts = (mesh.summary or {"parts": []})["parts"]
    return {
        "vertices": sum(part["vertices"] for part in parts),
        "triangles": sum(part["triangles"] for part in parts),
    }


def _wanted(mesh: Mesh) -> dict[str, Any]:
    return {
        "preset": mesh.preset,
        "target": mesh.target,
        "parameters": mesh.parameters,
    }


def _locked(mesh: Mesh) -> Mesh:
    stored = (
        Mesh.objects.select_for_update(of=("self",))
        .select_related("image", "job")
        .filter(id=mesh.id)
        .first()
    )
    if stored is None:
        raise NotFound("The mesh is not there any more.")
    return stored
