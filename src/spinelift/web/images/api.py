"""`/images` of projects, and `/blobs` and `/uploads`, the bytes that images are made of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from ninja import Status
from ninja.pagination import paginate

from spinelift.images import DEFAULT_LIMITS
from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.http.heads import Router
from spinelift.web.http.problems import problem_response
from spinelift.web.http.requests import actor_of
from spinelift.web.http.streaming import pieces_of, streaming
from spinelift.web.http.uploads import Body, files_of, whole_body
from spinelift.web.http.values import Words
from spinelift.web.images import storage
from spinelift.web.images.access import blob_of, image_of, upload_of
from spinelift.web.images.batches import NothingAdded, add_images
from spinelift.web.images.files import ImageFile, measure
from spinelift.web.images.models import ProjectImage, Upload
from spinelift.web.images.schemas import (
    AddedOut,
    BlobOut,
    ImageChange,
    ImageFromBlob,
    ImageIds,
    ImageOut,
    RefusedOut,
    Sha256,
    UploadIn,
    UploadOut,
)
from spinelift.web.images.services import (
    HashMismatch,
    add_image,
    delete_image,
    delete_images,
    download_image,
    keep_blob,
    rename_image,
    replace_image,
)
from spinelift.web.images.thumbnails import thumbnail_of
from spinelift.web.images.uploads import (
    PUT_SECONDS,
    begin_upload,
    complete_upload,
    receive_upload,
)
from spinelift.web.projects.access import project_of
from spinelift.web.projects.models import Role

router = Router(tags=["images"])

LABEL = "The upload"
"""What messages call a body."""

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "PNG": "image/png",
        "WebP": "image/webp",
        "TIFF": "image/tiff",
        "GIF": "image/gif",
        "JPEG": "image/jpeg",
        "BMP": "image/bmp",
    }
)
EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"PNG": "png", "WebP": "webp", "TIFF": "tif", "GIF": "gif", "JPEG": "jpg", "BMP": "bmp"}
)

ASK_AGAIN = "private, no-cache"
FOR_EVER = "private, max-age=31536000, immutable"

FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "paths": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }
}
BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""Neither is declared by a parameter, which would be read before it is known who may send it."""


@router.get("/projects/{project_id}/images", response=list[ImageOut])
@paginate
def list_images(request: ApiRequest, project_id: UUID, name: Words = "") -> Any:
    """The images of a project, the oldest first; with `name`, those in whose names it is."""
    images = project_of(request.user, project_id).images.select_related("blob")
    return images.filter(name__icontains=name) if name else images


@router.post("/projects/{project_id}/images", response={201: AddedOut}, openapi_extra=FORM)
def make_images(request: ApiRequest, project_id: UUID, replace: bool = False) -> Any:
    """Make images of files, and of what is in zips among them. For editors.

    An image is called as its file without extension, in the folders of its zip; or as its path,
    where `paths` has one for each file, as names of files in forms come without their folders. One
    that has that name already is left as it is, or with `replace` has the new bytes. What was
    refused is told; where all is, nothing was made.
    """
    project = project_of(request.user, project_id, Role.EDITOR)
    files = files_of(request, "files")
    if not files:
        return problem_response(
            "REQUEST_UNREADABLE", "There is no file in the field files: send a form that has one."
        )
    if paths := request.POST.getlist("paths"):
        if len(paths) != len(files):
            words = f"There are {len(files)} files and {len(paths)} paths: send one for each."
            return problem_response("REQUEST_UNREADABLE", words)
        files = [(path, file) for path, (_, file) in zip(paths, files, strict=True)]
    try:
        outcome = add_images(actor=actor_of(request), project=project, files=files, replace=replace)
    except NothingAdded as error:
        refused = [RefusedOut.of(refusal).model_dump() for refusal in error.refused]
        return problem_response(error.reason, str(error), {"refused": refused})
    return Status(201, outcome)


@router.post("/projects/{project_id}/images/from-blob", response={201: ImageOut})
def make_image(request: ApiRequest, project_id: UUID, wanted: ImageFromBlob) -> Any:
    """Make an image of bytes that are there already, so that they need not be sent. For editors."""
    project = project_of(request.user, project_id, Role.EDITOR)
    blob = blob_of(request.user, wanted.sha256)
    image = add_image(actor=actor_of(request), project=project, name=wanted.name, upload=blob)
    return Status(201, image)


@router.post("/projects/{project_id}/images/delete", response=ImageIds)
def end_images(request: ApiRequest, project_id: UUID, wanted: ImageIds) -> Any:
    """Delete several images, all or none; answers those that were there. For editors."""
    project = project_of(request.user, project_id, Role.EDITOR)
    return {"ids": delete_images(actor=actor_of(request), project=project, ids=wanted.ids)}


@router.get("/images/{image_id}", response=ImageOut)
def read_image(request: ApiRequest, image_id: UUID) -> Any:
    """One image."""
    return image_of(request.user, image_id)


@router.patch("/images/{image_id}", response=ImageOut)
def change_image(request: ApiRequest, image_id: UUID, wanted: ImageChange) -> Any:
    """Rename an image. For editors."""
    image = image_of(request.user, image_id, Role.EDITOR)
    if wanted.name is not None:
        rename_image(actor=actor_of(request), image=image, name=wanted.name)
    return image_of(request.user, image_id)


@router.delete("/images/{image_id}", response={204: None})
def end_image(request: ApiRequest, image_id: UUID) -> Any:
    """Delete an image. For editors."""
    image = image_of(request.user, image_id, Role.EDITOR)
    delete_image(actor=actor_of(request), image=image)
    return Status(204, None)


@router.get("/images/{image_id}/content", response={200: None, 302: None}, url_name="read_content")
def read_content(request: ApiRequest, image_id: UUID) -> Any:
    """The bytes as they were uploaded, or where they are to be had."""
    image = image_of(request.user, image_id)
    if unchanged := _unchanged(request, image):
        return unchanged
    download_image(actor=actor_of(request), image=image)
    return _bytes_of(request, image, ASK_AGAIN)


@router.get("/images/{image_id}/art", response={200: None, 302: None}, url_name="read_art")
def read_art(request: ApiRequest, image_id: UUID, v: str = "") -> Any:
    """The same bytes, to be shown, so that it is no download. `v` is the hash in `art_url`."""
    image = image_of(request.user, image_id)
    if unchanged := _unchanged(request, image):
        return unchanged
    return _bytes_of(request, image, _kept_for(v, image))


@router.put("/images/{image_id}/content", response=ImageOut, openapi_extra=BYTES)
def change_content(request: ApiRequest, image_id: UUID) -> Any:
    """Give the image other bytes. For editors."""
    image = image_of(request.user, image_id, Role.EDITOR)
    with whole_body(request, DEFAULT_LIMITS, LABEL) as body:
        replace_image(actor=actor_of(request), image=image, upload=_measured(body))
    return image_of(request.user, image_id)


@router.get("/images/{image_id}/thumbnail", response={200: None}, url_name="read_thumbnail")
def read_thumbnail(request: ApiRequest, image_id: UUID, v: str = "") -> Any:
    """A PNG of at most 128 pixels. `v` is the hash in `thumbnail_url`: it is one for ever."""
    image = image_of(request.user, image_id)
    if unchanged := _unchanged(request, image):
        return unchanged
    answer = HttpResponse(thumbnail_of(image), content_type="image/png")
    return _cached(answer, image, _kept_for(v, image))


@router.api_operation(["HEAD"], "/blobs/{sha256}", response={200: None})
def look_for_blob(request: ApiRequest, sha256: Sha256) -> Any:
    """Whether these bytes need not be sent: 200 where the user can see them, else 404."""
    blob_of(request.user, sha256)
    return HttpResponse()


@router.put("/blobs/{sha256}", response=BlobOut, openapi_extra=BYTES)
def put_blob(request: ApiRequest, sha256: Sha256) -> Any:
    """Send the bytes that have this hash. For a day an image can be made of them."""
    with whole_body(request, DEFAULT_LIMITS, LABEL) as body:
        if body.sha256 != sha256:
            raise HashMismatch(f"The hash of what came is {body.sha256}: nothing was kept.")
        return keep_blob(actor=actor_of(request), user=request.user, upload=_measured(body))


@router.post("/uploads", response={201: UploadOut})
def make_upload(request: ApiRequest, wanted: UploadIn) -> Any:
    """Begin to send a large file: put its bytes where the answer says, then complete it."""
    upload = begin_upload(user=request.user, size=wanted.size)
    return Status(201, _shown(upload))


@router.put(
    "/uploads/{upload_id}", response={204: None}, openapi_extra=BYTES, url_name="take_upload"
)
def take_upload(request: ApiRequest, upload_id: UUID) -> Any:
    """Send the bytes of an upload, where its address is this one."""
    upload = upload_of(request.user, upload_id)
    with whole_body(request, DEFAULT_LIMITS, LABEL) as body:
        receive_upload(upload=upload, file=body.file, size=body.size)
    return Status(204, None)


@router.post("/uploads/{upload_id}/complete", response=BlobOut)
def end_upload(request: ApiRequest, upload_id: UUID) -> Any:
    """Have what was sent looked at and kept. For a day an image can be made of it."""
    upload = upload_of(request.user, upload_id)
    return complete_upload(actor=actor_of(request), upload=upload)


def _measured(body: Body) -> ImageFile:
    return measure(body.file, body.sha256, body.size, LABEL)


def _shown(upload: Upload) -> dict[str, Any]:
    url = storage.upload_url(upload.key, size=upload.size, seconds=PUT_SECONDS)
    return {
        "id": upload.id,
        "method": "PUT",
        "url": url or reverse("api:take_upload", args=[upload.id]),
        "headers": {"Content-Length": str(upload.size)},
        "expires_at": upload.expires_at,
    }


def _bytes_of(request: HttpRequest, image: ProjectImage, how: str) -> HttpResponseBase:
    """As a file, never as a page; kept by who asks as is said, where it comes from us."""
    blob = image.blob
    content_type = CONTENT_TYPES[blob.format]
    file_name = f"{image.name.rpartition('/')[2]}.{EXTENSIONS[blob.format]}"
    disposition = content_disposition_header(as_attachment=True, filename=file_name) or ""
    url = storage.download_url(blob.key, content_type=content_type, disposition=disposition)
    if url is not None:
        elsewhere = HttpResponseRedirect(url)
        elsewhere["Cache-Control"] = "no-store"
        return elsewhere
    pieces = pieces_of(storage.opened(blob.key))
    answer = streaming(request, pieces, kind=content_type, name=file_name)
    answer["Content-Length"] = str(blob.size)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _cached(answer, image, how)


def _kept_for(version: str, image: ProjectImage) -> str:
    """How long an answer may be kept that was asked for by a hash."""
    return FOR_EVER if version == image.blob_id else ASK_AGAIN


def _unchanged(request: HttpRequest, image: ProjectImage) -> HttpResponseBase | None:
    """The answer to who has these bytes already."""
    return get_conditional_response(request, etag=_etag(image))


def _cached(answer: HttpResponseBase, image: ProjectImage, how: str) -> HttpResponseBase:
    answer["ETag"] = _etag(image)
    answer["Cache-Control"] = how
    return answer


def _etag(image: ProjectImage) -> str:
    return f'"{image.blob_id}"'
