"""Live tuning: parameters in, a mesh and its quality out, and nothing kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.work import Failure
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


def preview(*, user: User, image: ProjectImage, order: MeshOrder) -> dict[str, Any]:
    """Mesh the image, and end what the same user asked for of it before.

    Raises what the core raises for this image, Overloaded, and Superseded.
    """
    with _turn(user, image) as turn, local_file(image.blob.key) as path:
        fields = _make(turn, path, image.name, order)
        narrower = order.narrowed(fields)
        return fields if narrower is None else _make(turn, path, image.name, narrower)


class _Turn:
    """One request's; over once there is a newer one."""

    def __init__(self) -> None:
        self._future: Future[Answer | Failure] | None = None
        self._is_over = False
        self._changing = threading.Lock()

    def run(self, task: GenerationTask) -> Answer:
        with self._changing:
            if self._is_over:
                raise Superseded
            future = self._future = interactive().submit(generate_answer, task)
        try:
            return outcome(future, task)
        except CancelledError:
            raise Superseded from None

    def end(self) -> None:
        with self._changing:
            self._is_over = True
            if self._future is not None:
                self._future.cancel()


_latest: dict[tuple[UUID, UUID], _Turn] = {}
"""The last turn of each user and image, in this process, until it has ended."""

_changing = threading.Lock()


@contextmanager
def _turn(user: User, image: ProjectImage) -> Iterator[_Turn]:
    key, turn = (user.id, image.id), _Turn()
    with _changing:
        older = _latest.get(key)
        _latest[key] = turn
    if older is not None:
        older.end()
    try:
        yield turn
    finally:
        with _changing:
            if _latest.get(key) is turn:
                del _latest[key]


def _make(turn: _Turn, path: Path, name: str, order: MeshOrder) -> dict[str, Any]:
    answer = turn.run(GenerationTask(path, name, order.parameters))
    fields: dict[str, Any] = json.loads(answer.result)
    return {**fields, "milliseconds": answer.milliseconds}
