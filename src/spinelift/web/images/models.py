"""Images, and the blobs that hold their bytes: a blob is named by its hash, an image by people."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from spinelift.web.accounts.models import User
from spinelift.web.projects.models import Project

FOLDER = "blobs/"


class BlobQuerySet(models.QuerySet["Blob"]):
    """Blobs."""

    def visible_to(self, user: User) -> BlobQuerySet:
        """Those of images that the user can see; that others have one is not to be found out."""
        return self.filter(images__project__memberships__user=user).distinct()


class Blob(models.Model):
    """The bytes of an image file, once, whoever uploaded them.

    Attributes
    ----------
    unused_since
        When the sweep found that no image has it; None for one that an image has had since.
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
        return f"{FOLDER}{self.sha256[:2]}/{self.sha256}"


class ImageQuerySet(models.QuerySet["ProjectImage"]):
    """Images."""

    def visible_to(self, user: User) -> ImageQuerySet:
        """Those of projects that the user is a member of."""
        return self.filter(project__memberships__user=user)


class ProjectImage(models.Model):
    """An image of a project; its name is that of its slot in Spine."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="images")
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="images")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "name"], name="image_has_its_own_name")
        ]

    def __str__(self) -> str:
        return self.name
