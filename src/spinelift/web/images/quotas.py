"""How much somebody keeps, and whether there is room for more.

What is in a project counts for each of its owners; what was uploaded and is no image yet, for who
sent it.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from spinelift.images.amounts import BYTES, in_words
from spinelift.web.accounts.models import User
from spinelift.web.errors import QuotaExceeded
from spinelift.web.images.models import ProjectImage, Upload
from spinelift.web.projects.models import Project, Role


def check_project_room(project: Project, *, images: int, size: int, lock: bool = False) -> None:
    """Raises QuotaExceeded where an owner of the project would have too much.

    With `lock` what was found stays so until the transaction ends; lock the project before.
    """
    owners = User.objects.filter(memberships__project=project, memberships__role=Role.OWNER)
    for owner in _locked(owners) if lock else owners:
        _check(owner, images, size, f"The project's owner {owner.email} keeps")


def check_user_room(user: User, *, size: int, lock: bool = False) -> None:
    """The same for what a user uploads."""
    senders = User.objects.filter(id=user.id)
    for sender in _locked(senders) if lock else senders:
        _check(sender, 0, size, "You keep")


def _locked(users: QuerySet[User]) -> QuerySet[User]:
    """In one order for all, and so that rows that refer to them can still be made."""
    return users.order_by("id").select_for_update(of=("self",), no_key=True)


def _check(user: User, images: int, size: int, whose: str) -> None:
    limits = settings.LIMITS
    owned = ProjectImage.objects.filter(
        project__memberships__user=user, project__memberships__role=Role.OWNER
    ).aggregate(images=Count("id"), size=Sum("blob__size", default=0))
    uploaded = Upload.objects.visible_to(user).aggregate(size=Sum("size", default=0))
    if images and owned["images"] + images > limits.images:
        most = f"{limits.images} images"
    elif size > 0 and owned["size"] + uploaded["size"] + size > limits.image_bytes:
        most = in_words(limits.image_bytes, BYTES)
    else:
        return
    raise QuotaExceeded(f"{whose} as much as one may, {most}: delete what is not needed any more.")
