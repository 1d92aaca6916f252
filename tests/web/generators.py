"""A generator of meshes for the tests, in the thread that asks."""

from __future__ import annotations

import json

from spinelift.contract.generation import (
    MeshGenerator,
    MeshRequest,
    MeshResult,
    OnProgress,
    Progress,
)
from spinelift.contract.problems import error_of
from spinelift.engine.generation import GenerationTask, generate_answer
from spinelift.engine.work import Failure


class InlineGenerator:
    """Real meshes, without other processes."""

    def generate(self, request: MeshRequest, on_progress: OnProgress) -> MeshResult:
        task = GenerationTask(request.image, request.name, request.parameters)
        answer = generate_answer(task, lambda stage: on_progress(Progress.at(stage)))
        if isinstance(answer, Failure):
            raise error_of({"code": answer.code, "message": answer.message})
        return MeshResult(json.loads(answer.result), answer.milliseconds, False)


def inline() -> MeshGenerator:
    return InlineGenerator()
