"""A folder of results, each under the hash of everything that decides its bytes.

A damaged, missing or unreadable entry is simply not there, and a cache that cannot be written
stores nothing: it may make work faster and must never make it fail.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from spinelift.engine.files import UNFINISHED, write_whole
from spinelift.version import __version__

MAXIMUM_BYTES = 512 * 2**20
"""Size at which the entries that were not used for the longest time go."""

ENTRY = ".mesh"
"""Suffix of an entry; nothing else in the folder is ever removed."""

_DIGEST_BYTES = hashlib.sha256().digest_size
_DECODERS = ("deflate", "numpy", "opencv-python-headless", "pillow")


def default_folder() -> Path:
    """Where this platform's programs keep what they can make again.

    Raises RuntimeError where the user has no home, as in some containers.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        # The specification says to ignore a relative XDG_CACHE_HOME.
        given = os.environ.get("XDG_CACHE_HOME", "")
        base = given if Path(given).is_absolute() else Path.home() / ".cache"
    return Path(base) / "spinelift"


def cache_key(content: bytes, settings: Mapping[str, object]) -> str:
    """Hash an image's bytes, the canonical settings and the engine that meshes it."""
    canonical = json.dumps(settings, sort_keys=True, allow_nan=False)
    digest = hashlib.sha256(f"{engine_fingerprint()}\n{canonical}\n".encode())
    digest.update(content)
    return digest.hexdigest()


@functools.cache
def engine_fingerprint() -> str:
    """Hash what else decides a mesh: our version, the meshing code itself, the decoders' versions.

    The code is in it because a working copy changes without changing its version.
    """
    digest = hashlib.sha256(__version__.encode())
    for name in _DECODERS:
        with contextlib.suppress(ModuleNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    package = Path(__file__).parents[1]
    code = (package / "mesh", package / "images", package / "engine" / "packing.py")
    for path in sorted(path for place in code for path in (place, *place.rglob("*"))):
        if path.suffix in {".py", ".so", ".dylib", ".dll"} and path.is_file():
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Cache:
    """Results on disk.

    Attributes
    ----------
    folder
        Where; it is made when first needed. Only files that look like entries are ever removed.
    maximum_bytes
        `trim` brings the cache below this.
    """

    folder: Path
    maximum_bytes: int = MAXIMUM_BYTES

    def get(self, key: str) -> bytes | None:
        """Give an entry's content and note that it was used; None where there is no sound one."""
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except OSError:
            return None
        content = stored[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != stored[:_DIGEST_BYTES]:
            self.discard(key)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Store an entry whole or not at all; a reader never sees a part of it."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            write_whole(path, hashlib.sha256(content).digest() + content)

    def discard(self, key: str) -> None:
        """Forget one entry."""
        with contextlib.suppress(OSError):
            self._path(key).unlink()

    def entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Every entry, and every leftover of an interrupted `put`."""
        try:
            found = list(self.folder.glob("[0-9a-f][0-9a-f]/*"))
        except OSError:  # a folder that cannot be, or that we may not look into
            return
        for path in found:
            with contextlib.suppress(OSError):
                if path.suffix in {ENTRY, UNFINISHED} and path.is_file():
                    yield path, path.stat()

    def trim(self) -> None:
        """Remove the entries that were not used for the longest time, down to the size limit."""
        known = sorted(self.entries(), key=lambda entry: entry[1].st_mtime_ns)
        excess = sum(status.st_size for _, status in known) - self.maximum_bytes
        for path, status in known:
            if excess <= 0:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                excess -= status.st_size

    def clear(self) -> int:
        """Remove every entry; returns how many there were. Raises OSError where it may not."""
        known = [path for path, _ in self.entries()]
        for path in known:
            path.unlink(missing_ok=True)
        return len(known)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{ENTRY}"
