"""`/meshes`, `/batches`, and the meshes of images and projects."""

import time
from typing import IO, Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from ninja import Query, Status
from ninja.pagination import paginate

from spinelift.spine.document import DEFAULT_VERSION
from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.accounts.models import User
from spinelift.web.http.heads import Router
from spinelift.web.http.requests import actor_of
from spinelift.web.http.streaming import pieces_of, streaming
from spinelift.web.images.access import image_of
from spinelift.web.images.models import ProjectImage
from spinelift.web.jobs.models import UNFINISHED
from spinelift.web.meshes.access import batch_of, mesh_of, progress_of
from spinelift.web.meshes.batches import cancel_batch, retry_batch
from spinelift.web.meshes.downloads import mesh_json, picture, skeleton_json, skeleton_zip
from spinelift.web.meshes.editing import edited
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.orders import MeshOrder, order_of
from spinelift.web.meshes.previews import preview
from spinelift.web.meshes.schemas import (
    BatchIn,
    BatchOut,
    ComparisonOut,
    EditIn,
    MeshChange,
    MeshOut,
    OrderIn,
    RetriedOut,
    StatusOut,
    status_of,
)
from spinelift.web.meshes.services import (
    MeshGenerationService,
    cancel_mesh,
    delete_mesh,
    download_meshes,
    edit_mesh,
    lock_mesh,
    restore_mesh,
    retry_mesh,
)
from spinelift.web.projects.access import project_of
from spinelift.web.projects.models import Role

router = Router(tags=["meshes"])
service = MeshGenerationService()

Wait = Annotated[int, Query(ge=0, le=60, description="Seconds to wait for it to be finished.")]

STALE = "SpineLift-Stale"
"""Header of a download: of how many of its meshes the image has other bytes by now. Each comes with
the art that it was made of, so that they fit."""

FOR_EVER = "private, max-age=31536000, immutable"
"""A version never changes."""

LOOK_SECONDS = 0.02
"""Between two looks at a job that somebody waits for."""


@router.post("/images/{image_id}/preview", response=dict[str, Any])
def preview_mesh(request: ApiRequest, image_id: UUID, wanted: OrderIn) -> Any:
    """Mesh an image and keep nothing; a newer request of the same user ends an older one."""
    image = image_of(request.user, image_id)
    return preview(user=request.user, image=image, order=_order(request, wanted))


@router.get("/images/{image_id}/meshes", response=list[MeshOut])
@paginate
def list_versions(request: ApiRequest, image_id: UUID) -> Any:
    """The versions of an image's mesh, the newest first."""
    image = image_of(request.user, image_id)
    return image.meshes.select_related("image", "job").order_by("-number")


@router.post("/images/{image_id}/meshes", response={202: MeshOut})
def generate_mesh(request: ApiRequest, image_id: UUID, wanted: OrderIn, wait: Wait = 0) -> Any:
    """Ask for a new version of an image's mesh. For editors."""
    image = image_of(request.user, image_id, Role.EDITOR)
    order = _order(request, wanted)
    actor, user = actor_of(request), request.user
    mesh = service.generate(actor=actor, user=user, image=image, order=order)
    if wait:
        _waited_for(user, mesh.id, wait)
    return Status(202, mesh_of(user, mesh.id))


@router.get("/projects/{project_id}/meshes", response=list[MeshOut])
@paginate
def list_meshes(request: ApiRequest, project_id: UUID) -> Any:
    """The newest mesh that there is of each image of a project."""
    project = project_of(request.user, project_id)
    found = Mesh.objects.current().filter(image__project=project)
    return found.select_related("image", "job").order_by("image__created_at", "image")


@router.get("/projects/{project_id}/attempts", response=list[MeshOut])
@paginate
def list_attempts(request: ApiRequest, project_id: UUID) -> Any:
    """Of each image of a project the newest version, where that failed, or is not there yet."""
    project = project_of(request.user, project_id)
    found = Mesh.objects.attempts().filter(image__project=project)
    return found.select_related("image", "job").order_by("image__created_at", "image")


@router.get("/meshes/{mesh_id}", response=MeshOut)
def read_mesh(request: ApiRequest, mesh_id: UUID) -> Any:
    """One version."""
    return mesh_of(request.user, mesh_id)


@router.get("/meshes/{mesh_id}/geometry", response=dict[str, Any])
def read_geometry(request: ApiRequest, mesh_id: UUID) -> Any:
    """A version as plain JSON, as its download has it; to be shown, so that it is no download."""
    mesh = mesh_of(request.user, mesh_id)
    answer = HttpResponse(mesh_json(mesh), content_type="application/json")
    etag = answer["ETag"] = f'"{mesh.id}"'
    answer["Cache-Control"] = FOR_EVER
    return get_conditional_response(request, etag=etag, response=answer)


@router.patch("/meshes/{mesh_id}", response=MeshOut)
def change_mesh(request: ApiRequest, mesh_id: UUID, wanted: MeshChange) -> Any:
    """Lock a version against batches, or unlock it. For editors."""
    mesh = mesh_of(request.user, mesh_id, Role.EDITOR)
    if wanted.locked is not None:
        lock_mesh(actor=actor_of(request), mesh=mesh, is_locked=wanted.locked)
    return mesh_of(request.user, mesh_id)


@router.delete("/meshes/{mesh_id}", response={204: None})
def end_mesh(request: ApiRequest, mesh_id: UUID) -> Any:
    """Delete a version. For editors."""
    delete_mesh(actor=actor_of(request), mesh=mesh_of(request.user, mesh_id, Role.EDITOR))
    return Status(204, None)


@router.post("/meshes/{mesh_id}/edit", response={201: MeshOut})
def edit(request: ApiRequest, mesh_id: UUID, wanted: EditIn) -> Any:
    """Keep a version with these vertices, triangulated anew and locked. For editors."""
    mesh = mesh_of(request.user, mesh_id, Role.EDITOR)
    fields = edited(mesh, wanted.vertices, wanted.hull, wanted.island)
    version = edit_mesh(actor=actor_of(request), user=request.user, mesh=mesh, fields=fields)
    return Status(201, mesh_of(request.user, version.id))


@router.post("/meshes/{mesh_id}/restore", response={201: MeshOut})
def restore(request: ApiRequest, mesh_id: UUID) -> Any:
    """Make an older version the newest. For editors."""
    mesh = mesh_of(request.user, mesh_id, Role.EDITOR)
    version = restore_mesh(actor=actor_of(request), user=request.user, mesh=mesh)
    return Status(201, mesh_of(request.user, version.id))


@router.get("/meshes/{mesh_id}/compare/{other_id}", response=ComparisonOut)
def compare(request: ApiRequest, mesh_id: UUID, other_id: UUID) -> Any:
    """What is another from one version to another."""
    before, after = mesh_of(request.user, mesh_id), mesh_of(request.user, other_id)
    differing = {
        name: (before.parameters.get(name), value)
        for name, value in after.parameters.items()
        if before.parameters.get(name) != value
    }
    return {"before": before, "after": after, "parameters": differing}


@router.get("/meshes/{mesh_id}/status", response=StatusOut)
def read_status(request: ApiRequest, mesh_id: UUID, wait: Wait = 0) -> Any:
    """How far a version is."""
    return status_of(_waited_for(request.user, mesh_id, wait))


@router.post("/meshes/{mesh_id}/cancel", response=StatusOut)
def cancel(request: ApiRequest, mesh_id: UUID) -> Any:
    """Stop making a version; a finished one stays as it is. For editors."""
    cancel_mesh(actor=actor_of(request), mesh=mesh_of(request.user, mesh_id, Role.EDITOR))
    return status_of(mesh_of(request.user, mesh_id))


@router.post("/meshes/{mesh_id}/retry", response={202: StatusOut})
def retry(request: ApiRequest, mesh_id: UUID) -> Any:
    """Have made once more what failed or was cancelled. For editors."""
    retry_mesh(actor=actor_of(request), mesh=mesh_of(request.user, mesh_id, Role.EDITOR))
    return Status(202, status_of(mesh_of(request.user, mesh_id)))


@router.get("/meshes/{mesh_id}/download")
def download(
    request: ApiRequest,
    mesh_id: UUID,
    format: Literal["spine", "zip", "mesh", "png", "svg"] = "spine",
    spine_version: str = DEFAULT_VERSION,
    atlas: bool = False,
) -> HttpResponse | StreamingHttpResponse:
    """A version as a Spine skeleton, as a zip with its image, as plain JSON, or as a picture."""
    mesh = mesh_of(request.user, mesh_id)
    name = mesh.image.name.rpartition("/")[2]
    answer: HttpResponse | StreamingHttpResponse
    given: dict[str, Any] = {"format": format}
    if format in ("spine", "zip"):
        given |= {"spine_version": spine_version, "atlas": atlas}
    if format == "zip":
        answer = _zip(request, skeleton_zip([mesh], spine_version, atlas=atlas), name)
    elif format == "spine":
        answer = _file(skeleton_json([mesh], spine_version), "application/json", f"{name}.json")
    elif format == "mesh":
        answer = _file(mesh_json(mesh), "application/json", f"{name}.mesh.json")
    else:
        kind = "image/png" if format == "png" else "image/svg+xml"
        answer = _file(picture(mesh, format), kind, f"{name}.preview.{format}")
    answer.headers[STALE] = str(int(mesh.is_stale))
    download_meshes(actor=actor_of(request), meshes=[mesh], after=given)
    return answer


@router.get("/projects/{project_id}/download")
def download_project(
    request: ApiRequest,
    project_id: UUID,
    format: Literal["spine", "zip"] = "zip",
    spine_version: str = DEFAULT_VERSION,
    atlas: bool = False,
) -> HttpResponse | StreamingHttpResponse:
    """The newest mesh of every image of a project, in one skeleton."""
    project = project_of(request.user, project_id)
    found = Mesh.objects.current().filter(image__project=project)
    found = found.select_related("image", "blob", "job")
    meshes = list(found.order_by("image__created_at", "image"))
    answer: HttpResponse | StreamingHttpResponse
    if format == "zip":
        answer = _zip(request, skeleton_zip(meshes, spine_version, atlas=atlas), project.name)
    else:
        answer = _file(
            skeleton_json(meshes, spine_version), "application/json", f"{project.name}.json"
        )
    answer.headers[STALE] = str(sum(mesh.is_stale for mesh in meshes))
    given = {"format": format, "spine_version": spine_version, "atlas": atlas}
    download_meshes(actor=actor_of(request), meshes=meshes, project=project, after=given)
    return answer


@router.get("/projects/{project_id}/batches", response=list[BatchOut])
@paginate
def list_batches(request: ApiRequest, project_id: UUID) -> Any:
    """The batches of a project, the newest first."""
    return project_of(request.user, project_id).batches.counted().order_by("-created_at", "id")


@router.post("/projects/{project_id}/batches", response={202: BatchOut})
def generate_batch(request: ApiRequest, project_id: UUID, wanted: BatchIn) -> Any:
    """Ask for new versions for some or all images of a project. For editors."""
    project = project_of(request.user, project_id, Role.EDITOR)
    images = None
    if wanted.images is not None:
        images = list(ProjectImage.objects.filter(project=project, id__in=wanted.images))
    batch = service.generate_batch(
        actor=actor_of(request),
        user=request.user,
        project=project,
        images=images,
        order=_order(request, wanted),
        with_locked=wanted.with_locked,
    )
    return Status(202, batch_of(request.user, batch.id))


@router.get("/batches/{batch_id}", response=BatchOut)
def read_batch(request: ApiRequest, batch_id: UUID) -> Any:
    """How far a batch is."""
    return batch_of(request.user, batch_id)


@router.get("/batches/{batch_id}/meshes", response=list[MeshOut])
@paginate
def list_batch(
    request: ApiRequest, batch_id: UUID, status: Literal["failed", "cancelled"] | None = None
) -> Any:
    """The versions of a batch; only those that failed, or were cancelled, where asked for."""
    found = batch_of(request.user, batch_id).meshes.select_related("image", "job")
    return (found if status is None else found.filter(job__status=status)).order_by("image")


@router.post("/batches/{batch_id}/cancel", response=BatchOut)
def end_batch(request: ApiRequest, batch_id: UUID) -> Any:
    """Cancel what is unfinished of a batch. For editors."""
    cancel_batch(actor=actor_of(request), batch=batch_of(request.user, batch_id, Role.EDITOR))
    return batch_of(request.user, batch_id)


@router.post("/batches/{batch_id}/retry", response={202: RetriedOut})
def begin_batch_anew(request: ApiRequest, batch_id: UUID) -> Any:
    """Have made once more what failed or was cancelled of a batch. For editors."""
    batch = batch_of(request.user, batch_id, Role.EDITOR)
    return Status(202, {"retried": retry_batch(actor=actor_of(request), batch=batch)})


def _order(request: ApiRequest, wanted: OrderIn) -> MeshOrder:
    return order_of(request.user, wanted.preset, wanted.parameters, wanted.target)


def _waited_for(user: User, mesh_id: UUID, seconds: int) -> Mesh:
    """How far the mesh is once it is finished, or after so long. Raises NotFound."""
    end = time.monotonic() + seconds
    mesh = progress_of(user, mesh_id)
    while mesh.status in UNFINISHED and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        mesh = progress_of(user, mesh_id)
    return mesh


def _zip(request: ApiRequest, file: IO[bytes], name: str) -> StreamingHttpResponse:
    return streaming(request, pieces_of(file), kind="application/zip", name=f"{name}.zip")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name)
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": disposition or "attachment"}
    )
