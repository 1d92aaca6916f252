"""A blob in, the PNG that shows it out; made when it is first asked for, and then kept."""

from __future__ import annotations

import io

from spinelift.engine.thumbnails import ThumbnailTask, make_thumbnail
from spinelift.web import workers
from spinelift.web.images import storage
from spinelift.web.images.models import ProjectImage


def thumbnail_of(image: ProjectImage) -> bytes:
    """Raises ImageUnreadable, Overloaded, StorageUnavailable and how a worker process was lost."""
    blob = image.blob
    kept = storage.read(blob.thumbnail_key)
    if kept is not None:
        return kept
    with storage.local_file(blob.key) as path:
        made: bytes = workers.done(make_thumbnail, ThumbnailTask(path, image.name))
    storage.save(blob.thumbnail_key, io.BytesIO(made))
    return made
