"""What is sent in three steps: said how large it is, put where we say, looked at and kept.

So that large files need not pass through us on their way to S3.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import BinaryIO, ClassVar

from django.utils import timezone

from spinelift.images import DEFAULT_LIMITS
from spinelift.mesh.errors import SpineLiftError
from spinelift.web.accounts.models import User
from spinelift.web.actors import Actor
from spinelift.web.errors import WebError
from spinelift.web.http.uploads import room
from spinelift.web.images import storage
from spinelift.web.images.files import ImageFile, examine
from spinelift.web.images.models import Blob, Upload
from spinelift.web.images.quotas import check_user_room
from spinelift.web.images.services import keep_upload
from spinelift.web.operations import quiet_operation

PUT_SECONDS = 3600
"""How long there is to send it."""

LABEL = "The upload"
"""What messages call it."""


class SizeMismatch(WebError):
    """There are more bytes, or fewer, than was said."""

    code: ClassVar[str] = "SIZE_MISMATCH"


class UploadUnfinished(WebError):
    """The bytes have not come yet."""

    code: ClassVar[str] = "UPLOAD_UNFINISHED"


def begin_upload(*, user: User, size: int) -> Upload:
    """Make room for a file. Raises ImageTooLarge and QuotaExceeded."""
    DEFAULT_LIMITS.check_bytes(size, LABEL)
    expires_at = timezone.now() + timedelta(seconds=PUT_SECONDS)
    with quiet_operation():
        check_user_room(user, size=size, lock=True)
        return Upload.objects.create(user=user, size=size, expires_at=expires_at)


def receive_upload(*, upload: Upload, file: BinaryIO, size: int) -> None:
    """Take the bytes, where they cannot be put elsewhere. Raises SizeMismatch."""
    _check_size(upload, size)
    if upload.blob_id is None:
        storage.save(upload.key, file)


def complete_upload(*, actor: Actor, upload: Upload) -> Blob:
    """Look at what has come and keep it for its user; what is no image is not kept.

    Raises UploadUnfinished, SizeMismatch, ImageUnreadable, ImageTooLarge and StorageUnavailable.
    What has been completed stays so.
    """
    if upload.blob is not None:
        return upload.blob
    size = storage.size_of(upload.key)
    if size is None:
        raise UploadUnfinished("The file has not come yet: send it, then say that it is there.")
    with tempfile.TemporaryFile() as file:
        try:
            _check_size(upload, size)
            # This copy is what is kept: who has the address can still replace what lies there.
            found = _fetched(upload, file)
        except (SizeMismatch, SpineLiftError):
            storage.delete(upload.key)
            upload.delete()
            raise
        blob = keep_upload(actor=actor, upload=upload, file=found)
    storage.delete(upload.key)
    return blob


def _fetched(upload: Upload, file: BinaryIO) -> ImageFile:
    storage.fetch(upload.key, file)
    with room():
        file.flush()
    found = examine(file, LABEL)
    _check_size(upload, found.size)
    return found


def _check_size(upload: Upload, size: int) -> None:
    if size != upload.size:
        raise SizeMismatch(f"{size} bytes came where {upload.size} were to come: begin anew.")
