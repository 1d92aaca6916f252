"""What changes projects and their members.

Each locks the row of its project first, so that what it checks stays so until it has ended.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.errors import NotFound, WebError
from spinelift.web.events import (
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    ProjectArchived,
    ProjectCreated,
    ProjectDeleted,
    ProjectRenamed,
    ProjectRestored,
)
from spinelift.web.names import checked_name
from spinelift.web.operations import operation
from spinelift.web.projects.models import Membership, Project, Role


class ProjectNeedsAnOwner(WebError):
    """Somebody has to be responsible for it."""

    code: ClassVar[str] = "PROJECT_NEEDS_AN_OWNER"


class AlreadyAMember(WebError):
    """Members are added once; their role can be changed."""

    code: ClassVar[str] = "ALREADY_A_MEMBER"


def create_project(*, actor: Actor, owner: User, name: str) -> Project:
    """Make a project with its first owner. Raises NameRefused."""
    with operation(actor) as publish:
        project = Project.objects.create(name=checked_name(name))
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
        after = {"name": project.name, "owner": owner.email}
        publish(ProjectCreated(project_id=project.id, after=after))
    return project


def locked_project(project: Project) -> Project:
    """Give the project as it is, and keep it so until the transaction ends. Raises NotFound."""
    stored = Project.objects.select_for_update().filter(id=project.id).first()
    if stored is None:
        raise NotFound("The project is not there any more.")
    return stored


def rename_project(*, actor: Actor, project: Project, name: str) -> Project:
    """Raises NameRefused, and NotFound as all below."""
    with operation(actor) as publish:
        stored = locked_project(project)
        before, stored.name = stored.name, checked_name(name)
        if stored.name != before:
            stored.save(update_fields=["name", "updated_at"])
            values = {"before": {"name": before}, "after": {"name": stored.name}}
            publish(ProjectRenamed(project_id=stored.id, **values))
    return stored


def archive_project(*, actor: Actor, project: Project) -> Project:
    """Take it out of the way; it can be restored. One that is archived stays as it is."""
    with operation(actor) as publish:
        stored = locked_project(project)
        if stored.archived_at is None:
            stored.archived_at = timezone.now()
            stored.save(update_fields=["archived_at", "updated_at"])
            publish(
                ProjectArchived(
                    project_id=stored.id, before={"archived": False}, after={"archived": True}
                )
            )
    return stored


def restore_project(*, actor: Actor, project: Project) -> Project:
    """Bring it back."""
    with operation(actor) as publish:
        stored = locked_project(project)
        if stored.archived_at is not None:
            stored.archived_at = None
            stored.save(update_fields=["archived_at", "updated_at"])
            publish(
                ProjectRestored(
                    project_id=stored.id, before={"archived": True}, after={"archived": False}
                )
            )
    return stored


def delete_project(*, actor: Actor, project: Project) -> None:
    """For good; what the audit says of it stays."""
    with operation(actor) as publish:
        stored = locked_project(project)
        publish(ProjectDeleted(project_id=stored.id, before={"name": stored.name}))
        stored.delete()


def add_member(*, actor: Actor, project: Project, user: User, role: Role) -> Membership:
    """Raises AlreadyAMember."""
    with operation(actor) as publish:
        stored = locked_project(project)
        membership, is_new = Membership.objects.get_or_create(
            project=stored, user=user, defaults={"role": role}
        )
        if not is_new:
            raise AlreadyAMember(f"{user.email} is {membership.role} of this project already.")
        after = {"email": user.email, "role": str(role)}
        publish(MemberAdded(project_id=stored.id, user_id=user.id, after=after))
    return membership


def change_role(*, actor: Actor, project: Project, user: User, role: Role) -> Membership:
    """Raises ProjectNeedsAnOwner for the last one."""
    with operation(actor) as publish:
        membership = _membership(locked_project(project), user)
        before, membership.role = membership.role, role
        if before != role:
            membership.save(update_fields=["role"])
            _check_owner(membership.project)
            publish(
                MemberRoleChanged(
                    project_id=membership.project_id,
                    user_id=user.id,
                    before={"email": user.email, "role": str(before)},
                    after={"email": user.email, "role": str(role)},
                )
            )
    return membership


def remove_member(*, actor: Actor, project: Project, user: User) -> None:
    """Raises ProjectNeedsAnOwner for the last one."""
    with operation(actor) as publish:
        membership = _membership(locked_project(project), user)
        membership.delete()
        _check_owner(membership.project)
        before = {"email": user.email, "role": str(membership.role)}
        publish(MemberRemoved(project_id=membership.project_id, user_id=user.id, before=before))


def _membership(project: Project, user: User) -> Membership:
    found = Membership.objects.filter(project=project, user=user).first()
    if found is None:
        raise NotFound(f"{user.email} is no member of this project.")
    return found


def _check_owner(project: Project) -> None:
    """After a change, which this undoes by raising."""
    if not Membership.objects.filter(project=project, role=Role.OWNER).exists():
        raise ProjectNeedsAnOwner("The project would have no owner: make somebody else one first.")
