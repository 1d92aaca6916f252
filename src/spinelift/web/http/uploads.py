"""The body of a request in, files out: never more than may come, and never half of one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, ClassVar, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from spinelift.images import ImageLimits
from spinelift.images.amounts import BYTES, told_apart
from spinelift.web.errors import RequestTooLarge, StorageUnavailable, WebError

CHUNK_BYTES = 2**20


class UploadInterrupted(WebError):
    """It ended before its end."""

    code: ClassVar[str] = "UPLOAD_INTERRUPTED"


class BoundedUpload(FileUploadHandler):
    """Refuses a form that is too large before its first byte is kept; the others keep it."""

    def handle_raw_input(
        self,
        input_data: object,  # noqa: ARG002
        META: object,  # noqa: N803, ARG002
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        check_request_size(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002
        return None


def check_request_size(size: int) -> None:
    """Raises RequestTooLarge."""
    most = settings.LIMITS.request_bytes
    if size > most:
        given, limit = told_apart(size, most, BYTES)
        raise RequestTooLarge(f"The request has {given}; the limit is {limit}: send it in parts.")


@dataclass(frozen=True)
class Body:
    """What came, whole."""

    file: BinaryIO
    sha256: str
    size: int


@contextmanager
def room() -> Iterator[None]:
    """Tell a connection that has ended from a disk that is full.

    Raises UploadInterrupted and StorageUnavailable.
    """
    try:
        yield
    except UnreadablePostError:
        raise UploadInterrupted("The connection ended before the file: send it again.") from None
    except OSError as error:
        raise StorageUnavailable(
            f"There is no room for what was sent ({error.strerror}): try again soon."
        ) from error


@contextmanager
def whole_body(request: HttpRequest, limits: ImageLimits, name: str) -> Iterator[Body]:
    """Give the body in a temporary file, hashed while it arrives.

    Raises ImageTooLarge, if it can before anything has come, and UploadInterrupted.
    """
    promised = _length(request)
    most = settings.LIMITS.request_bytes
    limits = replace(limits, max_bytes=min(limits.max_bytes, most))
    limits.check_bytes(promised or 0, name)
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as file:
        while chunk := _chunk(request):
            size += len(chunk)
            limits.check_bytes(size, name)
            digest.update(chunk)
            with room():
                file.write(chunk)
        if promised is not None and size != promised:
            raise UploadInterrupted(f"Of {promised} bytes came {size}: send them again.")
        with room():
            file.seek(0)
        yield Body(file, digest.hexdigest(), size)


def files_of(request: HttpRequest, field: str) -> list[tuple[str, BinaryIO]]:
    """Give the files of a form with their names, those that came whole. Raises RequestTooLarge."""
    with room():
        sent = request.FILES.getlist(field)
    return [(one.name or "", cast(BinaryIO, one.file)) for one in sent]


def _length(request: HttpRequest) -> int | None:
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() and said.isascii() else None


def _chunk(request: HttpRequest) -> bytes:
    with room():
        return request.read(CHUNK_BYTES)
