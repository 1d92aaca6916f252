"""Images, and the blobs that hold their bytes: a blob is named by its hash, an image by people.

What was uploaded and is no image yet is its user's for a while.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.projects.models import Project

BLOBS, THUMBNAILS, STAGING = "blobs/", "thumbnails/", "staging/"
"""Folders of the storage."""


class BlobQuerySet(models.QuerySet["Blob"]):
    """Blobs."""

    def visible_to(self, user: User) -> BlobQuerySet:
        """Those of images that the user can see, and those that the user has just uploaded; that
        others have one is not to be found out."""
        images = ProjectImage.objects.visible_to(user).filter(blob=OuterRef("pk"))
        uploads = Upload.objects.visible_to(user).filter(blob=OuterRef("pk"))
        return self.filter(Exists(images) | Exists(uploads))

    def unused(self) -> BlobQuerySet:
        """Those that no row of any kind refers to."""
        uses = Q()
        for relation in Blob._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel):
                users = relation.related_model._base_manager
                uses |= Q(Exists(users.filter(**{relation.field.name: OuterRef("pk")})))
        return self.exclude(uses)


class Blob(models.Model):
    """The bytes of an image file, once, whoever uploaded them.

    Attributes
    ----------
    unused_since
        When the sweep found that nothing has it; None for one that something has had since.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    unused_since = models.DateTimeField(null=True)

    objects = BlobQuerySet.as_manager()

    def __str__(self) -> str:
        return self.sha256

    @property
    def key(self) -> str:
        """Where its bytes lie in the storage."""
        return f"{BLOBS}{self.sha256[:2]}/{self.sha256}"

    @property
    def thumbnail_key(self) -> str:
        """Where its thumbnail lies, once it was made."""
        return f"{THUMBNAILS}{self.sha256[:2]}/{self.sha256}.png"


class ImageQuerySet(models.QuerySet["ProjectImage"]):
    """Images."""

    def visible_to(self, user: User) -> ImageQuerySet:
        """Those of projects that the user is a member of, each with `role`, as projects have."""
        seen = self.filter(project__memberships__user=user)
        return seen.annotate(role=F("project__memberships__role"))  # type: ignore[no-redef]  # itself


class ProjectImage(models.Model):
    """An image of a project; its name is that of its slot in Spine.

    Attributes
    ----------
    folded_name
        The name without its case. Two images of a project that have the same would be one file
        where upper and lower case are, and so a download would not hold both.
    versions
        How many its mesh has had, those that are gone too: a number is given once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="images")
    name = models.CharField(max_length=200)
    folded_name = models.TextField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="images")
    versions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ImageQuerySet.as_manager()

    if TYPE_CHECKING:
        role: str
        """What somebody is in its project: whom `visible_to` was asked for, which alone sets it."""

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "folded_name"], name="image_has_its_own_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads."""

    def visible_to(self, user: User) -> UploadQuerySet:
        """The user's own, until they expire."""
        return self.filter(user=user, expires_at__gt=timezone.now())


class Upload(models.Model):
    """Bytes that a user has sent, or has said to send, and that are no image yet.

    Attributes
    ----------
    size
        In bytes, as it was said before they came.
    blob
        None until they have come and were found to be an image.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="uploads")
    size = models.BigIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uploads", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def key(self) -> str:
        """Where the bytes lie in the storage until they were looked at."""
        return f"{STAGING}{self.id}"
