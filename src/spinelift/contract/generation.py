"""The seam between those who want meshes and those who make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from spinelift.contract.stages import BEGINNINGS, SENTENCES, JobStage
from spinelift.mesh.parameters import MeshParameters


@dataclass(frozen=True)
class MeshRequest:
    """One image to mesh.

    Attributes
    ----------
    name
        Of the slot and the attachment; "/" separates folders.
    """

    image: Path
    name: str
    parameters: MeshParameters


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    percent: int
    stage: str
    message: str

    @staticmethod
    def at(stage: JobStage) -> Progress:
        """As that stage begins."""
        return Progress(BEGINNINGS[stage], stage, SENTENCES[stage])


@dataclass(frozen=True)
class MeshResult:
    """What came of a request: `fields` are `contract.results`'."""

    fields: dict[str, Any]
    milliseconds: float
    was_cached: bool


OnProgress = Callable[[Progress], None]


class Forward:
    """Passes progress on where it is news, and never back: a job may have to be begun anew."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        last = self._last
        if last is None or (progress.percent >= last.percent and progress != last):
            self._last = progress
            self._on_progress(progress)


class MeshGenerator(Protocol):
    """Makes meshes, in this process's children or far away."""

    def generate(self, request: MeshRequest, on_progress: OnProgress) -> MeshResult:
        """Mesh one image, and wait for it.

        `on_progress` may be called in another thread; what it raises ends the job and is raised
        here. Raises what the core raises for this image, `Overloaded`, or `GenerationFailed`.
        """
        ...
