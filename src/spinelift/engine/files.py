"""Files that are written whole or not at all, and only where their bytes change."""

from __future__ import annotations

import contextlib
import filecmp
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

UNFINISHED = ".new"
"""Suffix of a file that is being written."""


def holds(path: Path, content: bytes) -> bool:
    """Whether the file is there with exactly these bytes."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def write_whole(path: Path, content: bytes) -> None:
    """Write a file through a temporary one beside it, so that nobody ever sees a part of it.

    Its folder is made. Where the file already holds these bytes it is not touched. Raises OSError.
    """
    if holds(path, content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid.uuid4().hex}{UNFINISHED}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Make `folder`, and inside it one that is gone again afterwards, whatever happens.

    What is written there can be moved into `folder` in one step each. Raises OSError.
    """
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    # Named before it is made, and made inside the try: an interrupt may come between any two steps.
    place = folder / f".spinelift-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        for parent in made:
            with contextlib.suppress(OSError):
                parent.rmdir()  # only where nothing came of it: a folder in use is not empty


def publish(staged: Path, folder: Path, files: Iterable[str]) -> None:
    """Move staged files, named from `staged`, to their places below `folder`, in this order.

    A file that was not staged, or is there already with the same bytes, stays as it is. Raises
    OSError.
    """
    for file in files:
        source, target = staged / file, folder / file
        if not source.exists():
            continue
        with contextlib.suppress(OSError):
            if filecmp.cmp(source, target, shallow=False):
                continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
