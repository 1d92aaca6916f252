"""A mesh and other vertices in, the edited mesh out; made in a worker process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from spinelift.contract.problems import error_of
from spinelift.engine.editing import EditTask, edit_answer
from spinelift.engine.work import Failure
from spinelift.web.components import interactive_runner
from spinelift.web.images.storage import local_file
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.services import content_of


def edited(mesh: Mesh, vertices: Sequence[tuple[float, float]], hull: int) -> dict[str, Any]:
    """The stored form of the mesh with these vertices, triangulated anew.

    Raises EditRefused, which says why, MeshUnfinished, and Overloaded.
    """
    with local_file(mesh.blob.key) as path:
        task = EditTask(path, mesh.image.name, content_of(mesh), vertices, hull)
        answer = interactive_runner().submit(edit_answer, task).result()
    if isinstance(answer, Failure):
        raise error_of({"code": answer.code, "message": answer.message})
    fields: dict[str, Any] = json.loads(answer.result)
    return fields
