"""The images of jobs: a file here for the work, and in the storage for whoever begins it anew."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obstore.store import ObjectStore

from spinelift.images import DEFAULT_LIMITS
from spinelift.service.fetching import Fetcher
from spinelift.service.orders import Link, Source, StoredImage, Upload
from spinelift.service.records import JobRecord
from spinelift.service.storage import UPLOADS, delete_object, fetch_object, save_object


class JobImages:
    """One replica's, until it is closed.

    Parameters
    ----------
    shares
        Whether another replica may have to begin a job of this one. Where none can, an image stays
        here alone, and for as long as its job is to be done.
    """

    def __init__(self, storage: ObjectStore, fetcher: Fetcher, *, shares: bool) -> None:
        self._storage = storage
        self._fetcher = fetcher
        self._shares = shares
        self._folder = tempfile.TemporaryDirectory(prefix="spinelift-")

    @contextmanager
    def arrival(self) -> Iterator[Path]:
        """A place for an image until it is known what becomes of it."""
        path = Path(self._folder.name, secrets.token_hex(16))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def bring(self, source: Source, path: Path) -> str:
        """Have the image in a file here; returns its SHA-256. An upload's file is moved away.

        Raises what is wrong with an image that is not here yet, and StorageUnavailable.
        """
        match source:
            case Upload():
                source.path.replace(path)
                return source.sha256
            case Link():
                with path.open("wb") as file:
                    return (await self._fetcher.fetch(source.url, file)).sha256
            case StoredImage():
                with path.open("wb") as file:
                    fetched = await fetch_object(self._storage, source.key, file, DEFAULT_LIMITS)
                    return fetched.sha256

    async def share(self, source: Source, image: Path) -> str | None:
        """Give the key under which every replica finds the image; None where there is no other.

        Raises StorageUnavailable.
        """
        if isinstance(source, StoredImage):
            return source.key
        if not self._shares:
            return None
        key = f"{UPLOADS}{secrets.token_hex(16)}"
        await save_object(self._storage, key, image)
        return key

    def keep(self, job_id: str, image: Path) -> None:
        """Make the file that has arrived the job's."""
        image.replace(self.path(job_id))

    def path(self, job_id: str) -> Path:
        """Where the job's image lies, if it is here."""
        return Path(self._folder.name, job_id)

    async def bring_again(self, record: JobRecord) -> None:
        """Have the image here of a job that is begun anew.

        Raises ImageNotFound, ImageTooLarge, StorageUnavailable.
        """
        if self.path(record.job_id).exists():
            return
        with self.arrival() as image:
            with image.open("wb") as file:
                key = str(record.request["image_key"])
                await fetch_object(self._storage, key, file, DEFAULT_LIMITS)
            self.keep(record.job_id, image)

    def leave(self, record: JobRecord) -> None:
        """Keep nothing here of an unfinished job but what could not be brought again."""
        if record.request["image_key"] is not None:
            self.path(record.job_id).unlink(missing_ok=True)

    async def forget(self, record: JobRecord) -> None:
        """Delete the image of a job that has ended, unless it is somebody else's.

        Raises StorageUnavailable.
        """
        self.path(record.job_id).unlink(missing_ok=True)
        key = record.request["image_key"]
        if isinstance(key, str):
            await self.withdraw(key)

    async def withdraw(self, key: str) -> None:
        """Delete what `share` has put there. Raises StorageUnavailable."""
        if key.startswith(UPLOADS):
            await delete_object(self._storage, key)

    def close(self) -> None:
        """Delete all that is here."""
        self._folder.cleanup()
