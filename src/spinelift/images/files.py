"""A path in, a regular file of bounded size out: its bytes, or open to be read."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from spinelift.images.limits import DEFAULT_LIMITS, ImageLimits, shown
from spinelift.mesh.errors import ImageNotFound

# Opening a pipe or a device that nobody writes to must not wait (absent on Windows, as its
# opposite number O_BINARY is elsewhere).
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_file(
    path: str | os.PathLike[str], limits: ImageLimits = DEFAULT_LIMITS, *, name: str | None = None
) -> bytes:
    """Return the bytes of a regular file; never waits on a pipe or a device.

    Parameters
    ----------
    path
        The file.
    limits
        Only `max_bytes` counts here.
    name
        How the file is called in errors; its own name without folders if not given.

    Raises
    ------
    ImageNotFound
        There is no such file, it is no regular file, or it may not be read.
    ImageTooLarge
        It has more than `max_bytes` bytes.
    """
    label = _label(path, name)
    with _explained(label), _open_regular(path, limits, label) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def open_file(
    path: str | os.PathLike[str], limits: ImageLimits = DEFAULT_LIMITS, *, name: str | None = None
) -> BinaryIO:
    """Open what `read_file` reads; takes and raises the same."""
    label = _label(path, name)
    with _explained(label):
        return _open_regular(path, limits, label)


def _label(path: str | os.PathLike[str], name: str | None) -> str:
    return shown(name if name is not None else Path(path).name or str(path))


def _open_regular(path: str | os.PathLike[str], limits: ImageLimits, label: str) -> BinaryIO:
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise ImageNotFound(f"{label} is a folder: choose the image files in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ImageNotFound(f"{label} is a pipe or a device, not a file: choose an image file.")
        limits.check_bytes(status.st_size, label)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


@contextlib.contextmanager
def _explained(label: str) -> Iterator[None]:
    """Turn what the system says of a file into a sentence."""
    try:
        yield
    except FileNotFoundError:
        reason = f"There is no file {label}: check its name and its folder."
    except PermissionError:
        reason = f"{label} may not be read: change the permissions of the file or its folder."
    except OSError as error:
        reason = f"{label} cannot be opened ({error.strerror}): check the path."
    except ValueError:  # a NUL in the path, or letters that no file name of this system can have
        reason = f"{label} is not a possible file name: check the path."
    else:
        return
    raise ImageNotFound(reason)
