"""A user and an id in; the image or the upload out, if the user may do there what is wanted."""

from __future__ import annotations

from uuid import UUID

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.images.models import Blob, ProjectImage, Upload
from spinelift.web.projects.access import check_role
from spinelift.web.projects.models import Role


def image_of(user: User, image_id: UUID, least: Role = Role.VIEWER) -> ProjectImage:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    seen = ProjectImage.objects.visible_to(user).select_related("blob", "project")
    image = seen.filter(id=image_id).first()
    if image is None:
        raise NotFound("There is no such image, or not for you.")
    check_role(image.role, least)
    return image


def blob_of(user: User, sha256: str) -> Blob:
    """Raises NotFound, also where only others have it."""
    blob = Blob.objects.visible_to(user).filter(sha256=sha256).first()
    if blob is None:
        raise NotFound("There are no such bytes, or not for you.")
    return blob


def upload_of(user: User, upload_id: UUID) -> Upload:
    """Raises NotFound, also for one that has expired."""
    seen = Upload.objects.visible_to(user).select_related("blob", "user")
    upload = seen.filter(id=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload, or it has expired: begin anew.")
    return upload
