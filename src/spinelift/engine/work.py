"""What a worker does with one image: a task in, a small plain result out, never an exception.

Worker processes import this module, so it imports no interface and no framework.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar, TypeVar

from spinelift import images
from spinelift.engine.cache import Cache, cache_key
from spinelift.engine.files import holds, write_whole
from spinelift.engine.packing import pack_meshes, unpack_meshes
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.images.headers import PNG_SIGNATURE
from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import measured
from spinelift.mesh.types import NO_PIXELS, Mesh
from spinelift.mesh.validation import MeshParameterValidator

INTERNAL = "INTERNAL"
"""Code of a failure that is our bug."""

NAMELESS = "The image"
"""What the core and the pool, who are told no names, call the image."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class OutputUnwritable(SpineLiftError):
    """A file of ours could not be written: the fault of its folder, not of the image."""

    code: ClassVar[str] = "OUTPUT_UNWRITABLE"


@dataclass(frozen=True)
class PictureFile:
    """Where an image's PNG is to be, and where it waits until the whole batch is done.

    `place` is its path, below `folder` in the end and below `staged` until then.
    """

    folder: Path
    staged: Path
    place: str


@dataclass(frozen=True)
class MeshTask:
    """One image to mesh.

    Attributes
    ----------
    image
        A file, or the bytes of one.
    label
        What messages call the image.
    ceiling
        Meshes with more vertices than this are made again with it as their budget.
    picture
        Set to have the image written as PNG too: byte for byte where it is one already.
    keep_required
        Whether the meshes come back with their mask of required pixels, which is as large as the
        image. Their quality is measured before it is let go.
    """

    image: Path | bytes
    parameters: MeshParameters
    label: str
    ceiling: int | None = None
    limits: ImageLimits = DEFAULT_LIMITS
    cache: Cache | None = None
    picture: PictureFile | None = None
    keep_required: bool = False


@dataclass(frozen=True, eq=False)
class MeshedImage:
    """The meshes of one image, measured, with what there is to say about it."""

    meshes: tuple[Mesh, ...]
    warnings: tuple[str, ...]
    sha256: str
    milliseconds: float
    was_cached: bool = False


@dataclass(frozen=True)
class Failure:
    """Why there is no result: a code for programs, a sentence for people."""

    code: str
    message: str
    trace: str | None = None
    """The traceback, where the failure is a bug."""


def attempt(work: Callable[[Task], Result], task: Task, label: str) -> Result | Failure:
    """Do the work; whatever goes wrong with this image is its own failure, not the batch's."""
    try:
        return work(task)
    except SpineLiftError as error:
        return failure(error, label)
    except MemoryError:
        return Failure(
            "OUT_OF_MEMORY", f"{label} needs more memory than there is. Make it smaller."
        )
    except Exception as error:
        message = f"{label} hit a bug in SpineLift ({type(error).__name__}: {error})."
        return Failure(INTERNAL, message, traceback.format_exc())


def failure(error: SpineLiftError, label: str) -> Failure:
    """Turn an error into a failure that names its image, where the error cannot know it."""
    return Failure(error.code, str(error).replace(NAMELESS, label, 1))


def reason(error: OSError) -> str:
    """The system's own words, without its number."""
    return (error.strerror or str(error)).lower()


def unwritable(place: Path, error: OSError) -> str:
    """What to tell the person who chose a place that cannot be written."""
    return f"{place} cannot be written ({reason(error)}): choose another place, or free this one."


def mesh_image(task: MeshTask) -> MeshedImage | Failure:
    """Mesh one image, or say why not."""
    return attempt(_mesh_image, task, task.label)


def _mesh_image(task: MeshTask) -> MeshedImage:
    start = time.perf_counter()
    content = read(task.image, task.limits, task.label)
    meshes, warnings, was_cached = _cached_meshes(content, task)
    milliseconds = (time.perf_counter() - start) * 1000
    if task.picture is not None:
        _stage_picture(content, task, task.picture)
    return MeshedImage(
        meshes=meshes if task.keep_required else tuple(without_required(mesh) for mesh in meshes),
        warnings=warnings,
        sha256=hashlib.sha256(content).hexdigest(),
        milliseconds=milliseconds,
        was_cached=was_cached,
    )


def read(image: Path | bytes, limits: ImageLimits, label: str) -> bytes:
    """Give the bytes of an image that may already be bytes."""
    return image if isinstance(image, bytes) else images.read_file(image, limits, name=label)


def unique(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in order: several meshes of an image may warn of the same."""
    return tuple(dict.fromkeys(sentences))


def _cached_meshes(
    content: bytes, task: MeshTask
) -> tuple[tuple[Mesh, ...], tuple[str, ...], bool]:
    """Meshes, warnings, and whether they came from the cache."""
    if task.cache is None:
        return *_make_meshes(content, task), False
    # The label stands in some warnings.
    settings = {
        "label": task.label,
        "ceiling": task.ceiling,
        "limits": asdict(task.limits),
        **task.parameters.to_mapping(),
    }
    key = cache_key(content, settings)
    stored = task.cache.get(key)
    if stored is not None:
        try:
            return *unpack_meshes(stored), True
        except ValueError:
            task.cache.discard(key)
    made = _make_meshes(content, task)
    task.cache.put(key, pack_meshes(*made))
    return *made, False


def _make_meshes(content: bytes, task: MeshTask) -> tuple[tuple[Mesh, ...], tuple[str, ...]]:
    alpha, notes = images.decode_alpha(content, task.limits, name=task.label)
    parameters = task.parameters
    meshes = generate(alpha, parameters)
    if task.ceiling is not None and any(len(mesh.vertices) > task.ceiling for mesh in meshes):
        parameters = replace(parameters, max_vertices=task.ceiling)
        meshes = generate(alpha, parameters)
    advice = MeshParameterValidator().examine(alpha, parameters, meshes)
    of_meshes = (warning for mesh in meshes for warning in mesh.warnings)
    warnings = unique((*notes, *advice, *of_meshes))
    return tuple(measured(mesh, mesh.quality) for mesh in meshes), warnings


def without_required(mesh: Mesh) -> Mesh:
    """A copy that crosses a pipe quickly; what it is worth was measured before."""
    return measured(replace(mesh, required=NO_PIXELS), mesh.quality)


def as_png(content: bytes, limits: ImageLimits, label: str) -> bytes:
    """Give an image as PNG: byte for byte where it is one already."""
    if content.startswith(PNG_SIGNATURE):
        return content
    return images.encode_png(images.decode(content, limits, name=label).rgba)


def _stage_picture(content: bytes, task: MeshTask, picture: PictureFile) -> None:
    """Write the PNG where it waits, unless it is in its place with the same bytes already."""
    png = as_png(content, task.limits, task.label)
    if holds(picture.folder / picture.place, png):
        return
    try:
        write_whole(picture.staged / picture.place, png)
    except OSError as error:
        raise OutputUnwritable(unwritable(picture.folder, error)) from None
