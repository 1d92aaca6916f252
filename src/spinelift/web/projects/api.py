"""`/projects` and their members."""

from typing import Any
from uuid import UUID

from ninja import Status
from ninja.pagination import paginate

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.accounts.models import User
from spinelift.web.accounts.services import user_of
from spinelift.web.errors import NotFound
from spinelift.web.http.heads import Router
from spinelift.web.http.requests import actor_of
from spinelift.web.projects.access import project_of
from spinelift.web.projects.models import Project, Role
from spinelift.web.projects.schemas import (
    MemberIn,
    MemberOut,
    ProjectChange,
    ProjectIn,
    ProjectOut,
    RoleChange,
)
from spinelift.web.projects.services import (
    add_member,
    archive_project,
    change_role,
    create_project,
    delete_project,
    remove_member,
    rename_project,
    restore_project,
)

router = Router(tags=["projects"])


@router.get("/projects", response=list[ProjectOut])
@paginate
def list_projects(request: ApiRequest, archived: bool = False) -> Any:
    """The user's projects, the newest first; those in the archive only when asked for."""
    return Project.objects.visible_to(request.user).filter(archived_at__isnull=not archived)


@router.post("/projects", response={201: ProjectOut})
def make_project(request: ApiRequest, wanted: ProjectIn) -> Any:
    """Make a project; who does owns it."""
    project = create_project(actor=actor_of(request), owner=request.user, name=wanted.name)
    return Status(201, project_of(request.user, project.id))


@router.get("/projects/{project_id}", response=ProjectOut)
def read_project(request: ApiRequest, project_id: UUID) -> Any:
    """One project."""
    return project_of(request.user, project_id)


@router.patch("/projects/{project_id}", response=ProjectOut)
def change_project(request: ApiRequest, project_id: UUID, wanted: ProjectChange) -> Any:
    """Rename a project, archive it, or bring it back. For owners."""
    actor, project = actor_of(request), project_of(request.user, project_id, Role.OWNER)
    if wanted.name is not None:
        rename_project(actor=actor, project=project, name=wanted.name)
    if wanted.archived is not None:
        change = archive_project if wanted.archived else restore_project
        change(actor=actor, project=project)
    return project_of(request.user, project_id)


@router.delete("/projects/{project_id}", response={204: None})
def end_project(request: ApiRequest, project_id: UUID) -> Any:
    """Delete a project with all that is in it. For owners."""
    project = project_of(request.user, project_id, Role.OWNER)
    delete_project(actor=actor_of(request), project=project)
    return Status(204, None)


@router.get("/projects/{project_id}/members", response=list[MemberOut])
@paginate
def list_members(request: ApiRequest, project_id: UUID) -> Any:
    """Who is in the project."""
    return project_of(request.user, project_id).memberships.select_related("user")


@router.post("/projects/{project_id}/members", response={201: MemberOut})
def make_member(request: ApiRequest, project_id: UUID, wanted: MemberIn) -> Any:
    """Add a registered user to the project. For owners."""
    project = project_of(request.user, project_id, Role.OWNER)
    user = user_of(wanted.email)
    if user is None:
        raise NotFound("Nobody has registered with this email: ask them to, then add them.")
    added = add_member(actor=actor_of(request), project=project, user=user, role=wanted.role)
    return Status(201, added)


@router.patch("/projects/{project_id}/members/{user_id}", response=MemberOut)
def change_member(request: ApiRequest, project_id: UUID, user_id: UUID, wanted: RoleChange) -> Any:
    """Give a member another role. For owners."""
    project = project_of(request.user, project_id, Role.OWNER)
    user = _member(project, user_id)
    return change_role(actor=actor_of(request), project=project, user=user, role=wanted.role)


@router.delete("/projects/{project_id}/members/{user_id}", response={204: None})
def end_member(request: ApiRequest, project_id: UUID, user_id: UUID) -> Any:
    """Remove a member. For owners; anybody may leave."""
    least = Role.VIEWER if user_id == request.user.id else Role.OWNER
    project = project_of(request.user, project_id, least)
    user = _member(project, user_id)
    remove_member(actor=actor_of(request), project=project, user=user)
    return Status(204, None)


def _member(project: Project, user_id: UUID) -> User:
    membership = project.memberships.select_related("user").filter(user_id=user_id).first()
    if membership is None:
        raise NotFound("There is no such member of this project.")
    return membership.user
