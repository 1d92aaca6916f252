"""A mesh made by children of this process."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError

from spinelift.contract.generation import (
    Forward,
    MeshRequest,
    MeshResult,
    OnProgress,
    Progress,
)
from spinelift.contract.problems import GenerationFailed, error_of
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.runner import JobRunner, Work
from spinelift.engine.work import Failure


class InProcessMeshGenerator:
    """A `MeshGenerator` over a runner of this process, which has `work` done in its workers."""

    def __init__(
        self, runner: JobRunner, work: Work[GenerationTask, Answer] = generate_answer
    ) -> None:
        self._runner = runner
        self._work = work

    def generate(
        self,
        request: MeshRequest,
        on_progress: OnProgress = lambda progress: None,  # noqa: ARG005
    ) -> MeshResult:
        """Mesh one image in another process, and wait for it."""
        task = GenerationTask(request.image, request.name, request.parameters)
        report = Forward(on_progress)
        future = self._runner.submit(self._work, task, lambda stage: report(Progress.at(stage)))
        try:
            answer = future.result()
        except CancelledError:
            raise GenerationFailed(
                "JOB_CANCELLED",
                f"{request.name} was not finished, as this process is ending: start it again.",
            ) from None
        finally:
            future.cancel()  # where this thread was interrupted; else it has ended
        if isinstance(answer, Failure):
            raise error_of({"code": answer.code, "message": answer.message})
        return MeshResult(
            fields=json.loads(answer.result),
            milliseconds=answer.milliseconds,
            was_cached=False,
        )
