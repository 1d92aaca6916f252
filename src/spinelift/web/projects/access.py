"""A user and an id in; the project out, if the user may do there what is wanted."""

from __future__ import annotations

from uuid import UUID

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotAllowed, NotFound
from spinelift.web.projects.models import Project, Role


def project_of(user: User, project_id: UUID, least: Role = Role.VIEWER) -> Project:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    project = Project.objects.visible_to(user).filter(id=project_id).first()
    if project is None:
        raise NotFound("There is no such project, or not for you.")
    check_role(project.role, least)
    return project


def check_role(role: str, least: Role) -> None:
    """Raises NotAllowed for who has a lesser role."""
    if not Role(role).includes(least):
        raise NotAllowed(f"You are {role} of this project; this takes its {least}.")
