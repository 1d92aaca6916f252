"""A user and an id in; the mesh or the batch out, if the user may do there what is wanted."""

from __future__ import annotations

from uuid import UUID

from spinelift.web.accounts.models import User
from spinelift.web.errors import NotFound
from spinelift.web.meshes.models import Batch, Mesh, MeshQuerySet
from spinelift.web.projects.access import check_role
from spinelift.web.projects.models import Role


def mesh_of(user: User, mesh_id: UUID, least: Role = Role.VIEWER) -> Mesh:
    """Raises NotFound for who is no member, NotAllowed for one who is less than `least`."""
    related = ("image__project", "image__blob", "blob", "job")
    return _mesh(Mesh.objects.visible_to(user).select_related(*related), mesh_id, least)


def progress_of(user: User, mesh_id: UUID) -> Mesh:
    """The same with its job and without what is not read to say how far it is: it is asked often.

    Raises NotFound.
    """
    found = Mesh.objects.visible_to(user).select_related("job").defer("parameters", "summary")
    return _mesh(found, mesh_id, Role.VIEWER)


def _mesh(meshes: MeshQuerySet, mesh_id: UUID, least: Role) -> Mesh:
    found = meshes.filter(id=mesh_id).order_by("id").first()
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
