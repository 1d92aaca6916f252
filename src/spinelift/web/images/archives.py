"""A zip in, the images in it out, each in a file of its own; it may be made to do harm.

What is not looked for is passed over; what cannot be used is told; names are never paths.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

from spinelift.images import DEFAULT_LIMITS
from spinelift.images.amounts import BYTES, told_apart
from spinelift.images.limits import shown
from spinelift.mesh.errors import SpineLiftError
from spinelift.web.errors import StorageUnavailable, TooMuch, WebError
from spinelift.web.http.uploads import room

MOST_FILES = 2_000

MOST_DIRECTORY_BYTES = 2 * 2**20
"""Of an archive's table of contents, which zipfile holds in memory, and every entry of it in 20
times as much; twice what 2,000 images with long names need."""

CHUNK_BYTES = 2**20

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""Of an archive, and of an empty one."""

LEFTOVERS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
"""What systems put into folders by themselves."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others take memory as the archive says, and nobody uses them for images."""

_ENCRYPTED, _UTF8 = 0x1, 0x800


class ArchiveUnreadable(WebError):
    """No zip that can be unpacked."""

    code: ClassVar[str] = "ARCHIVE_UNREADABLE"


class ArchiveTooLarge(TooMuch):
    """It would unpack to more than may come at once."""

    code: ClassVar[str] = "ARCHIVE_TOO_LARGE"


def is_archive(file: BinaryIO, name: str) -> bool:
    """By its first bytes, or by a name that says so."""
    file.seek(0)
    return file.read(4) in SIGNATURES or name.lower().endswith(".zip")


class Archive:
    """A zip whose table of contents was read, and promises no more than may be.

    Parameters
    ----------
    most_bytes
        Of all that is in it, unpacked. Nothing unpacks to more than the table says.

    Attributes
    ----------
    size
        Of all that is in it, unpacked, in bytes.

    Raises
    ------
    ArchiveUnreadable
        It is damaged or encrypted.
    ArchiveTooLarge
        It has too many entries, or too large ones.
    """

    def __init__(self, file: BinaryIO, name: str, *, most_bytes: int) -> None:
        self._label = shown(name)
        try:
            self._zip = zipfile.ZipFile(_Sparing(file))
        except _DirectoryTooLarge:
            raise self._too_many() from None
        except Exception:  # zipfile lets nearly every kind escape on damaged files
            raise self._unreadable("is no zip that can be read: pack it again") from None
        self._entries = [one for one in self._zip.infolist() if not _is_passed_over(_path(one))]
        if len(self._entries) > MOST_FILES:
            raise self._too_many()
        if any(entry.flag_bits & _ENCRYPTED for entry in self._entries):
            raise self._unreadable("is encrypted: pack it without a password")
        self.size = sum(entry.file_size for entry in self._entries)
        if self.size > most_bytes:
            given, limit = told_apart(self.size, most_bytes, BYTES)
            raise ArchiveTooLarge(
                f"{self._label} unpacks to {given}; the limit is {limit}: send it in parts."
            )

    def __iter__(self) -> Iterator[tuple[str, BinaryIO | WebError | SpineLiftError]]:
        """Each entry's path, and its file, which is there until the next one, or what is wrong."""
        for entry in self._entries:
            path = _path(entry)
            try:
                DEFAULT_LIMITS.check_bytes(entry.file_size, path)
            except SpineLiftError as error:
                yield path, error
                continue
            with tempfile.TemporaryFile() as file:
                try:
                    self._unpack(entry, file)
                except StorageUnavailable:
                    raise
                except _MethodUnknown:
                    words = f"has packed {shown(path)} in a way that is not read: use deflate"
                    yield path, self._unreadable(words)
                except Exception:  # as above
                    yield path, self._unreadable(f"has a broken entry {shown(path)}: pack it again")
                else:
                    yield path, file

    def _unpack(self, entry: zipfile.ZipInfo, file: BinaryIO) -> None:
        if entry.compress_type not in METHODS:
            raise _MethodUnknown
        left = entry.file_size
        with self._zip.open(entry) as packed:
            while chunk := packed.read(CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise zipfile.BadZipFile
                with room():
                    file.write(chunk)
        with room():
            file.flush()
        if left:
            raise EOFError

    def _unreadable(self, words: str) -> ArchiveUnreadable:
        return ArchiveUnreadable(f"{self._label} {words}.")

    def _too_many(self) -> ArchiveTooLarge:
        return ArchiveTooLarge(
            f"{self._label} has too many files; the limit is {MOST_FILES}: send it in parts."
        )


class _DirectoryTooLarge(Exception):
    pass


class _MethodUnknown(Exception):
    pass


class _Sparing:
    """A file from which nothing large is read at once, as zipfile does with a table of contents,
    of whatever size the archive says it has."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_DIRECTORY_BYTES:
            raise _DirectoryTooLarge
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _path(entry: zipfile.ZipInfo) -> str:
    """As whoever packed it sees it.

    Apple's programs write UTF-8 without saying so, and hardly any other text is valid UTF-8; some
    of Windows' separate folders as Windows does.
    """
    path = entry.filename
    if not entry.flag_bits & _UTF8:
        try:
            path = path.encode("cp437").decode()
        except UnicodeError:
            path = entry.filename
    return path.replace("\\", "/")


def _is_passed_over(path: str) -> bool:
    parts = path.lower().split("/")
    return parts[-1] == "" or any(
        part in LEFTOVERS or (part.startswith(".") and part.strip(".")) for part in parts
    )
