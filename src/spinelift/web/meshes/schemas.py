"""Meshes and batches as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from spinelift.mesh.parameters import MAXIMUM_VERTICES
from spinelift.web.http.problems import ProblemOut
from spinelift.web.http.values import Asked
from spinelift.web.jobs.models import Status
from spinelift.web.meshes.models import Batch, Mesh, Source
from spinelift.web.presets.schemas import Parameters


class OrderIn(Asked):
    """How a mesh is to be made: a preset, values in place of its own, and a target."""

    preset: str | None = Field(None, max_length=36)
    parameters: Parameters = Field(default_factory=dict)
    target: str | None = None


class BatchIn(OrderIn):
    """Images to mesh; without any, all of the project's."""

    images: list[UUID] | None = Field(None, max_length=5_000)
    with_locked: bool = False


class EditIn(Asked):
    """All vertices as they are to be, in pixels of the image, those of the hull first."""

    vertices: list[tuple[float, float]] = Field(max_length=MAXIMUM_VERTICES)
    hull: int
    island: int = 0


class MeshChange(Asked):
    """What is to be another; the rest stays."""

    locked: bool | None = None


class PartOut(Schema):
    """One mesh of a version: its only one, or an island's."""

    vertices: int
    hull: int
    triangles: int
    quality: dict[str, int | float]


class StatusOut(Schema):
    """How far a version is. `sequence` grows with each change of it."""

    mesh_id: UUID
    status: Status
    progress: int
    stage: str
    message: str
    sequence: int
    updated_at: datetime
    error: ProblemOut | None


class MeshOut(Schema):
    """A version of an image's mesh."""

    id: UUID
    image_id: UUID
    image_name: str = Field(alias="image.name")
    number: int
    source: Source
    status: Status
    stale: bool
    locked: bool
    batch_id: UUID | None
    preset: str | None
    target: str | None
    parameters: Parameters
    parts: list[PartOut] | None
    warnings: list[str]
    milliseconds: float | None
    error: ProblemOut | None
    created_at: datetime

    @staticmethod
    def resolve_stale(mesh: Mesh) -> bool:
        return mesh.is_stale

    @staticmethod
    def resolve_locked(mesh: Mesh) -> bool:
        return mesh.is_locked

    @staticmethod
    def resolve_parts(mesh: Mesh) -> list[dict[str, Any]] | None:
        return None if mesh.summary is None else mesh.summary["parts"]

    @staticmethod
    def resolve_warnings(mesh: Mesh) -> list[str]:
        return [] if mesh.summary is None else mesh.summary["warnings"]

    @staticmethod
    def resolve_milliseconds(mesh: Mesh) -> float | None:
        return None if mesh.summary is None else mesh.summary["milliseconds"]

    @staticmethod
    def resolve_error(mesh: Mesh) -> dict[str, Any] | None:
        return None if mesh.job is None else mesh.job.error


class ComparisonOut(Schema):
    """Two versions, and the parameters that differ, each as [before, after]."""

    before: MeshOut
    after: MeshOut
    parameters: dict[str, tuple[Any, Any]]


class BatchOut(Schema):
    """How far a batch is."""

    id: UUID
    project_id: UUID
    total: int
    completed: int
    failed: int
    cancelled: int
    progress: int
    status: Status
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_progress(batch: Batch) -> int:
        ended = batch.completed + batch.failed + batch.cancelled
        return 100 * ended // batch.total if batch.total else 100

    @staticmethod
    def resolve_status(batch: Batch) -> Status:
        if batch.queued == batch.total > 0:
            return Status.QUEUED
        if batch.queued or batch.processing:
            return Status.PROCESSING
        if batch.failed:
            return Status.FAILED
        return Status.CANCELLED if batch.cancelled else Status.COMPLETED


class RetriedOut(Schema):
    """How many are made once more."""

    retried: int


def status_of(mesh: Mesh) -> StatusOut:
    """What there is to say of it now."""
    job = mesh.job
    if job is None:
        return StatusOut(
            mesh_id=mesh.id,
            status=Status.COMPLETED,
            progress=100,
            stage="",
            message="",
            sequence=0,
            updated_at=mesh.created_at,
            error=None,
        )
    return StatusOut(
        mesh_id=mesh.id,
        status=Status(job.status),
        progress=job.percent,
        stage=job.stage,
        message=job.message,
        sequence=job.sequence,
        updated_at=job.updated_at,
        error=None if job.error is None else ProblemOut(**job.error),
    )
