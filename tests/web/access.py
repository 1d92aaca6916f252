"""Who may do what: each operation of the API, how to ask for it, and the least that it takes.

An operation that is added to the API is added here, or `test_access` fails: `python -m pytest
tests/web/test_access.py` says which one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.web.accounts.models import ApiToken, Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage, Upload
from spinelift.web.images.services import add_image
from spinelift.web.images.uploads import begin_upload, receive_upload
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import MeshGenerationService, cancel_batch
from spinelift.web.presets.models import Preset
from spinelift.web.presets.services import create_preset
from spinelift.web.projects.models import Project, Role
from spinelift.web.projects.services import add_member, create_project

from ..art import disc

PNG, OTHER_PNG = encode_png(disc()), encode_png(disc(colour=7))


@dataclass(frozen=True)
class World:
    """What there is before somebody asks.

    Attributes
    ----------
    alice, bob, val, charlie
        The owner of the project, its editor, its viewer, and somebody who has nothing to do with
        it.
    wendy, nina
        Another viewer, to whom things are done, and somebody who could become a member.
    token
        One of Alice's.
    image, mesh
        The project's, the mesh finished.
    batch, cancelled
        A batch of the image that was cancelled, and its mesh.
    preset
        The project's.
    upload
        Alice's, whose bytes have come.
    """

    alice: User
    bob: User
    val: User
    charlie: User
    wendy: User
    nina: User
    project: Project
    token: ApiToken
    image: ProjectImage
    mesh: Mesh
    batch: Batch
    cancelled: Mesh
    preset: Preset
    upload: Upload


def make_world() -> World:
    names = ("alice", "bob", "val", "charlie", "wendy", "nina")
    users = {name: User.objects.create_user(f"{name}@example.com") for name in names}
    project = create_project(actor=SYSTEM, owner=users["alice"], name="Fox")
    for name, role in (("bob", Role.EDITOR), ("val", Role.VIEWER), ("wendy", Role.VIEWER)):
        add_member(actor=SYSTEM, project=project, user=users[name], role=role)
    token, _ = create_token(actor=SYSTEM, user=users["alice"], name="CI", scope=Scope.READ)
    file = examine(io.BytesIO(PNG), "arm.png")
    image = add_image(actor=SYSTEM, project=project, name="arm", upload=file)
    service, order = MeshGenerationService(), MeshOrder(MeshParameters())
    mesh = service.generate_now(actor=SYSTEM, user=users["alice"], image=image, order=order)
    batch = service.generate_batch(
        actor=SYSTEM, user=users["alice"], project=project, images=None, order=order
    )
    cancel_batch(actor=SYSTEM, batch=batch)
    upload = begin_upload(user=users["alice"], size=len(OTHER_PNG))
    receive_upload(upload=upload, file=io.BytesIO(OTHER_PNG), size=len(OTHER_PNG))
    return World(
        project=project,
        token=token,
        image=image,
        mesh=mesh,
        batch=batch,
        cancelled=batch.meshes.get(),
        preset=create_preset(
            actor=SYSTEM, owner=project, name="Soft", parameters=MeshParameters(padding=2)
        ),
        upload=upload,
        **users,
    )


class Least(Enum):
    """What it takes. Who has less is told so, and who may not even see it that it is not there."""

    SIGNED_IN = "signed in"
    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"
    ALICE = "alice herself"


@dataclass(frozen=True)
class Access:
    """How to ask for an operation.

    Attributes
    ----------
    least
        Who may.
    path
        The values of the path's parameters.
    body
        What is sent: JSON, or a form where `is_form`, or bytes as they are.
    """

    least: Least
    path: Callable[[World], Mapping[str, object]] = field(default=lambda _: {})
    body: Callable[[World], Mapping[str, Any] | bytes | None] = field(default=lambda _: None)
    is_form: bool = False


def _project(world: World) -> dict[str, object]:
    return {"project_id": world.project.id}


def _member(world: World) -> dict[str, object]:
    return {"project_id": world.project.id, "user_id": world.wendy.id}


def _token(world: World) -> dict[str, object]:
    return {"token_id": world.token.id}


def _image(world: World) -> dict[str, object]:
    return {"image_id": world.image.id}


def _blob(world: World) -> dict[str, object]:
    return {"sha256": world.image.blob_id}


def _upload(world: World) -> dict[str, object]:
    return {"upload_id": world.upload.id}


def _preset(world: World) -> dict[str, object]:
    return {"preset_id": world.preset.id}


def _mesh(world: World) -> dict[str, object]:
    return {"mesh_id": world.mesh.id}


def _cancelled(world: World) -> dict[str, object]:
    return {"mesh_id": world.cancelled.id}


def _meshes(world: World) -> dict[str, object]:
    return {"mesh_id": world.mesh.id, "other_id": world.cancelled.id}


def _batch(world: World) -> dict[str, object]:
    return {"batch_id": world.batch.id}


def _edit(_: World) -> dict[str, object]:
    return {"vertices": [[0, 0], [48, 0], [48, 48], [0, 48]], "hull": 4}


ACCESS: Mapping[str, Access] = MappingProxyType(
    {
        "GET /me": Access(Least.SIGNED_IN),
        "GET /tokens": Access(Least.SIGNED_IN),
        "POST /tokens": Access(Least.SIGNED_IN, body=lambda _: {"name": "CI"}),
        "DELETE /tokens/{token_id}": Access(Least.ALICE, _token),
        "GET /projects": Access(Least.SIGNED_IN),
        "POST /projects": Access(Least.SIGNED_IN, body=lambda _: {"name": "Wolf"}),
        "GET /projects/{project_id}": Access(Least.VIEWER, _project),
        "PATCH /projects/{project_id}": Access(
            Least.OWNER, _project, lambda _: {"name": "Wolf", "archived": True}
        ),
        "DELETE /projects/{project_id}": Access(Least.OWNER, _project),
        "GET /projects/{project_id}/members": Access(Least.VIEWER, _project),
        "POST /projects/{project_id}/members": Access(
            Least.OWNER, _project, lambda world: {"email": world.nina.email, "role": "editor"}
        ),
        "PATCH /projects/{project_id}/members/{user_id}": Access(
            Least.OWNER, _member, lambda _: {"role": "editor"}
        ),
        "DELETE /projects/{project_id}/members/{user_id}": Access(Least.OWNER, _member),
        "GET /projects/{project_id}/images": Access(Least.VIEWER, _project),
        "POST /projects/{project_id}/images": Access(
            Least.EDITOR,
            _project,
            lambda _: {"files": SimpleUploadedFile("leg.png", OTHER_PNG)},
            is_form=True,
        ),
        "POST /projects/{project_id}/images/from-blob": Access(
            Least.EDITOR, _project, lambda world: {"name": "leg", "sha256": world.image.blob_id}
        ),
        "POST /projects/{project_id}/images/delete": Access(
            Least.EDITOR, _project, lambda world: {"ids": [str(world.image.id)]}
        ),
        "GET /images/{image_id}": Access(Least.VIEWER, _image),
        "PATCH /images/{image_id}": Access(Least.EDITOR, _image, lambda _: {"name": "leg"}),
        "DELETE /images/{image_id}": Access(Least.EDITOR, _image),
        "GET /images/{image_id}/content": Access(Least.VIEWER, _image),
        "PUT /images/{image_id}/content": Access(Least.EDITOR, _image, lambda _: OTHER_PNG),
        "GET /images/{image_id}/thumbnail": Access(Least.VIEWER, _image),
        "HEAD /blobs/{sha256}": Access(Least.VIEWER, _blob),
        "PUT /blobs/{sha256}": Access(
            Least.SIGNED_IN,
            lambda _: {"sha256": hashlib.sha256(OTHER_PNG).hexdigest()},
            lambda _: OTHER_PNG,
        ),
        "POST /uploads": Access(Least.SIGNED_IN, body=lambda _: {"size": 1}),
        "PUT /uploads/{upload_id}": Access(Least.ALICE, _upload, lambda _: OTHER_PNG),
        "POST /uploads/{upload_id}/complete": Access(Least.ALICE, _upload),
        "GET /parameters": Access(Least.SIGNED_IN),
        "POST /validate": Access(Least.SIGNED_IN, body=lambda _: {"parameters": {}}),
        "GET /presets": Access(Least.SIGNED_IN),
        "POST /presets": Access(
            Least.SIGNED_IN, body=lambda _: {"name": "Hard", "parameters": {"padding": 3}}
        ),
        "PATCH /presets/{preset_id}": Access(Least.EDITOR, _preset, lambda _: {"name": "Hard"}),
        "DELETE /presets/{preset_id}": Access(Least.EDITOR, _preset),
        "POST /images/{image_id}/preview": Access(Least.VIEWER, _image, lambda _: {}),
        "GET /images/{image_id}/meshes": Access(Least.VIEWER, _image),
        "POST /images/{image_id}/meshes": Access(Least.EDITOR, _image, lambda _: {}),
        "GET /projects/{project_id}/meshes": Access(Least.VIEWER, _project),
        "GET /meshes/{mesh_id}": Access(Least.VIEWER, _mesh),
        "PATCH /meshes/{mesh_id}": Access(Least.EDITOR, _mesh, lambda _: {"locked": True}),
        "DELETE /meshes/{mesh_id}": Access(Least.EDITOR, _mesh),
        "POST /meshes/{mesh_id}/edit": Access(Least.EDITOR, _mesh, _edit),
        "POST /meshes/{mesh_id}/restore": Access(Least.EDITOR, _mesh),
        "GET /meshes/{mesh_id}/compare/{other_id}": Access(Least.VIEWER, _meshes),
        "GET /meshes/{mesh_id}/status": Access(Least.VIEWER, _mesh),
        "GET /meshes/{mesh_id}/events": Access(Least.VIEWER, _mesh),
        "POST /meshes/{mesh_id}/cancel": Access(Least.EDITOR, _mesh),
        "POST /meshes/{mesh_id}/retry": Access(Least.EDITOR, _cancelled),
        "GET /meshes/{mesh_id}/download": Access(Least.VIEWER, _mesh),
        "GET /projects/{project_id}/download": Access(Least.VIEWER, _project),
        "GET /projects/{project_id}/batches": Access(Least.VIEWER, _project),
        "POST /projects/{project_id}/batches": Access(Least.EDITOR, _project, lambda _: {}),
        "GET /batches/{batch_id}": Access(Least.VIEWER, _batch),
        "GET /batches/{batch_id}/meshes": Access(Least.VIEWER, _batch),
        "POST /batches/{batch_id}/cancel": Access(Least.EDITOR, _batch),
        "POST /batches/{batch_id}/retry": Access(Least.EDITOR, _batch),
        "GET /audit": Access(Least.SIGNED_IN),
        "GET /audit/export": Access(Least.SIGNED_IN),
    }
)
"""Below /api/v1, as the OpenAPI document has them."""
