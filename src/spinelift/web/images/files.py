"""A file that somebody sent in, what it is out; nothing is decoded, and never all of it in memory.

Raises ImageUnreadable and ImageTooLarge.
"""

from __future__ import annotations

import hashlib
import io
import mmap
import os
from dataclasses import dataclass
from typing import BinaryIO

from spinelift.images import DEFAULT_LIMITS, Header, sniff

CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class ImageFile:
    """A file that has come whole, looked at and measured, and is not kept yet."""

    file: BinaryIO
    sha256: str
    size: int
    header: Header


def examine(file: BinaryIO, name: str) -> ImageFile:
    """Look at what was uploaded, before anything else is done with it."""
    size = file.seek(0, os.SEEK_END)
    DEFAULT_LIMITS.check_bytes(size, name)
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return measure(file, digest.hexdigest(), size, name)


def measure(file: BinaryIO, sha256: str, size: int, name: str) -> ImageFile:
    """Look at what was hashed while it came."""
    header = _header(file, size, name)
    DEFAULT_LIMITS.check_size(header.width, header.height, name)
    return ImageFile(file, sha256, size, header)


def _header(file: BinaryIO, size: int, name: str) -> Header:
    """By looking into the file where it lies, if it lies anywhere."""
    try:
        number = file.fileno()
    except io.UnsupportedOperation:
        number = None
    if number is None or size == 0:  # which cannot be mapped
        file.seek(0)
        return sniff(file.read(), name=name)
    file.flush()
    with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as content:
        return sniff(content, name=name)
