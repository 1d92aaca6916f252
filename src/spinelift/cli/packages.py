"""What only some commands need, and who has not installed it is told so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from spinelift.cli.exits import UsageError


@contextlib.contextmanager
def packages_of(extra: str) -> Iterator[None]:
    """Say how to install what is missing. Raises UsageError."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "spinelift":
            raise
        raise UsageError(
            f"This command needs packages that are not installed ({error.name}): "
            f"pip install 'spinelift[{extra}]'."
        ) from None
