"""One image to the answer that clients get, in a worker: bytes in, the answer's own bytes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinelift.contract.results import result_fields
from spinelift.contract.stages import JobStage
from spinelift.engine.warm import WARM, WarmImages
from spinelift.engine.work import Failure, attempt, read, unique
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Mesh
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.spine.document import serialize, skeleton_document
from spinelift.spine.names import attachment_names, check_name

OnStage = Callable[[JobStage], None]


@dataclass(frozen=True)
class GenerationTask:
    """One image to mesh.

    Attributes
    ----------
    name
        Of its slot, of its attachment and of its file.
    spine_version
        Of the document; None where none is wanted.
    """

    image: Path | bytes
    name: str
    parameters: MeshParameters
    spine_version: str | None = None
    limits: ImageLimits = DEFAULT_LIMITS

    @property
    def label(self) -> str:
        """What messages call the image."""
        return self.name


@dataclass(frozen=True)
class Answer:
    """Both as JSON in one line: `result` is `contract.results`', `document` a Spine skeleton.

    There is a document where the task has a version for it.
    """

    result: bytes
    document: bytes | None
    milliseconds: float


def generate_answer(
    task: GenerationTask, on_stage: OnStage, warm: WarmImages = WARM
) -> Answer | Failure:
    """Mesh one image, or say why not."""
    return attempt(lambda task: _answer(task, on_stage, warm), task, task.label)


def _answer(task: GenerationTask, on_stage: OnStage, warm: WarmImages) -> Answer:
    start = time.perf_counter()
    content = read(task.image, task.limits, task.label)
    alpha, notes = warm.decode_alpha(content, task.limits, name=task.label)
    found = generate(alpha, task.parameters, on_stage=on_stage)
    on_stage("quality")
    advice = MeshParameterValidator().examine(alpha, task.parameters, found)
    warnings = unique((*notes, *advice, *(words for mesh in found for words in mesh.warnings)))
    written = write_down(
        task.name, found, task.parameters, warnings, task.spine_version, on_stage=on_stage
    )
    return Answer(*written, milliseconds=(time.perf_counter() - start) * 1000)


def write_down(
    name: str,
    found: Sequence[Mesh],
    parameters: MeshParameters,
    warnings: Sequence[str],
    spine_version: str | None = None,
    *,
    on_stage: OnStage,
) -> tuple[bytes, bytes | None]:
    """Give an answer's `result` and `document`; tells when it has measured the meshes.

    Raises `NameUnusable` without a document too: one may be made of the result at any time.
    """
    check_name(name)
    meshes = dict(zip(attachment_names(name, len(found)), found, strict=True))
    fields = result_fields(name, meshes, parameters, warnings)
    on_stage("document")
    result = serialize(fields)
    if spine_version is None:
        return result, None
    document = skeleton_document(meshes, spine_version, paths=dict.fromkeys(meshes, name))
    return result, serialize(document)
