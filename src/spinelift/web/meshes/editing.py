"""A mesh and other vertices in, the edited mesh out; made in a worker process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from spinelift.engine.editing import EditTask, edit_answer
from spinelift.web.images.storage import local_file
from spinelift.web.meshes.models import Mesh
from spinelift.web.meshes.services import content_of
from spinelift.web.workers import done


def edited(
    mesh: Mesh, vertices: Sequence[tuple[float, float]], hull: int, island: int
) -> dict[str, Any]:
    """The stored form of the mesh with these vertices of one island, triangulated anew.

    Raises EditRefused, which says why, MeshUnfinished, and Overloaded.
    """
    with local_file(mesh.blob.key) as path:
        task = EditTask(path, mesh.image.name, content_of(mesh), vertices, hull, island)
        fields: dict[str, Any] = json.loads(done(edit_answer, task).result)
    return fields
