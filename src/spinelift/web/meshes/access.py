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


_MESH = PreparedQuery(
    lambda: Mesh.objects.visible_to(Parameter("user", UUIDField()))
    .select_related("image__project", "image__blob", "blob", "job")
    .filter(id=Parameter("mesh", UUIDField()))
    .order_by()
)


def mesh_of(user: User, mesh_id: UUID, least: Role = Role.VIEWER) -> Mesh:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    found = _MESH.first(user=user.id, mesh=mesh_id)
    if found is None:
        raise NotFound("There is no such mesh, or not for you.")
    check_role(found.role, least)
    return found


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
