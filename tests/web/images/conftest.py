"""Where these tests keep files, who asks, and that no worker is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spinelift.web import workers
from spinelift.web.accounts.models import User

from .asking import Asker


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    """The folder that is the storage."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    settings.LOCAL_COPIES = tmp_path / "copies"
    return folder


@pytest.fixture(autouse=True, scope="session")
def _no_worker_is_left() -> Iterator[None]:
    yield
    workers.close()


@pytest.fixture
def editor(bob: User) -> Asker:
    return Asker(bob)


@pytest.fixture
def viewer(val: User) -> Asker:
    return Asker(val)


@pytest.fixture
def stranger(charlie: User) -> Asker:
    return Asker(charlie)
