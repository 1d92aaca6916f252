"""Whether the application lives, and whether it can do its work."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from spinelift.web.audit.models import AuditEntry


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.mark.django_db
def test_process_that_answers_lives(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/live", "/ready"])
def test_probe_may_call_the_process_by_its_address(path: str) -> None:
    assert Client(headers={"Host": "10.1.2.3:8000"}).get(path).status_code == 200
    assert Client(headers={"Host": "10.1.2.3:8000"}).get("/api/v1/me").status_code == 400


@pytest.mark.django_db
def test_ready_leaves_nothing_behind() -> None:
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert default_storage.listdir("probes") == ([], [])
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_folder_that_cannot_be_written_is_said(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("not a folder")
    answer = Client().get("/ready")
    assert answer.status_code == 503
    error = answer.json()["error"]
    assert error["code"] == "NOT_READY"
    assert list(error["details"]) == ["storage"]
    assert str(tmp_path) not in answer.content.decode()
    assert Client().get("/live").status_code == 200


@pytest.mark.django_db
def test_database_without_tables_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO elsewhere")
    answer = Client().get("/ready")
    assert answer.status_code == 503
    assert list(answer.json()["error"]["details"]) == ["database"]


def test_database_that_does_not_answer_is_said() -> None:
    """To ask it outside a test's database is an error here."""
    answer = Client().get("/ready")
    assert answer.status_code == 503
    assert list(answer.json()["error"]["details"]) == ["database"]
