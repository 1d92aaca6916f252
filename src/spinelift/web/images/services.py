"""What changes images, and keeps their bytes.

The row of a blob is locked by whoever looks whether its file is there, so that nobody sweeps what
another has just found. Locked are, in this order: projects, users, blobs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from spinelift.images.limits import shown
from spinelift.spine.names import without_case
from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.errors import NotFound, WebError
from spinelift.web.events import (
    BlobPut,
    ImageAdded,
    ImageDeleted,
    ImageDownloaded,
    ImageRenamed,
    ImageReplaced,
    UploadCompleted,
)
from spinelift.web.images import storage
from spinelift.web.images.files import ImageFile
from spinelift.web.images.models import Blob, ProjectImage, Upload
from spinelift.web.images.names import checked_image_name
from spinelift.web.images.quotas import check_project_room, check_user_room
from spinelift.web.operations import operation
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import locked_project

UPLOAD_KEPT = timedelta(days=1)
"""How long bytes stay their sender's of which no image was made."""


class NameTaken(WebError):
    """Two images of a project would have the same slot."""

    code: ClassVar[str] = "NAME_TAKEN"


class HashMismatch(WebError):
    """The bytes are others than was said."""

    code: ClassVar[str] = "HASH_MISMATCH"


def add_image(
    *, actor: Actor, project: Project, name: str, upload: ImageFile | Blob
) -> ProjectImage:
    """Make an image of a file that was examined, or of a blob that the actor can see.

    Raises NameRefused, NameTaken, QuotaExceeded and StorageUnavailable, and NotFound for a project
    or a blob that is gone.
    """
    name = checked_image_name(name)
    # Asked before anything is kept, and again once nobody else can change the answers.
    _check_free(project, name)
    check_project_room(project, images=1, size=upload.size)
    blob = _kept(upload)
    with operation(actor) as publish:
        stored = locked_project(project)
        _check_free(stored, name)
        if actor.user_id is not None:  # what is an image is no upload any more
            Upload.objects.filter(user_id=actor.user_id, blob=blob).delete()
        check_project_room(stored, images=1, size=blob.size, lock=True)
        image = ProjectImage.objects.create(
            project=stored, name=name, folded_name=without_case(name), blob=_held(blob)
        )
        publish(ImageAdded(project_id=stored.id, image_id=image.id, after=_values(image)))
    return image


def rename_image(*, actor: Actor, image: ProjectImage, name: str) -> ProjectImage:
    """Raises NameRefused, NameTaken and NotFound."""
    with operation(actor) as publish:
        stored = _locked(image)
        before, name = _values(stored), checked_image_name(name)
        if name != stored.name:
            if without_case(name) != stored.folded_name:
                _check_free(stored.project, name)
            stored.name, stored.folded_name = name, without_case(name)
            stored.save(update_fields=["name", "folded_name", "updated_at"])
            publish(
                ImageRenamed(
                    project_id=stored.project_id,
                    image_id=stored.id,
                    before=before,
                    after=_values(stored),
                )
            )
    return stored


def replace_image(*, actor: Actor, image: ProjectImage, upload: ImageFile) -> ProjectImage:
    """Give the image other bytes. Raises QuotaExceeded, StorageUnavailable and NotFound."""
    check_project_room(image.project, images=0, size=upload.size - image.blob.size)
    blob = _kept(upload)
    with operation(actor) as publish:
        stored = _locked(image)
        before = _values(stored)
        if blob.sha256 != stored.blob_id:
            growth = blob.size - stored.blob.size
            check_project_room(stored.project, images=0, size=growth, lock=True)
            stored.blob = _held(blob)
            stored.save(update_fields=["blob", "updated_at"])
            publish(
                ImageReplaced(
                    project_id=stored.project_id,
                    image_id=stored.id,
                    before=before,
                    after=_values(stored),
                )
            )
    return stored


def delete_image(*, actor: Actor, image: ProjectImage) -> None:
    """Raises NotFound. Its bytes are swept later."""
    if not delete_images(actor=actor, project=image.project, ids=[image.id]):
        raise NotFound("The image is not there any more.")


def delete_images(*, actor: Actor, project: Project, ids: Collection[UUID]) -> list[UUID]:
    """Delete those that are in the project; returns which. Raises NotFound."""
    with operation(actor) as publish:
        stored = locked_project(project)
        images = list(ProjectImage.objects.filter(project=stored, id__in=ids))
        for image in images:
            values = _values(image)
            publish(ImageDeleted(project_id=stored.id, image_id=image.id, before=values))
        found = [image.id for image in images]
        ProjectImage.objects.filter(id__in=found).delete()
    return found


def download_image(*, actor: Actor, image: ProjectImage) -> None:
    """Write down that somebody was given its bytes."""
    with operation(actor) as publish:
        values = _values(image)
        publish(ImageDownloaded(project_id=image.project_id, image_id=image.id, after=values))


def keep_blob(*, actor: Actor, user: User, upload: ImageFile) -> Blob:
    """Keep bytes that are the user's for a day. Raises QuotaExceeded and StorageUnavailable."""
    check_user_room(user, size=upload.size)
    blob = _kept(upload)
    with operation(actor) as publish:
        Upload.objects.filter(user=user, blob=blob).delete()
        check_user_room(user, size=blob.size, lock=True)
        Upload.objects.create(
            user=user, size=blob.size, blob=_held(blob), expires_at=timezone.now() + UPLOAD_KEPT
        )
        publish(BlobPut(user_id=user.id, sha256=blob.sha256, after={"size": blob.size}))
    return blob


def keep_upload(*, actor: Actor, upload: Upload, file: ImageFile) -> Blob:
    """Keep for a day what has come of an upload. Raises StorageUnavailable, and NotFound."""
    blob = _kept(file)
    with operation(actor) as publish:
        expires_at = timezone.now() + UPLOAD_KEPT
        found = Upload.objects.filter(id=upload.id)
        if not found.update(blob=_held(blob), expires_at=expires_at):
            raise NotFound("There is no such upload any more: begin anew.")
        values = {"sha256": blob.sha256, "size": blob.size}
        publish(UploadCompleted(user_id=upload.user_id, upload_id=upload.id, after=values))
    return blob


def _kept(upload: ImageFile | Blob) -> Blob:
    """The row, and behind it the file; at least a day passes before they can be swept."""
    if isinstance(upload, Blob):
        return upload
    with transaction.atomic():
        row = Blob(
            sha256=upload.sha256,
            size=upload.size,
            format=upload.header.format,
            width=upload.header.width,
            height=upload.header.height,
        )
        Blob.objects.bulk_create([row], ignore_conflicts=True)
        blob = _held(row)
        if storage.size_of(blob.key) != blob.size:
            storage.save(blob.key, upload.file)
    return blob


def _held(blob: Blob) -> Blob:
    """Within a transaction: the row, locked, which is no more about to be swept."""
    stored = Blob.objects.select_for_update().filter(sha256=blob.sha256).first()
    if stored is None:
        raise NotFound("The bytes are not there any more: send them again.")
    if stored.unused_since is not None:
        stored.unused_since = None
        stored.save(update_fields=["unused_since"])
    return stored


def _locked(image: ProjectImage) -> ProjectImage:
    """The image as it is, its project locked so that names stay each one's own."""
    locked_project(image.project)
    stored = ProjectImage.objects.select_related("blob", "project").filter(id=image.id).first()
    if stored is None:
        raise NotFound("The image is not there any more.")
    return stored


def image_named(project: Project, name: str) -> ProjectImage | None:
    """The project's image of that name, in upper or lower case."""
    there = ProjectImage.objects.filter(project=project, folded_name=without_case(name))
    return there.select_related("blob", "project").first()


def _check_free(project: Project, name: str) -> None:
    there = image_named(project, name)
    if there is not None:
        raise NameTaken(
            f"The project has an image {shown(there.name)} already: choose another name."
        )


def _values(image: ProjectImage) -> dict[str, str]:
    return {"name": image.name, "sha256": image.blob_id}
