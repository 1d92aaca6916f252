"""Whoever comes first writes first, and whatever ends a transaction ends its turn."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from spinelift.web.accounts.models import User
from spinelift.web.sqlite.base import Turns
from tests.processes import wait_until

SOON = 10.0
only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="it is SQLite's backend")


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@given(number=st.integers(1, 12))
def test_turns_come_in_the_order_in_which_they_were_asked_for(number: int) -> None:
    turns = Turns()
    assert turns.take(SOON)
    served: list[int] = []

    def wait(place: int) -> None:
        assert turns.take(SOON)
        served.append(place)
        turns.give()

    threads = []
    for place in range(number):
        threads.append(started(lambda place=place: wait(place)))  # type: ignore[misc]
        wait_until(lambda place=place: len(turns._waiting) == place + 1)  # type: ignore[misc]
    turns.give()
    for thread in threads:
        thread.join()
    assert served == list(range(number))
    assert turns.take(0)


def test_who_gives_up_leaves_the_queue() -> None:
    turns = Turns()
    assert turns.take(SOON)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0.01)


@only_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["commit", "rollback", "refusal", "close"])
def test_turn_ends_with_its_transaction(ending: str) -> None:
    class Refused(Exception):
        pass

    try:
        with transaction.atomic():
            User.objects.create_user("alice@example.com")
            if ending == "rollback":
                raise Refused
            if ending == "refusal":
                connection.set_rollback(True)
            if ending == "close":
                connection.close()
                raise Refused
    except Refused:
        pass
    others: list[bool] = []

    def write() -> None:
        with transaction.atomic():
            User.objects.create_user("bob@example.com")
        others.append(True)
        connection.close()

    started(write).join(SOON)
    assert others == [True]


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_no_turn_in_time_is_a_locked_database(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[Exception] = []

    def write() -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        try:
            with transaction.atomic():
                pass
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        started(write).join(SOON)
    assert "locked" in str(errors)
