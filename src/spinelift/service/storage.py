"""Where images and results lie, for all replicas: a folder, S3, or this process's memory.

The seam is obstore's `ObjectStore`; this module only says which one a URL means.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from spinelift.images.limits import shown
from spinelift.mesh.errors import ImageNotFound, SpineLiftError
from spinelift.service.fetching import Fetched
from spinelift.service.settings import UnusableSettings

_KEY = r"(?=.{1,512}$)(?!\.{1,2}(/|$))[A-Za-z0-9._-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._-]+)*"


class ResultGone(SpineLiftError):
    """The answer of a job was removed from the storage."""

    code: ClassVar[str] = "RESULT_GONE"


def open_storage(url: str) -> ObjectStore:
    """Open `memory:`, a folder, or `s3://bucket/prefix`; raises UnusableSettings.

    S3 is configured as usual, by AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and so on.
    """
    if url == "memory:":
        return MemoryStore()
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme == "s3" and parts.netloc:
            is_plain = False
            return from_url(url, client_options={"allow_http": is_plain})
        if parts.scheme == "" and url:
            return _open_folder(Path(url).absolute())
    # Without what it was, which may hold a key.
    raise UnusableSettings(
        "SPINELIFT_STORAGE is no storage: give memory:, a folder, or s3://bucket/prefix."
    )


def _open_folder(folder: Path) -> ObjectStore:
    try:
        return LocalStore(folder, mkdir=True)
    except OSError as error:
        raise UnusableSettings(
            f"{shown(str(folder))} cannot hold images and results ({error}): "
            "name another folder in SPINELIFT_STORAGE."
        ) from None


async def read_object(storage: ObjectStore, key: str) -> bytes | None:
    """The whole object; None where there is none."""
    try:
        found = await obstore.get_async(storage, key)
    except FileNotFoundError:
        return None
    return bytes(await found.bytes_async())


def is_object_key(text: str) -> bool:
    """Tell whether a client's text can be a key; not of what is the service's own."""
    return re.fullmatch(_KEY, text) is not None and not text.startswith(("results/", "uploads/"))


async def fetch_object(storage: ObjectStore, key: str, file: BinaryIO) -> Fetched:
    content = await read_object(storage, key)
    if content is None:
        raise ImageNotFound(f"There is no image {shown(key)} in the storage: put it there first.")
    file.write(content)
    return Fetched(len(content), hashlib.sha256(content).hexdigest())
