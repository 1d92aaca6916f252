"""Live tuning: parameters in, a mesh and its quality out, and nothing kept."""

from __future__ import annotations

import json
import threading
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.work import Failure
from spinelift.spine.document import DEFAULT_VERSION
from spinelift.web.accounts.models import User
from spinelift.web.errors import WebError
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.storage import local_file
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.workers import interactive, outcome


class Superseded(WebError):
    """Its user has asked for a newer one meanwhile."""

    code: ClassVar[str] = "SUPERSEDED"

    def __init__(self) -> None:
        super().__init__("A newer preview of this image was asked for.")


_latest: dict[tuple[UUID, UUID], Future[Answer | Failure]] = {}
"""The last preview of each user and image that has not ended, in this process."""

_changing = threading.Lock()


def preview(*, user: User, image: ProjectImage, order: MeshOrder) -> dict[str, Any]:
    """Mesh the image, and end what the same user asked for of it before.

    Raises what the core raises for this image, Overloaded, and Superseded.
    """
    with local_file(image.blob.key) as path:
        fields = _make(user, image, path, order)
        narrower = order.narrowed(fields)
        return fields if narrower is None else _make(user, image, path, narrower)


def _make(user: User, image: ProjectImage, path: Path, order: MeshOrder) -> dict[str, Any]:
    task = GenerationTask(path, image.name, order.parameters, DEFAULT_VERSION)
    key = (user.id, image.id)
    with _changing:
        older = _latest.get(key)
        if older is not None:
            older.cancel()
        future = interactive().submit(generate_answer, task)
        _latest[key] = future
    try:
        answer = outcome(future, task)
    except CancelledError:
        raise Superseded from None
    finally:
        with _changing:
            if _latest.get(key) is future:
                del _latest[key]
    fields: dict[str, Any] = json.loads(answer.result)
    return {**fields, "milliseconds": answer.milliseconds}
