"""Copies of files that lie elsewhere, in a folder of bounded size; those used last stay.

Safe with several threads and processes: whoever uses a copy has a link of their own to it, so that
it does not matter to them when the copy itself goes.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

IN_USE = ".use"
"""Suffix of the link of one user; theirs whose process died go after a day."""

LEFT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class LocalCopies:
    """The folder and what is in it.

    Attributes
    ----------
    folder
        Made when first needed, for this system's user alone.
    maximum_bytes
        What is not in use is kept below this.
    """

    folder: Path
    maximum_bytes: int

    @contextmanager
    def copy(self, name: str, fetch: Callable[[BinaryIO], None]) -> Iterator[Path]:
        """Give a copy of the file with this name, which always has the same bytes.

        `fetch` writes them, where there is no copy yet. Raises OSError, and what `fetch` raises.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept, mine = self.folder / name, self.folder / f"{uuid.uuid4().hex}{IN_USE}"
        try:
            try:
                mine.hardlink_to(kept)
                os.utime(mine)
            except FileNotFoundError:
                with mine.open("wb") as file:
                    fetch(file)
                with contextlib.suppress(FileExistsError):  # another was faster
                    kept.hardlink_to(mine)
                self.trim()
            yield mine
        finally:
            mine.unlink(missing_ok=True)

    def trim(self) -> None:
        """Remove what was not used for the longest time, down to the limit."""
        known = sorted(self._files(), key=lambda file: file[1].st_mtime_ns)
        kept = [(path, status) for path, status in known if path.suffix != IN_USE]
        excess = sum(status.st_size for _, status in kept) - self.maximum_bytes
        for path, status in kept:
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= status.st_size
        for path, status in known:
            if path.suffix == IN_USE and status.st_mtime < time.time() - LEFT_SECONDS:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()
