"""Meshes, each a version of its image's, and batches of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from spinelift.web.accounts.models import User
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.jobs.models import Job, Status
from spinelift.web.prepared import Parameter
from spinelift.web.projects.models import Project


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches."""

    def visible_to(self, user: User) -> BatchQuerySet:
        """Those of projects that the user is a member of, each with `role`."""
        found = self.filter(project__memberships__user=user)
        return found.annotate(role=F("project__memberships__role"))  # type: ignore[no-redef]

    def counted(self) -> BatchQuerySet:
        """Each with `total`, and how many of its jobs are in each status, under its name."""
        jobs = {
            str(status): Count("meshes", filter=Q(meshes__job__status=status)) for status in Status
        }
        return self.annotate(total=Count("meshes"), **jobs)  # type: ignore[no-redef]


class Batch(models.Model):
    """Meshes that were asked for at once.

    Attributes
    ----------
    finished_at
        When the last of its jobs ended; None while any has not, also after a retry.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="batches")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="batches")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    if TYPE_CHECKING:
        role: str
        """As `Project.role`."""
        total: int
        queued: int
        processing: int
        completed: int
        failed: int
        cancelled: int

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"batch {self.id}"


class Source(models.TextChoices):
    """Where a version came from."""

    GENERATED = "generated"
    EDITED = "edited"
    RESTORED = "restored"


class MeshQuerySet(models.QuerySet["Mesh"]):
    """Meshes."""

    def visible_to(self, user: User | Parameter) -> MeshQuerySet:
        """Those of images of projects that the user is a member of, each with `role`."""
        found = self.filter(image__project__memberships__user=user)
        return found.annotate(role=F("image__project__memberships__role"))  # type: ignore[no-redef]

    def completed(self) -> MeshQuerySet:
        """Those that there are."""
        return self.filter(Q(job=None) | Q(job__status=Status.COMPLETED))

    def current(self) -> MeshQuerySet:
        """Of each image the newest that there is."""
        newer = Mesh.objects.completed().filter(
            image=OuterRef("image"), number__gt=OuterRef("number")
        )
        return self.completed().exclude(Exists(newer))

    def attempts(self) -> MeshQuerySet:
        """Of each image the newest, where that failed, was cancelled, or is not there yet."""
        newer = Mesh.objects.filter(image=OuterRef("image"), number__gt=OuterRef("number"))
        return self.exclude(Exists(newer)).exclude(Q(job=None) | Q(job__status=Status.COMPLETED))


class Mesh(models.Model):
    """A version of an image's mesh: asked for, being made, there, or failed; as its job says.

    Attributes
    ----------
    number
        Counts the versions of an image from 1.
    blob
        The bytes that it was made from; the image may have others since.
    job
        Makes it; None for one that needs none.
    parameters
        Every value, as they were asked for.
    preset, target
        By what names they were asked for; None where by none.
    is_locked
        Batches pass over its image: somebody has edited it, or wants to keep it as it is.
    summary
        What lists show of a mesh that is there: its counts, its quality, its warnings.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(ProjectImage, models.CASCADE, related_name="meshes")
    number = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="meshes")
    source = models.CharField(max_length=9, choices=Source.choices)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="mesh")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="meshes")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="meshes")
    preset = models.CharField(max_length=200, null=True)
    target = models.CharField(max_length=20, null=True)
    parameters = models.JSONField()
    is_locked = models.BooleanField(default=False)
    summary = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeshQuerySet.as_manager()

    if TYPE_CHECKING:
        role: str
        """As `Project.role`."""

    class Meta:
        ordering: ClassVar[list[str]] = ["image", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["image", "number"], name="mesh_has_its_number"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="mesh_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.image}"

    @property
    def status(self) -> str:
        """Its job's; what needed no job is completed."""
        return Status.COMPLETED if self.job is None else self.job.status

    @property
    def is_stale(self) -> bool:
        """Whether its image has other bytes now."""
        return self.blob_id != self.image.blob_id


class MeshContent(models.Model):
    """The geometry of a mesh that is there: `contract.results`' fields. Lists do not read it."""

    mesh = models.OneToOneField(Mesh, models.CASCADE, primary_key=True, related_name="content")
    fields: Any = models.JSONField()

    def __str__(self) -> str:
        return f"content of {self.mesh_id}"
