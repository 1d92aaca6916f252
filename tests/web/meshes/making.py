"""Images and meshes for the tests, and a generator that does what a test tells it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection
from django.test import Client, override_settings

from spinelift.contract.generation import MeshGenerator, MeshRequest, MeshResult, OnProgress
from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.samples import draw
from spinelift.web import components
from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.images.files import examine
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.services import add_image
from spinelift.web.jobs.models import Job, Status
from spinelift.web.jobs.work import look
from spinelift.web.meshes.models import Batch, Mesh
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import MeshGenerationService
from spinelift.web.projects.models import Project

from ..access import fields_of_arm
from ..generators import InlineGenerator

ORDER = MeshOrder(MeshParameters())
FINER = MeshOrder(MeshParameters(detail_factor=0.005))
LEAF = encode_png(draw("leaf"))
EMPTY = encode_png(np.zeros((8, 8, 4), dtype=np.uint8))


def image_in(project: Project, name: str = "leaf", content: bytes = LEAF) -> ProjectImage:
    file = examine(io.BytesIO(content), name)
    return add_image(actor=SYSTEM, project=project, name=name, upload=file)


def generated(user: User, image: ProjectImage, order: MeshOrder = ORDER) -> Mesh:
    return MeshGenerationService().generate_now(actor=SYSTEM, user=user, image=image, order=order)


def asked_for(user: User, image: ProjectImage, order: MeshOrder = ORDER) -> Mesh:
    return MeshGenerationService().generate(actor=SYSTEM, user=user, image=image, order=order)


def batch_of(user: User, project: Project, **more: Any) -> Batch:
    return MeshGenerationService().generate_batch(
        actor=SYSTEM, user=user, project=project, images=None, order=ORDER, **more
    )


def work_off() -> None:
    for job_id in Job.objects.filter(status=Status.QUEUED).values_list("id", flat=True):
        look(job_id)


class Api:
    """What a user's program asks for."""

    def __init__(self, user: User) -> None:
        _, text = create_token(actor=SYSTEM, user=user, name="tests", scope=Scope.WRITE)
        self._client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1{path}", query)

    def post(self, path: str, **body: Any) -> Any:
        return self._client.post(f"/api/v1{path}", json.dumps(body), "application/json")

    def patch(self, path: str, **body: Any) -> Any:
        return self._client.patch(f"/api/v1{path}", json.dumps(body), "application/json")


Script = Callable[[MeshRequest], None]


class Scripted:
    """Makes real meshes, and does before that what it is told."""

    script: Script = staticmethod(lambda _: None)

    def generate(self, request: MeshRequest, on_progress: OnProgress) -> MeshResult:
        Scripted.script(request)
        return InlineGenerator().generate(request, on_progress)


class Ready:
    """Has one mesh for every image, made long before."""

    def generate(self, request: MeshRequest, on_progress: OnProgress) -> MeshResult:  # noqa: ARG002
        Scripted.script(request)
        return MeshResult(fields_of_arm(), 1.0, False)


def scripted() -> MeshGenerator:
    return Scripted()


def ready() -> MeshGenerator:
    return Ready()


@contextmanager
def generating(name: str, script: Script = lambda _: None) -> Iterator[None]:
    """Have the jobs in the block done by one of the two above."""
    components.close()
    Scripted.script = staticmethod(script)
    with override_settings(MESH_GENERATOR=f"{__name__}.{name}"):
        try:
            yield
        finally:
            components.close()


def in_a_thread(work: Callable[..., Any]) -> Callable[..., Any]:
    """With a connection that ends with it."""

    def done(*args: Any) -> Any:
        try:
            return work(*args)
        finally:
            connection.close()

    return done
