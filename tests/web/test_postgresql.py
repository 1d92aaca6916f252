"""A connection that was kept is used while it can be, and found out when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from spinelift.web.accounts.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="it is PostgreSQL's backend"),
]

LAST_QUESTION = "SELECT query FROM pg_stat_activity WHERE pid = %s"
END = "SELECT pg_terminate_backend(%s, 5000)"


@pytest.fixture(autouse=True)
def session(alice: User) -> Iterator[psycopg.Connection[Any]]:  # noqa: ARG001  # asked for below
    """A connection that has answered, as psycopg has it."""
    assert User.objects.count() == 1
    yield connection.connection
    connection.close()


def told_to_another(session: psycopg.Connection[Any], question: str) -> Any:
    """What the server tells somebody else of the session, or does to it."""
    with psycopg.connect(session.info.dsn) as other:
        [answer] = other.execute(question, [session.info.backend_pid]).fetchall()
    return answer


def test_connection_that_is_well_is_not_asked(session: psycopg.Connection[Any]) -> None:
    before = told_to_another(session, LAST_QUESTION)
    assert connection.is_usable()
    assert told_to_another(session, LAST_QUESTION) == before


def test_connection_on_which_something_failed_is_asked(session: psycopg.Connection[Any]) -> None:
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1; SELECT pg_sleep(5)")
    before = told_to_another(session, LAST_QUESTION)
    assert connection.is_usable()
    assert told_to_another(session, LAST_QUESTION) != before


def test_connection_that_the_server_ended_is_made_anew(session: psycopg.Connection[Any]) -> None:
    kept: Any = connection
    kept.health_check_enabled, kept.health_check_done = True, False
    assert told_to_another(session, END) == (True,)
    assert User.objects.count() == 1
    assert connection.connection is not session
