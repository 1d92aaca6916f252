"""Jobs for operators, with the image and the project that a mesh is of."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from spinelift.web.images.models import ProjectImage
from spinelift.web.jobs.admin import JobAdmin
from spinelift.web.jobs.models import Job
from spinelift.web.projects.models import Project


@admin.register(Job)
class MeshJobAdmin(JobAdmin):
    """Jobs that make no mesh have neither."""

    list_display = (
        *("created_at", "kind", "project", "image", "user", "status", "percent", "attempt"),
        *("message", "queue", "finished_at"),
    )
    list_select_related = ("user", "mesh__image__project")
    search_fields: ClassVar[tuple[str, ...]] = (
        *JobAdmin.search_fields,
        *("mesh__image__name", "mesh__image__project__name", "mesh__image__project__id"),
    )
    readonly_fields = ("project", "image")

    @admin.display(ordering="mesh__image__name")
    def image(self, job: Job) -> ProjectImage | None:
        """The job's mesh is one of this."""
        mesh = getattr(job, "mesh", None)
        return None if mesh is None else mesh.image

    @admin.display(ordering="mesh__image__project__name")
    def project(self, job: Job) -> Project | None:
        """Where the image is."""
        image = self.image(job)
        return None if image is None else image.project
