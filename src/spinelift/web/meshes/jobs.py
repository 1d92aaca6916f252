"""What workers do for meshes."""

from __future__ import annotations

from pathlib import Path

import structlog
from django.db.models import UUIDField

from spinelift.contract.generation import MeshRequest, MeshResult, OnProgress
from spinelift.contract.problems import (
    AnswerUnreadable,
    GenerationFailed,
    MeshServiceUnavailable,
    Overloaded,
)
from spinelift.mesh.parameters import MeshParameters
from spinelift.web.accounts.idempotency import sweep_keys
from spinelift.web.components import mesh_generator
from spinelift.web.errors import StorageUnavailable
from spinelift.web.images.storage import local_file
from spinelift.web.images.sweeping import sweep_blobs, sweep_files, sweep_uploads
from spinelift.web.jobs.cleaning import clean_all
from spinelift.web.jobs.kinds import Postponed
from spinelift.web.jobs.models import Job, Queue
from spinelift.web.meshes.cleaning import finish_batches, remove_failed_meshes, remove_lost_jobs
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import GENERATION, record_end, record_retry
from spinelift.web.operations import Publish
from spinelift.web.prepared import Parameter, PreparedQuery

log = structlog.get_logger()

LATER_SECONDS = 3
"""When to ask again who could not make a mesh now."""
AWAY = "What makes meshes cannot be reached just now: it is tried again in a moment."
STRANGE = "What makes meshes does not answer as it should: tell whoever runs this site."

_JOB = Parameter("job", UUIDField())
_MESH = PreparedQuery(lambda: Mesh.objects.select_related("image", "blob").filter(job=_JOB))
_LOCKED_MESH = PreparedQuery(
    lambda: Mesh.objects.select_for_update(of=("self",)).select_related("image").filter(job=_JOB)
)


class MeshGenerationJob:
    """Makes one mesh."""

    name = GENERATION
    queue = Queue.MESH_GENERATION

    def run(self, job: Job, on_progress: OnProgress) -> MeshResult:
        mesh = _MESH.first(job=job.id)
        if mesh is None:
            raise GenerationFailed("IMAGE_GONE", "The image was deleted before it was meshed.")
        order = MeshOrder(MeshParameters.from_mapping(mesh.parameters), mesh.preset, mesh.target)
        name = mesh.image.name
        try:
            with local_file(mesh.blob.key) as path:
                result = _make(path, name, order, on_progress)
                narrower = order.narrowed(result.fields)
                if narrower is not None:
                    result = _make(path, name, narrower, on_progress)
        # These say where it is: for operators, not for who waits.
        except MeshServiceUnavailable as error:
            log.warning("mesh.postponed", error=str(error))
            raise Postponed(LATER_SECONDS, AWAY) from error
        except AnswerUnreadable as error:
            log.error("mesh.answer_unreadable", error=str(error))
            raise AnswerUnreadable(STRANGE) from error
        except (Overloaded, StorageUnavailable) as error:
            raise Postponed(LATER_SECONDS, str(error)) from error
        return result

    def ended(self, job: Job, result: MeshResult | None, publish: Publish) -> None:
        mesh = _locked(job)
        if mesh is not None:
            record_end(mesh=mesh, result=result, publish=publish)

    def begun_anew(self, job: Job, publish: Publish) -> None:
        mesh = _locked(job)
        if mesh is not None:
            record_retry(mesh=mesh, publish=publish)


class MeshCleanupJob:
    """Removes files and rows that nobody needs any more."""

    name = "mesh_cleanup"
    queue = Queue.LOW

    def run(self, job: Job, on_progress: OnProgress) -> dict[str, int]:  # noqa: ARG002
        return {
            "failed_meshes": remove_failed_meshes(),
            "jobs": remove_lost_jobs(),
            "batches": finish_batches(),
            "keys": sweep_keys(),
            "uploads": sweep_uploads(),
            "blobs": sweep_blobs(),
            "files": sweep_files(),
            **clean_all(),
        }

    def ended(self, job: Job, result: dict[str, int] | None, publish: Publish) -> None:  # noqa: ARG002
        log.info("cleanup.ended", status=job.status, **(result or {}))

    def begun_anew(self, job: Job, publish: Publish) -> None:
        """It is nobody's business."""


def _locked(job: Job) -> Mesh | None:
    """The mesh that it makes, which stays while it is written to; None where its image is gone."""
    mesh = _LOCKED_MESH.first(job=job.id)
    if mesh is not None:
        mesh.job = job
    return mesh


def _make(path: Path, name: str, order: MeshOrder, on_progress: OnProgress) -> MeshResult:
    return mesh_generator().generate(MeshRequest(path, name, order.parameters), on_progress)
