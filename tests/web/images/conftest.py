"""Programs of the cast."""

from __future__ import annotations

import pytest

from spinelift.web.accounts.models import User

from .asking import Asker


@pytest.fixture
def editor(bob: User) -> Asker:
    return Asker(bob)


@pytest.fixture
def viewer(val: User) -> Asker:
    return Asker(val)


@pytest.fixture
def stranger(charlie: User) -> Asker:
    return Asker(charlie)
