"""Errors of writing, in a sentence for the person who chose the place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from spinelift.cli.exits import UsageError
from spinelift.engine.work import unwritable
from spinelift.mesh.errors import SpineLiftError


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what goes wrong inside into a `UsageError`."""
    try:
        yield
    except SpineLiftError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(unwritable(place, error)) from None
