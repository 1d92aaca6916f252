"""Who may do what: each operation of the API, how to ask for it, and the least that it takes.

An operation that is added to the API is added here, or `test_access` fails: `python -m pytest
tests/web/test_access.py` says which one.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.outbound.signatures import new_secret
from spinelift.web.accounts.models import ApiToken, Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage, Upload
from spinelift.web.images.services import add_image
from spinelift.web.images.uploads import begin_upload, receive_upload
from spinelift.web.jobs.models import Job, Queue, Status
from spinelift.web.meshes.models import Batch, Mesh, MeshContent, Source
from spinelift.web.meshes.services import GENERATION, summary_of
from spinelift.web.notifications.models import Kind, Notification, NotificationSettings
from spinelift.web.presets.models import Preset
from spinelift.web.presets.services import create_preset
from spinelift.web.projects.models import Project, Role
from spinelift.web.projects.services import add_member, create_project


@dataclass(frozen=True)
class World:
    """What there is before somebody asks.

    Attributes
    ----------
    alice, bob, val, charlie
        The owner of the project, its editor, its viewer, and somebody who has nothing to do with
        it.
    viewer, newcomer
        Another viewer, to whom things are done, and somebody who could become a member.
    token
        One of Alice's.
    image
        One of the project's.
    upload
        One that Alice has sent and not completed.
    mesh, failed, batch
        The image's: one that is there, and one of the batch that came to nothing.
    preset
        One that the project shares.
    notification
        Alice's.
    """

    alice: User
    bob: User
    val: User
    charlie: User
    viewer: User
    newcomer: User
    project: Project
    token: ApiToken
    image: ProjectImage
    upload: Upload
    mesh: Mesh
    failed: Mesh
    batch: Batch
    preset: Preset
    notification: Notification


ARM = encode_png(np.full((20, 30, 4), 255, dtype=np.uint8))


@cache
def fields_of_arm() -> dict[str, Any]:
    task = GenerationTask(ARM, "arm", MeshParameters())
    answer = generate_answer(task, lambda _: None)
    assert isinstance(answer, Answer)
    fields: dict[str, Any] = json.loads(answer.result)
    return fields


def _failed_job(user: User) -> Job:
    now = timezone.now()
    return Job.objects.create(
        kind=GENERATION,
        queue=Queue.BATCH,
        subject=uuid.uuid4(),
        user=user,
        status=Status.FAILED,
        error={"code": "IMAGE_EMPTY", "message": "Nothing is visible.", "details": {}},
        due_at=now,
        wake_at=now,
        finished_at=now,
    )


def make_world() -> World:
    names = ("alice", "bob", "val", "charlie", "viewer", "newcomer")
    users = {name: User.objects.create_user(f"{name}@example.com") for name in names}
    project = create_project(actor=SYSTEM, owner=users["alice"], name="Fox")
    for name, role in (("bob", Role.EDITOR), ("val", Role.VIEWER), ("viewer", Role.VIEWER)):
        add_member(actor=SYSTEM, project=project, user=users[name], role=role)
    token, _ = create_token(actor=SYSTEM, user=users["alice"], name="CI", scope=Scope.READ)
    content = ARM
    file = examine(io.BytesIO(content), "arm.png")
    image = add_image(actor=SYSTEM, project=project, name="arm", upload=file)
    upload = begin_upload(user=users["alice"], size=len(content))
    receive_upload(upload=upload, file=io.BytesIO(content), size=len(content))
    own = {"image": image, "blob": image.blob, "parameters": MeshParameters().to_mapping()}
    mesh = Mesh.objects.create(
        **own, number=1, source=Source.EDITED, summary=summary_of(fields_of_arm(), None)
    )
    MeshContent.objects.create(mesh=mesh, fields=fields_of_arm())
    batch = Batch.objects.create(project=project, user=users["alice"])
    failed = Mesh.objects.create(
        **own, number=2, source=Source.GENERATED, batch=batch, job=_failed_job(users["alice"])
    )
    ProjectImage.objects.update(versions=F("versions") + 2)
    preset = create_preset(actor=SYSTEM, owner=project, name="Ours", parameters=MeshParameters())
    notification = Notification.objects.create(
        user=users["alice"],
        kind=Kind.BATCH_FINISHED,
        project=project,
        payload={"project": "Fox", "total": 1, "completed": 1, "failed": 0, "cancelled": 0},
    )
    NotificationSettings.objects.bulk_create(
        # Refused, at once, when it is opened.
        NotificationSettings(user=user, webhook_url="https://[::1]/", webhook_secret=new_secret())
        for user in users.values()
    )
    return World(
        project=project,
        token=token,
        image=image,
        upload=upload,
        notification=notification,
        mesh=mesh,
        failed=failed,
        batch=batch,
        preset=preset,
        **users,
    )


CONTENT = encode_png(np.zeros((1, 1, 4), dtype=np.uint8))
"""Of an image that nobody has."""


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
        What is sent: JSON, bytes, or a form where `is_form`.
    """

    least: Least
    path: Callable[[World], Mapping[str, object]] = field(default=lambda _: {})
    body: Callable[[World], Mapping[str, Any] | bytes | None] = field(default=lambda _: None)
    is_form: bool = False


def _project(world: World) -> dict[str, object]:
    return {"project_id": world.project.id}


def _member(world: World) -> dict[str, object]:
    return {"project_id": world.project.id, "user_id": world.viewer.id}


def _token(world: World) -> dict[str, object]:
    return {"token_id": world.token.id}


def _image(world: World) -> dict[str, object]:
    return {"image_id": world.image.id}


def _blob(world: World) -> dict[str, object]:
    return {"sha256": world.image.blob_id}


def _upload(world: World) -> dict[str, object]:
    return {"upload_id": world.upload.id}


def _notification(world: World) -> dict[str, object]:
    return {"notification_id": world.notification.id}


def _mesh(world: World) -> dict[str, object]:
    return {"mesh_id": world.mesh.id}


def _failed(world: World) -> dict[str, object]:
    return {"mesh_id": world.failed.id}


def _batch(world: World) -> dict[str, object]:
    return {"batch_id": world.batch.id}


def _preset(world: World) -> dict[str, object]:
    return {"preset_id": world.preset.id}


def _moved(_: World) -> dict[str, Any]:
    fields = fields_of_arm()
    return {"vertices": fields["vertices"], "hull": fields["hull"]}


ACCESS: Mapping[str, Access] = MappingProxyType(
    {
        "GET /me": Access(Least.SIGNED_IN),
        "GET /tokens": Access(Least.SIGNED_IN),
        "POST /tokens": Access(Least.SIGNED_IN, body=lambda _: {"name": "CI"}),
        "DELETE /tokens/{token_id}": Access(Least.ALICE, _token),
        "GET /notifications": Access(Least.SIGNED_IN),
        "GET /notifications/count": Access(Least.SIGNED_IN),
        "POST /notifications/read": Access(Least.SIGNED_IN),
        "POST /notifications/{notification_id}/read": Access(Least.ALICE, _notification),
        "GET /notifications/settings": Access(Least.SIGNED_IN),
        "PATCH /notifications/settings": Access(
            Least.SIGNED_IN, body=lambda _: {"mesh_failed": {"email": True}}
        ),
        "POST /notifications/settings/secret": Access(Least.SIGNED_IN),
        "POST /notifications/test": Access(Least.SIGNED_IN),
        "GET /projects": Access(Least.SIGNED_IN),
        "POST /projects": Access(Least.SIGNED_IN, body=lambda _: {"name": "Wolf"}),
        "GET /projects/{project_id}": Access(Least.VIEWER, _project),
        "PATCH /projects/{project_id}": Access(
            Least.OWNER, _project, lambda _: {"name": "Wolf", "archived": True}
        ),
        "DELETE /projects/{project_id}": Access(Least.OWNER, _project),
        "GET /projects/{project_id}/members": Access(Least.VIEWER, _project),
        "POST /projects/{project_id}/members": Access(
            Least.OWNER, _project, lambda world: {"email": world.newcomer.email, "role": "editor"}
        ),
        "PATCH /projects/{project_id}/members/{user_id}": Access(
            Least.OWNER, _member, lambda _: {"role": "editor"}
        ),
        "DELETE /projects/{project_id}/members/{user_id}": Access(Least.OWNER, _member),
        "GET /projects/{project_id}/images": Access(Least.VIEWER, _project),
        "POST /projects/{project_id}/images": Access(
            Least.EDITOR,
            _project,
            lambda _: {"files": SimpleUploadedFile("leg.png", CONTENT)},
            is_form=True,
        ),
        "POST /projects/{project_id}/images/from-blob": Access(
            Least.EDITOR, _project, lambda world: {"name": "leg", **_blob(world)}
        ),
        "POST /projects/{project_id}/images/delete": Access(
            Least.EDITOR, _project, lambda world: {"ids": [str(world.image.id)]}
        ),
        "GET /images/{image_id}": Access(Least.VIEWER, _image),
        "PATCH /images/{image_id}": Access(Least.EDITOR, _image, lambda _: {"name": "leg"}),
        "DELETE /images/{image_id}": Access(Least.EDITOR, _image),
        "GET /images/{image_id}/content": Access(Least.VIEWER, _image),
        "PUT /images/{image_id}/content": Access(Least.EDITOR, _image, lambda _: CONTENT),
        "GET /images/{image_id}/art": Access(Least.VIEWER, _image),
        "GET /images/{image_id}/thumbnail": Access(Least.VIEWER, _image),
        "HEAD /blobs/{sha256}": Access(Least.VIEWER, _blob),
        "PUT /blobs/{sha256}": Access(
            Least.SIGNED_IN,
            lambda _: {"sha256": hashlib.sha256(CONTENT).hexdigest()},
            lambda _: CONTENT,
        ),
        "POST /uploads": Access(Least.SIGNED_IN, body=lambda _: {"size": 7}),
        "PUT /uploads/{upload_id}": Access(
            Least.ALICE, _upload, lambda world: b"x" * world.upload.size
        ),
        "POST /uploads/{upload_id}/complete": Access(Least.ALICE, _upload),
        "GET /parameters": Access(Least.SIGNED_IN),
        "POST /validate": Access(Least.SIGNED_IN, body=lambda _: {"parameters": {}}),
        "GET /presets": Access(Least.SIGNED_IN),
        "POST /presets": Access(
            Least.SIGNED_IN, body=lambda _: {"name": "Mine", "parameters": {"padding": 2}}
        ),
        "GET /presets/{preset_id}": Access(Least.VIEWER, _preset),
        "PATCH /presets/{preset_id}": Access(Least.EDITOR, _preset, lambda _: {"name": "Other"}),
        "DELETE /presets/{preset_id}": Access(Least.EDITOR, _preset),
        "POST /images/{image_id}/preview": Access(Least.VIEWER, _image, lambda _: {}),
        "GET /images/{image_id}/meshes": Access(Least.VIEWER, _image),
        "POST /images/{image_id}/meshes": Access(Least.EDITOR, _image, lambda _: {}),
        "GET /projects/{project_id}/meshes": Access(Least.VIEWER, _project),
        "GET /projects/{project_id}/attempts": Access(Least.VIEWER, _project),
        "GET /meshes/{mesh_id}": Access(Least.VIEWER, _mesh),
        "GET /meshes/{mesh_id}/geometry": Access(Least.VIEWER, _mesh),
        "PATCH /meshes/{mesh_id}": Access(Least.EDITOR, _mesh, lambda _: {"locked": True}),
        "DELETE /meshes/{mesh_id}": Access(Least.EDITOR, _mesh),
        "POST /meshes/{mesh_id}/edit": Access(Least.EDITOR, _mesh, _moved),
        "POST /meshes/{mesh_id}/restore": Access(Least.EDITOR, _mesh),
        "GET /meshes/{mesh_id}/compare/{other_id}": Access(
            Least.VIEWER, lambda world: {**_mesh(world), "other_id": world.failed.id}
        ),
        "GET /meshes/{mesh_id}/status": Access(Least.VIEWER, _mesh),
        "GET /meshes/{mesh_id}/events": Access(Least.VIEWER, _mesh),
        "GET /batches/{batch_id}/events": Access(Least.VIEWER, _batch),
        "GET /projects/{project_id}/events": Access(Least.VIEWER, _project),
        "GET /notifications/events": Access(Least.SIGNED_IN),
        "POST /meshes/{mesh_id}/cancel": Access(Least.EDITOR, _failed),
        "POST /meshes/{mesh_id}/retry": Access(Least.EDITOR, _failed),
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
