"""Projects and their members as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Schema

from spinelift.web.http.values import Asked
from spinelift.web.projects.models import Membership, Role


class ProjectIn(Asked):
    """A project to make."""

    name: str


class ProjectChange(Asked):
    """What is to be another; the rest stays."""

    name: str | None = None
    archived: bool | None = None


class ProjectOut(Schema):
    """A project, and what whoever asks is there."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class MemberIn(Asked):
    """A user to add, by the email that they registered with."""

    email: str
    role: Role


class RoleChange(Asked):
    """What a member is to be."""

    role: Role


class MemberOut(Schema):
    """A user in a project."""

    user_id: UUID
    email: str
    role: Role
    created_at: datetime

    @staticmethod
    def resolve_email(membership: Membership) -> str:
        return membership.user.email
