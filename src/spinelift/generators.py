"""The two ways to have a mesh made: by children of this process, and by the mesh service."""

from __future__ import annotations

import json

from spinelift.contract.generation import MeshRequest, MeshResult, OnProgress, Progress
from spinelift.contract.problems import error_of
from spinelift.engine.generation import GenerationTask, generate_answer
from spinelift.engine.runner import JobRunner
from spinelift.engine.work import Failure


class InProcessMeshGenerator:
    """A `MeshGenerator` over a runner of this process."""

    def __init__(self, runner: JobRunner) -> None:
        self._runner = runner

    def generate(
        self,
        request: MeshRequest,
        on_progress: OnProgress = lambda progress: None,  # noqa: ARG005
    ) -> MeshResult:
        """Mesh one image in another process, and wait for it."""
        task = GenerationTask(
            request.image, request.name, request.parameters, request.spine_version
        )
        future = self._runner.submit(
            generate_answer, task, lambda stage: on_progress(Progress.at(stage))
        )
        answer = future.result()
        if isinstance(answer, Failure):
            raise error_of({"code": answer.code, "message": answer.message})
        return MeshResult(
            fields=json.loads(answer.result),
            document=json.loads(answer.document),
            milliseconds=answer.milliseconds,
            was_cached=False,
        )
