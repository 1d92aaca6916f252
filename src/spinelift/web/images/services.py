"""What changes images, and keeps and sweeps their blobs.

The row of a blob is locked by whoever looks whether its file is there, so that nobody sweeps what
another has just found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, ClassVar

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from spinelift.images import DEFAULT_LIMITS, Header, sniff
from spinelift.web.actors import Actor
from spinelift.web.errors import NotFound, WebError
from spinelift.web.events import ImageAdded, ImageDeleted, ImageRenamed, ImageReplaced
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.names import checked_name
from spinelift.web.operations import operation
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import locked_project

KEPT_UNUSED = timedelta(days=1)
"""How long a blob stays that no image has, which is how long its deletion can be undone."""


class NameTaken(WebError):
    """Two images of a project would have the same slot."""

    code: ClassVar[str] = "NAME_TAKEN"


@dataclass(frozen=True)
class Upload:
    """A file that has come whole, looked at and measured, and is not kept yet."""

    file: BinaryIO
    sha256: str
    size: int
    header: Header


def examine(file: BinaryIO, name: str) -> Upload:
    """Look at what was uploaded, before anything else is done with it.

    Raises ImageUnreadable and ImageTooLarge; nothing is decoded.
    """
    file.seek(0)
    content = file.read(DEFAULT_LIMITS.max_bytes + 1)
    DEFAULT_LIMITS.check_bytes(len(content), name)
    header = sniff(content, name=name)
    DEFAULT_LIMITS.check_size(header.width, header.height, name)
    return Upload(file, hashlib.sha256(content).hexdigest(), len(content), header)


def add_image(*, actor: Actor, project: Project, name: str, upload: Upload) -> ProjectImage:
    """Raises NameRefused and NameTaken, and NotFound for a project that is gone."""
    with operation(actor) as publish:
        stored = locked_project(project)
        name = checked_name(name)
        _check_free(stored, name)
        image = ProjectImage.objects.create(project=stored, name=name, blob=_keep(upload))
        publish(ImageAdded(project_id=stored.id, image_id=image.id, after=_values(image)))
    return image


def rename_image(*, actor: Actor, image: ProjectImage, name: str) -> ProjectImage:
    """Raises NameRefused, NameTaken and NotFound."""
    with operation(actor) as publish:
        stored = _locked(image)
        before, name = _values(stored), checked_name(name)
        if name != stored.name:
            _check_free(stored.project, name)
            stored.name = name
            stored.save(update_fields=["name", "updated_at"])
            publish(
                ImageRenamed(
                    project_id=stored.project_id,
                    image_id=stored.id,
                    before=before,
                    after=_values(stored),
                )
            )
    return stored


def replace_image(*, actor: Actor, image: ProjectImage, upload: Upload) -> ProjectImage:
    """Give the image other bytes. Raises NotFound."""
    with operation(actor) as publish:
        stored = _locked(image)
        before = _values(stored)
        if upload.sha256 != stored.blob_id:
            stored.blob = _keep(upload)
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
    with operation(actor) as publish:
        stored = _locked(image)
        values = _values(stored)
        publish(ImageDeleted(project_id=stored.project_id, image_id=stored.id, before=values))
        stored.delete()


def sweep_blobs() -> int:
    """Mark the blobs that no image has, delete those marked for a day; returns how many."""
    now = timezone.now()
    swept = 0
    for sha256 in list(Blob.objects.filter(images=None).values_list("sha256", flat=True)):
        with transaction.atomic():
            blob = Blob.objects.select_for_update().filter(sha256=sha256).first()
            # Asked anew under the lock: an image may have it since.
            if blob is None or blob.images.exists():
                continue
            if blob.unused_since is None:
                blob.unused_since = now
                blob.save(update_fields=["unused_since"])
            elif blob.unused_since < now - KEPT_UNUSED:
                # The file first: a row without it is swept again, a file without a row is not.
                default_storage.delete(blob.key)
                blob.delete()
                swept += 1
    return swept


def _keep(upload: Upload) -> Blob:
    """Within a transaction: the row, locked, and behind it the file."""
    header = upload.header
    Blob.objects.bulk_create(
        [
            Blob(
                sha256=upload.sha256,
                size=upload.size,
                format=header.format,
                width=header.width,
                height=header.height,
            )
        ],
        ignore_conflicts=True,
    )
    blob = Blob.objects.select_for_update().get(sha256=upload.sha256)
    if blob.unused_since is not None:
        blob.unused_since = None
        blob.save(update_fields=["unused_since"])
    if not default_storage.exists(blob.key):
        upload.file.seek(0)
        default_storage.save(blob.key, File(upload.file))
    return blob


def _locked(image: ProjectImage) -> ProjectImage:
    """The image as it is, its project locked so that names stay each one's own."""
    locked_project(image.project)
    stored = ProjectImage.objects.select_related("blob", "project").filter(id=image.id).first()
    if stored is None:
        raise NotFound("The image is not there any more.")
    return stored


def _check_free(project: Project, name: str) -> None:
    if ProjectImage.objects.filter(project=project, name=name).exists():
        raise NameTaken(f"The project has an image {name} already: choose another name.")


def _values(image: ProjectImage) -> dict[str, str]:
    return {"name": image.name, "sha256": image.blob_id}
