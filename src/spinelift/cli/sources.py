"""PATH... in, named images out."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinelift.engine.work import NAMELESS, Failure, failure, reason
from spinelift.images.limits import ImageLimits, shown
from spinelift.mesh.errors import ImageNotFound
from spinelift.spine.errors import NameUnusable
from spinelift.spine.names import check_name

IMAGE_SUFFIXES = frozenset(
    (".png", ".apng", ".webp", ".tif", ".tiff", ".gif", ".jpg", ".jpeg", ".bmp")
)
"""What is taken for an image in folders and globs; a file that is named is always tried."""

NO_IMAGES = "NO_IMAGES"
"""Code of a folder or a glob in which there is none."""

NAME_TAKEN = "NAME_TAKEN"
"""Code of images that would be written to the same file."""

STDIN = "-"
STDIN_NAME = "stdin"


@dataclass(frozen=True)
class Source:
    """One image: the name of its attachment, and where its bytes are.

    `image` is its path as it was given or found, which is what messages call it.
    """

    name: str
    image: str
    content: Path | bytes

    @property
    def label(self) -> str:
        """What a sentence about the image calls it."""
        return NAMELESS if self.image == STDIN else Path(self.image).name


@dataclass(frozen=True)
class FailedInput:
    """An input that never became a source, or an image that gave no mesh."""

    image: str
    error: Failure


@dataclass
class Sources:
    """All that the paths on the command line stand for, in order."""

    found: list[Source]
    failed: list[FailedInput]


def find_sources(paths: Sequence[str], limits: ImageLimits, *, without: Path | None) -> Sources:
    """Look through images, folders, globs and `-`.

    Names are a file's own name without extension; below a folder, or below the fixed part of a
    glob, the path from there, with `/`. `without` is a folder, our own output, that folders and
    globs are not searched in. Images that share a name are failures, all of them.
    """
    sources = Sources([], [])
    for path in dict.fromkeys(paths):
        _look_at(path, sources, limits, real_path(without) if without else None)
    _refuse_unusable_names(sources)
    _refuse_shared_names(sources)
    return sources


def _look_at(path: str, sources: Sources, limits: ImageLimits, without: Path | None) -> None:
    if path == STDIN:
        # One byte over the limit is enough to be refused, and never fills the memory.
        content = sys.stdin.buffer.read(limits.max_bytes + 1)
        sources.found.append(Source(STDIN_NAME, STDIN, content))
    elif os.path.isdir(path):  # noqa: PTH112 (unlike Path.is_dir, no path is an error here)
        _take_all(path, Path(path), _walk(Path(path), sources), sources, without)
    elif glob.has_magic(path) and not os.path.lexists(path):
        _take_all(path, _fixed_part(path), _expand(path), sources, without)
    else:
        sources.found.append(Source(Path(path).stem, path, Path(path)))


def _take_all(
    given: str, base: Path, files: Iterable[Path], sources: Sources, without: Path | None
) -> None:
    before = len(sources.found) + len(sources.failed)
    ours = 0
    for file in files:
        if file.suffix.lower() not in IMAGE_SUFFIXES:
            continue
        if without is not None and without in real_path(file).parents:
            ours += 1
            continue
        name = file.relative_to(base).with_suffix("").as_posix()
        sources.found.append(Source(name, str(file), file))
    if len(sources.found) + len(sources.failed) == before:
        message = f"There is no image in {shown(given)}: give a folder or a glob that has some."
        if ours:
            message = (
                f"The images in {shown(given)} are in the output folder, which is not searched: "
                "write to another one."
            )
        sources.failed.append(FailedInput(given, Failure(NO_IMAGES, message)))


def _walk(folder: Path, sources: Sources) -> Iterator[Path]:
    """All files below a folder, sorted by path; linked folders too, but none twice.

    A folder that has a place of its own in here is found there, not through a link. Hidden files
    are left out: they are what other programs keep for themselves.
    """

    def refuse(error: OSError) -> None:
        sources.failed.append(FailedInput(str(error.filename), _not_found(error)))

    root = real_path(folder)
    entered: set[Path] = set()
    files = []
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = real_path(Path(place))
        if real in entered or (Path(place).is_symlink() and root in real.parents):
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(place) / name for name in names if not name.startswith(".")]
    yield from sorted(files, key=lambda file: file.relative_to(folder).as_posix())


def _expand(pattern: str) -> list[Path]:
    """The files that a glob matches, sorted; on the shortest way where links make several."""
    matches = (Path(match) for match in glob.glob(pattern, recursive=True))  # noqa: PTH207
    shortest: dict[Path, Path] = {}
    for match in sorted(matches, key=lambda match: (len(match.parts), match)):
        if os.path.isfile(match):  # noqa: PTH113 (as above: a folder may forbid to look)
            shortest.setdefault(real_path(match.parent) / match.name, match)
    return sorted(shortest.values())


def _fixed_part(pattern: str) -> Path:
    """The folders in front of a glob's first wildcard."""
    fixed = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _not_found(error: OSError) -> Failure:
    label = shown(Path(error.filename).name)
    return Failure(
        ImageNotFound.code, f"The folder {label} cannot be read: {reason(error)}. Check its rights."
    )


def _refuse_unusable_names(sources: Sources) -> None:
    for source in tuple(sources.found):
        try:
            check_name(source.name)
        except NameUnusable as error:
            sources.found.remove(source)
            sources.failed.append(FailedInput(source.image, failure(error, source.image)))


def _refuse_shared_names(sources: Sources) -> None:
    """Two different images of one name would overwrite each other; one image twice is one."""
    by_name: dict[str, list[Source]] = {}
    for source in sources.found:
        by_name.setdefault(source.name, []).append(source)
    sources.found.clear()
    for name, sharing in by_name.items():
        if len({_identity(source) for source in sharing}) == 1:
            sources.found.append(sharing[0])
            continue
        for source in sharing:
            others = " and ".join(shown(other.image) for other in sharing if other is not source)
            message = (
                f"{shown(source.image)} has the same name {name!r} as {others}: rename one, or "
                "give the folder above both."
            )
            sources.failed.append(FailedInput(source.image, Failure(NAME_TAKEN, message)))


def _identity(source: Source) -> object:
    return real_path(source.content) if isinstance(source.content, Path) else STDIN


def real_path(path: Path) -> Path:
    """Without links; unlike `Path.resolve`, a loop of links is no error here."""
    return Path(os.path.realpath(path))
