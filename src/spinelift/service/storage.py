"""Where images and results lie, for all replicas: a folder, S3, or this process's memory.

The seam is obstore's `ObjectStore`; what all of them owe is in tests/contracts/test_storage.py.
This module says which one a URL means, and what it means when one fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar
from urllib.parse import urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from spinelift.images.limits import ImageLimits, shown
from spinelift.mesh.errors import ImageNotFound, SpineLiftError
from spinelift.service.fetching import Fetched
from spinelift.service.settings import UnusableSettings

if TYPE_CHECKING:
    from obstore.store import S3Config  # there is none when the program runs

log = structlog.get_logger()

RESULTS, UPLOADS = "results/", "uploads/"
"""What the service's own keys begin with."""

LONGEST_KEY = 512
LONGEST_SEGMENT = 255
"""A folder has no longer names."""

CHUNK_BYTES = 2**20
"""How much of an image is in memory at a time."""

PARTS_AT_ONCE = 4
"""Of 5 MiB, of a large file on its way to S3: they are in memory, and share the time for one."""

CONNECT_TIME = timedelta(seconds=3)
SILENT_TIME = timedelta(seconds=10)
REQUEST_TIME = timedelta(minutes=5)
"""How long S3 may take to accept a connection, to go on sending, and for a large image in all."""

RETRIES = 3
RETRY_TIME = timedelta(seconds=5)
"""How often a request is sent again, and until when: who waits is told soon that S3 is down."""

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""Where the operator may say where S3 is; the first that is set counts, as for Amazon's tools."""


class ResultGone(SpineLiftError):
    """The answer of a job was removed from the storage."""

    code: ClassVar[str] = "RESULT_GONE"


class StorageUnavailable(SpineLiftError):
    """The storage does not do as it is asked; whether it took what it was given is not known."""

    code: ClassVar[str] = "STORAGE_UNAVAILABLE"


def open_storage(url: str) -> ObjectStore:
    """Open `memory:`, a folder, or `s3://bucket/prefix`; raises UnusableSettings.

    S3 is configured as usual, by AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and so on. It is
    spoken to without TLS only where its endpoint says `http:`.
    """
    if url == "memory:":
        return MemoryStore()
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme == "s3" and parts.netloc:
            return _open_s3(url)
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


def _open_s3(url: str) -> ObjectStore:
    config: S3Config = {}
    endpoint = _endpoint()
    if endpoint is not None:
        config["endpoint"] = endpoint
    return from_url(
        url,
        config=config,
        client_options={
            "allow_http": endpoint is not None and endpoint.startswith("http:"),
            "connect_timeout": CONNECT_TIME,
            "read_timeout": SILENT_TIME,
            "timeout": REQUEST_TIME,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIME},
    )


def _endpoint() -> str | None:
    """Where the operator says that S3 is; obstore takes anything, and panics when it is used."""
    found = None
    for name in ENDPOINTS:
        value = os.environ.get(name)
        if value is not None and not re.match(r"https?://[^/]", value):
            # Without what it is, which may hold a key.
            raise UnusableSettings(
                f"{name} is no address: set https://HOST or http://HOST, or unset it."
            )
        found = found or value
    return found


def is_object_key(text: str) -> bool:
    """Whether a user's text can be the key of an image that is theirs.

    It has 1 to 512 letters, digits and `._-/`, names none of the service's own objects, and every
    part between slashes is a name: of 1 to 255 characters, not `.` or `..`.
    """
    segments = text.split("/")
    return (
        len(text) <= LONGEST_KEY
        and re.fullmatch(r"[A-Za-z0-9._/-]+", text) is not None
        and not {"", ".", ".."}.intersection(segments)
        and max(map(len, segments)) <= LONGEST_SEGMENT
        and not text.startswith((RESULTS, UPLOADS))
    )


async def save_object(storage: ObjectStore, key: str, content: bytes | Path) -> None:
    """Put bytes or a file there; whoever reads gets what was there before, or all of this."""
    with _failing_as_unavailable():
        await obstore.put_async(storage, key, content, max_concurrency=PARTS_AT_ONCE)


async def read_object(storage: ObjectStore, key: str) -> bytes | None:
    """The whole object; None where there is none."""
    with _failing_as_unavailable():
        try:
            found = await obstore.get_async(storage, key)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())


async def fetch_object(
    storage: ObjectStore, key: str, file: BinaryIO, limits: ImageLimits
) -> Fetched:
    """Write an image to `file`, which the caller discards where this raises.

    Raises
    ------
    ImageNotFound
        There is no such object.
    ImageTooLarge
        It has more than `limits.max_bytes` bytes; none of them is read.
    StorageUnavailable
        It cannot be read.
    OSError
        The file cannot be written.
    """
    with _failing_as_unavailable():
        try:
            found = await obstore.get_async(storage, key)
        except FileNotFoundError as error:
            raise ImageNotFound(
                f"The storage has no image {shown(key)}: put it there, or name another."
            ) from error
    limits.check_bytes(found.meta["size"], key)
    digest = hashlib.sha256()
    async for chunk in _chunks(found):
        digest.update(chunk)
        file.write(chunk)
    return Fetched(found.meta["size"], digest.hexdigest())


async def _chunks(found: obstore.GetResult) -> AsyncIterator[bytes]:
    with _failing_as_unavailable():
        async for chunk in found.stream(CHUNK_BYTES):
            yield chunk


async def written_at(storage: ObjectStore, key: str) -> float | None:
    """When the object was last written, in seconds since the epoch; None where there is none."""
    with _failing_as_unavailable():
        try:
            found = await obstore.head_async(storage, key)
        except FileNotFoundError:
            return None
    return found["last_modified"].timestamp()


async def delete_object(storage: ObjectStore, key: str) -> None:
    """See to it that there is no such object."""
    with _failing_as_unavailable(), contextlib.suppress(FileNotFoundError):
        await obstore.delete_async(storage, key)


async def list_objects(storage: ObjectStore, prefix: str) -> AsyncIterator[dict[str, float]]:
    """Give key and time of writing of what begins with a prefix, page by page."""
    with _failing_as_unavailable():
        async for page in obstore.list(storage, prefix):
            yield {one["path"]: one["last_modified"].timestamp() for one in page}


@contextlib.contextmanager
def _failing_as_unavailable() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # For the operator; whoever asked is not told of endpoints and folders.
        log.warning("storage.failed", why=str(error).partition("\n")[0])
        raise StorageUnavailable("The service cannot reach its storage: try again.") from error
