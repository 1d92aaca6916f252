"""Where files lie: Django's storage, which is a folder or a bucket of S3.

Only this module knows which. What both owe is in tests/contracts/test_blob_storage.py.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from spinelift.web.errors import StorageUnavailable
from spinelift.web.images.copies import LocalCopies
from spinelift.web.images.models import STAGING

log = structlog.get_logger()

DOWNLOAD_SECONDS = 60
"""How long an address that was signed for one download opens."""

CORS_SECONDS = 3600
"""How long browsers need not ask anew what a page may do."""


def save(key: str, content: BinaryIO) -> None:
    """Put a file there, whole or not at all, in place of what was there."""
    with _answering():
        content.seek(0)
        if _s3() is not None:
            default_storage.save(key, File(content))
            return
        # A folder's storage writes where the file is to be: who died in between would leave half.
        staged = f"{STAGING}{uuid.uuid4()}"
        try:
            default_storage.save(staged, File(content))
            place = Path(default_storage.path(key))
            place.parent.mkdir(parents=True, exist_ok=True)
            written = Path(default_storage.path(staged))
            _sync(written)
            written.replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                default_storage.delete(staged)
            raise


def size_of(key: str) -> int | None:
    """Of the file in bytes; None where there is none."""
    with _answering():
        try:
            return default_storage.size(key)
        except FileNotFoundError:
            return None


def written_at(key: str) -> datetime | None:
    """When the file was written; None where there is none."""
    if size_of(key) is None:
        return None
    with _answering():
        return default_storage.get_modified_time(key)


def delete(key: str) -> None:
    """Remove a file, if it is there."""
    with _answering():
        default_storage.delete(key)


def names_in(folder: str) -> list[str]:
    """The files in a folder; none where there is no such folder."""
    with _answering():
        try:
            return default_storage.listdir(folder)[1]
        except FileNotFoundError:
            return []


def read(key: str) -> bytes | None:
    """The bytes of a small file; None where there is none."""
    with _answering():
        try:
            with default_storage.open(key) as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None


def opened(key: str) -> BinaryIO:
    """The file, to be read. Raises StorageUnavailable where there is none."""
    with _answering():
        return cast(BinaryIO, default_storage.open(key))


def fetch(key: str, target: BinaryIO) -> None:
    """Write the bytes of a file into another. Raises StorageUnavailable where there is none."""
    with _answering():
        s3 = _s3()
        if s3 is not None:  # whose own file would be held in memory as a whole
            s3.bucket.download_fileobj(_s3_key(s3, key), target)
            return
        with default_storage.open(key) as file:
            for chunk in file.chunks():
                target.write(chunk)


@contextmanager
def local_file(key: str) -> Iterator[Path]:
    """Give a file that holds the bytes, to be read: itself, or a copy of what lies in S3.

    Raises StorageUnavailable where there is none.
    """
    if _s3() is not None:
        copies = LocalCopies(settings.LOCAL_COPIES, settings.LOCAL_COPIES_BYTES)
        with contextlib.ExitStack() as held:
            with _answering():
                copy = copies.copy(key.rpartition("/")[2], lambda target: fetch(key, target))
                path = held.enter_context(copy)
            yield path
        return
    path = Path(default_storage.path(key))
    if not path.is_file():
        raise StorageUnavailable("A file is not where it should be: tell who runs this.")
    yield path


def download_url(key: str, *, content_type: str, disposition: str) -> str | None:
    """Where the bytes can be had for a minute without asking us; None where only we have them."""
    s3 = _s3()
    if s3 is None:
        return None
    said = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
    with _answering():
        url: str = s3.url(key, parameters=said, expire=DOWNLOAD_SECONDS)
        return url


def upload_url(key: str, *, size: int, seconds: int) -> str | None:
    """Where so many bytes can be put without asking us; None where only we can put them."""
    s3 = _s3()
    if s3 is None:
        return None
    wanted = {"Bucket": s3.bucket_name, "Key": _s3_key(s3, key), "ContentLength": size}
    with _answering():
        client = s3.connection.meta.client
        url: str = client.generate_presigned_url("put_object", Params=wanted, ExpiresIn=seconds)
        return url


def origin() -> str | None:
    """Of the addresses that these two lead to; None where only we have files."""
    url = upload_url(STAGING, size=0, seconds=DOWNLOAD_SECONDS)
    if url is None:
        return None
    scheme, host, *_ = urlsplit(url)
    return f"{scheme}://{host}"


def set_up_bucket(site: str) -> bool:
    """Let pages of that origin fetch and put files; makes the bucket where there is none.

    Returns whether files are in one at all. Raises StorageUnavailable.
    """
    s3 = _s3()
    if s3 is None:
        return False
    client, place = s3.connection.meta.client, {"Bucket": s3.bucket_name}
    rule = {
        "AllowedOrigins": [site],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": CORS_SECONDS,
    }
    with _answering():
        if not _is_there(client, place):
            region = client.meta.region_name
            # Where Amazon makes them unless it is told; to name it is an error there.
            elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            client.create_bucket(**place, **({} if region in {None, "us-east-1"} else elsewhere))
        client.put_bucket_cors(**place, CORSConfiguration={"CORSRules": [rule]})
    return True


def _is_there(client: Any, place: dict[str, str]) -> bool:
    try:
        client.head_bucket(**place)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NOT_FOUND:
            raise
        return False
    return True


def _s3() -> Any:
    """The storage, if it is one of S3."""
    return default_storage if hasattr(default_storage, "bucket_name") else None


def _s3_key(s3: Any, key: str) -> str:
    return "/".join(part for part in (s3.location.strip("/"), key) if part)


def _sync(path: Path) -> None:
    """Bytes are as safe as the row that says that they are there."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _answering() -> Iterator[None]:
    """What the storage raises is that it does not do as it is asked."""
    try:
        yield
    except (OSError, BotoCoreError, ClientError) as error:
        log.warning("storage.failed", error=str(error))
        raise StorageUnavailable("The files cannot be reached just now: try again soon.") from error
