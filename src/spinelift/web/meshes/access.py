"""A user and an id in; the mesh or the batch out, if the user may do there what is wanted."""

from __future__ import annotations

from uuid import UUID

from django.db.models import UUIDField

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.prepared import Parameter, PreparedQuery
from spinelift.web.projects.access import check_role
from spinelift.web.projects.models import Role

_OF_USER = Parameter("user", UUIDField())
_ID = Parameter("mesh", UUIDField())
_MESH = PreparedQuery(
    lambda: (
        Mesh.objects.visible_to(_OF_USER)
        .select_related("image__project", "image__blob", "blob", "job")
        .filter(id=_ID)
    )
)
_PROGRESS = PreparedQuery(
    lambda: (
        Mesh.objects.visible_to(_OF_USER)
        .select_related("job")
        .only(
            "created_at",
            *(f"job__{name}" for name in ("status", "percent", "stage", "message", "sequence")),
            *(f"job__{name}" for name in ("error", "updated_at")),
        )
        .filter(id=_ID)
    )
)


def mesh_of(user: User, mesh_id: UUID, least: Role = Role.VIEWER) -> Mesh:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    mesh = _found(_MESH, user, mesh_id)
    check_role(mesh.role, least)
    return mesh


def progress_of(user: User, mesh_id: UUID) -> Mesh:
    """The same of what is needed to say how far it is, which is asked often. Raises NotFound."""
    return _found(_PROGRESS, user, mesh_id)


def _found(query: PreparedQuery[Mesh], user: User, mesh_id: UUID) -> Mesh:
    mesh = query.first(user=user.id, mesh=mesh_id)
    if mesh is None:
        raise NotFound("There is no such mesh, or not for you.")
    return mesh


def batch_of(user: User, batch_id: UUID, least: Role = Role.VIEWER) -> Batch:
    """Raises what `mesh_of` does."""
    found = (
        Batch.objects.visible_to(user)
        .counted()
        .select_related("project")
        .filter(id=batch_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such batch, or not for you.")
    check_role(found.role, least)
    return found
