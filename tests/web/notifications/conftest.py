"""What tests of notifications are given: files of their own, meshes, and somebody to tell."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import Settings

from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.web import components
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.services import add_image
from spinelift.web.jobs.models import Job
from spinelift.web.jobs.work import look
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import MeshGenerationService
from spinelift.web.notifications.models import Channel, Delivery, Kind, Notification
from spinelift.web.notifications.services import DELIVERY, change_settings, make_secret, tell
from spinelift.web.projects.models import Project

from .receiver import Receiver

ORDER = MeshOrder(MeshParameters())
ALL_ON = {kind: dict.fromkeys(Channel, True) for kind in Kind}


@pytest.fixture(autouse=True)
def _meshes_are_made_here(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.MESH_GENERATOR = "tests.web.generators.inline"
    components.close()
    yield
    components.close()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Which may be reached although it is not public."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.WEBHOOK_ALLOW_HTTP = True
    components.close()
    with Receiver() as receiver:
        yield receiver


def image_of(project: Project, name: str, *, is_empty: bool = False) -> ProjectImage:
    """One of which there can be a mesh, or none."""
    rgba = np.full((16, 16, 4), 0 if is_empty else 255, np.uint8)
    upload = examine(io.BytesIO(encode_png(rgba)), name)
    return add_image(actor=SYSTEM, project=project, name=name, upload=upload)


def meshed(user: User, image: ProjectImage) -> Mesh:
    return MeshGenerationService().generate_now(actor=SYSTEM, user=user, image=image, order=ORDER)


def begun(user: User, project: Project) -> Batch:
    return MeshGenerationService().generate_batch(
        actor=SYSTEM, user=user, project=project, images=None, order=ORDER
    )


def finish(batch: Batch) -> None:
    for job in Job.objects.filter(mesh__batch=batch):
        look(job.id)


def wants(user: User, url: str = "", *, email: bool = False) -> str:
    """Have the user told of everything, also at the URL; returns the secret that signs it."""
    choices = {kind: {**ALL_ON[kind], Channel.EMAIL: email} for kind in Kind}
    secret = make_secret(actor=SYSTEM, user=user)
    change_settings(actor=SYSTEM, user=user, choices=choices, webhook_url=url)
    return secret


def told(user: User, project: Project) -> Notification:
    """Tell of a batch, which leaves jobs that tell it further."""
    payload = {"batch_id": "7", "total": 3, "completed": 2, "failed": 1, "cancelled": 0}
    tell(user=user, project=project, kind=Kind.BATCH_FINISHED, payload=payload)
    return Notification.objects.order_by("-created_at")[0]


def send() -> Job:
    """Look at the one job that sends something, due or not; gives it as it is then."""
    job = Job.objects.get(kind=DELIVERY)
    Job.objects.filter(id=job.id).update(due_at=timezone.now())
    look(job.id)
    job.refresh_from_db()
    return job


def delivery() -> Delivery:
    return Delivery.objects.get()
