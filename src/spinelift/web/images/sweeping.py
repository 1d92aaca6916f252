"""What nobody needs any more goes: each call does so much of it and is called again and again."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from spinelift.web.images import storage
from spinelift.web.images.models import BLOBS, STAGING, THUMBNAILS, Blob, Upload

KEPT_UNUSED = timedelta(days=1)
"""How long a blob stays that nothing has, which is how long its deletion can be undone."""

MOST_ROWS = 1_000
"""Looked at in one call."""

FOLDERS = tuple(f"{number:02x}" for number in range(256))
FOLDERS_AT_ONCE = 16


def sweep_blobs() -> int:
    """Mark the blobs that nothing has, delete those marked for a day; returns how many."""
    now = timezone.now()
    due = Q(unused_since=None) | Q(unused_since__lt=now - KEPT_UNUSED)
    swept = 0
    for sha256 in list(Blob.objects.unused().filter(due).values_list("pk", flat=True)[:MOST_ROWS]):
        with transaction.atomic():
            blob = Blob.objects.select_for_update().filter(sha256=sha256).first()
            # Asked anew under the lock: something may have it since.
            if blob is None or not Blob.objects.unused().filter(sha256=sha256).exists():
                continue
            if blob.unused_since is None:
                blob.unused_since = now
                blob.save(update_fields=["unused_since"])
            elif blob.unused_since < now - KEPT_UNUSED:
                # The files first: a row without them is swept again.
                storage.delete(blob.thumbnail_key)
                storage.delete(blob.key)
                blob.delete()
                swept += 1
    return swept


def sweep_uploads() -> int:
    """Delete the uploads that have expired, and what has come of them; returns how many."""
    expired = list(Upload.objects.filter(expires_at__lte=timezone.now())[:MOST_ROWS])
    for upload in expired:
        if upload.blob_id is None:
            storage.delete(upload.key)
        # Not one that was completed or prolonged meanwhile.
        Upload.objects.filter(id=upload.id, expires_at=upload.expires_at).delete()
    return len(expired)


def sweep_files(folders: Sequence[str] | None = None) -> int:
    """Delete files of more than a day that no row has; returns how many.

    They are left by processes that died between writing a file and its row. Each call looks at a
    few of the 256 folders, at random, so that all have their turn without anybody keeping count.
    """
    swept = _sweep_staging()
    for folder in random.sample(FOLDERS, FOLDERS_AT_ONCE) if folders is None else folders:
        swept += _sweep_folder(f"{BLOBS}{folder}/", r"[0-9a-f]{64}")
        swept += _sweep_folder(f"{THUMBNAILS}{folder}/", r"([0-9a-f]{64})\.png")
    return swept


def _sweep_staging() -> int:
    """No upload has so long to come."""
    old = [key for name in storage.names_in(STAGING) if _is_old(key := f"{STAGING}{name}")]
    for key in old[:MOST_ROWS]:
        storage.delete(key)
    return len(old[:MOST_ROWS])


def _sweep_folder(folder: str, pattern: str) -> int:
    """Files with other names than ours are not ours."""
    hashes = {name: name[:64] for name in storage.names_in(folder) if re.fullmatch(pattern, name)}
    known = set(Blob.objects.filter(pk__in=hashes.values()).values_list("pk", flat=True))
    swept = 0
    for name, sha256 in hashes.items():
        if sha256 not in known and _is_old(f"{folder}{name}"):
            swept += _delete_unless_kept(f"{folder}{name}", sha256)
    return swept


def _delete_unless_kept(key: str, sha256: str) -> bool:
    """The row is made so that it can be locked: who keeps these bytes now waits, and then finds no
    file."""
    nothing = {"size": 0, "format": "", "width": 0, "height": 0}
    with transaction.atomic():
        blob, is_new = Blob.objects.get_or_create(sha256=sha256, defaults=nothing)
        if is_new:
            storage.delete(key)
            blob.delete()
        return is_new


def _is_old(key: str) -> bool:
    written_at = storage.written_at(key)
    return written_at is not None and written_at < timezone.now() - KEPT_UNUSED
