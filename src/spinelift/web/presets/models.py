"""Named sets of parameters that people have made; SpineLift's own are in `spinelift.mesh`."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from spinelift.web.accounts.models import User
from spinelift.web.projects.models import Project


class PresetQuerySet(models.QuerySet["Preset"]):
    """Presets."""

    def visible_to(self, user: User) -> PresetQuerySet:
        """The user's own, and those of projects that the user is a member of."""
        return self.filter(Q(owner=user) | Q(project__memberships__user=user)).distinct()


class Preset(models.Model):
    """Parameters with a name: one user's, or shared in a project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="presets")
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="presets")
    parameters = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(owner=None) ^ Q(project=None), name="preset_is_a_users_or_a_projects"
            ),
            models.UniqueConstraint(fields=["owner", "name"], name="own_preset_has_its_own_name"),
            models.UniqueConstraint(
                fields=["project", "name"], name="shared_preset_has_its_own_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
