"""A user and an id in; the mesh or the batch out, if the user may do there what is wanted."""

from __future__ import annotations

from uuid import UUID

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.projects.access import check_role
from spinelift.web.projects.models import Role


def mesh_of(user: User, mesh_id: UUID, least: Role = Role.VIEWER) -> Mesh:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    found = (
        Mesh.objects.visible_to(user)
        .select_related("image__project", "image__blob", "blob", "job")
        .filter(id=mesh_id)
        .first()
    )
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
