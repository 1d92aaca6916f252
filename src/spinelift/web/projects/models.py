"""Projects and their members."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from spinelift.web.accounts.models import User


class Role(models.TextChoices):
    """What a member may do; each may do what those after it may."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    def includes(self, other: Role) -> bool:
        """Whether who has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Those that the user is a member of, each with `role`, what the user is there."""
        seen = self.filter(memberships__user=user)
        return seen.annotate(role=F("memberships__role"))  # type: ignore[no-redef]  # itself


class Project(models.Model):
    """Images that belong together, and their meshes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    if TYPE_CHECKING:
        role: str
        """What somebody is there: whom `visible_to` was asked for, which alone sets it."""

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "user"], name="user_is_a_member_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.project}"
