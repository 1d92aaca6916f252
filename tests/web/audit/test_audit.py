"""The audit: written with the deed or not at all, never changed, and told when it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import GENESIS, AuditChain, AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.events import ProjectRenamed
from spinelift.web.operations import operation
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project, rename_project

from ..conftest import actor_of, drop_guard

WRITERS = 20


def test_entry_says_who_did_what_to_what_from_where(project: Project, alice: User) -> None:
    rename_project(actor=actor_of(alice), project=project, name="Wolf")

    entry = AuditEntry.objects.get(action="project.renamed")
    assert (entry.actor_id, entry.actor, entry.address) == (alice.id, alice.email, "192.0.2.7")
    assert (entry.subject, entry.chain) == (f"project/{project.id}",) * 2


def test_entries_are_a_chain(project: Project) -> None:
    entries = list(AuditEntry.objects.filter(chain=f"project/{project.id}"))
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert list(faults()) == []


def test_deed_that_fails_leaves_neither_change_nor_entry(project: Project) -> None:
    before = AuditEntry.objects.count()

    def fail() -> None:
        with operation(SYSTEM) as publish:
            Project.objects.filter(id=project.id).update(name="Wolf")
            publish(ProjectRenamed(project_id=project.id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    project.refresh_from_db()
    assert project.name == "Fox"
    assert AuditEntry.objects.count() == before


def test_deed_that_cannot_be_written_down_is_not_done(project: Project) -> None:
    def write() -> None:
        with operation(SYSTEM) as publish:
            Project.objects.filter(id=project.id).update(name="Wolf")
            publish(ProjectRenamed(project_id=project.id, after={"name": object()}))

    with pytest.raises(TypeError):
        write()
    project.refresh_from_db()
    assert project.name == "Fox"


TAMPERING = [
    "UPDATE audit_auditentry SET actor = 'nobody'",
    "DELETE FROM audit_auditentry",
    "DELETE FROM audit_auditchain",
]
BY_VENDOR = {
    "sqlite": "INSERT OR REPLACE INTO audit_auditentry SELECT * FROM audit_auditentry",
    "postgresql": "TRUNCATE audit_auditentry",
}


def tamper(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("project")
def test_database_itself_keeps_the_entries() -> None:
    written = list(AuditEntry.objects.values())
    for statement in (*TAMPERING, BY_VENDOR[connection.vendor]):
        with pytest.raises(DatabaseError, match="stay as they are"):
            tamper(statement)
    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert list(AuditEntry.objects.values()) == written


@pytest.mark.usefixtures("project")
def test_sqlite_keeps_the_entries_whoever_speaks_to_it() -> None:
    """Also those whose triggers are not recursive, as ours are."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL has no such statement
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            with pytest.raises(DatabaseError, match="stay as they are"):
                cursor.execute(BY_VENDOR["sqlite"])
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.usefixtures("project")
def test_guard_is_made_anew_after_each_migrate() -> None:
    drop_guard()
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="stay as they are"):
        tamper(TAMPERING[0])


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ({"actor": "nobody"}, "entry 2 was changed"),
        ({"before": {"name": "Owl"}}, "entry 2 was changed"),
        ({"sequence": 7}, "entries 2 to 2 are missing"),
        (None, "entries 2 to 2 are missing"),
    ],
)
def test_changed_chain_is_told(
    project: Project, tampering: dict[str, Any] | None, words: str
) -> None:
    drop_guard()
    second = AuditEntry.objects.filter(chain=f"project/{project.id}", sequence=2)
    if tampering is None:
        second.delete()
    else:
        second.update(**tampering)
    assert any(words in fault for fault in faults())


def test_chain_that_was_forged_whole_does_not_fit_what_follows(project: Project) -> None:
    drop_guard()
    entry = AuditEntry.objects.get(chain=f"project/{project.id}", sequence=2)
    entry.actor = "nobody"
    entry.hash = entry.digest()
    entry.save()
    assert list(faults()) == [f"project/{project.id}: entry 3 does not follow the one before it"]


@pytest.mark.parametrize("what", ["entry", "chain"])
def test_lost_end_is_told(project: Project, what: str) -> None:
    drop_guard()
    if what == "entry":
        AuditEntry.objects.filter(chain=f"project/{project.id}", sequence=3).delete()
    else:
        AuditChain.objects.filter(name=f"project/{project.id}").delete()
    assert any("does not end where it should" in fault for fault in faults())


@pytest.mark.usefixtures("project")
def test_command_says_whether_the_audit_is_whole() -> None:
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue() == "3 entries, all as they were written.\n"
    drop_guard()
    AuditEntry.objects.filter(sequence=2).update(actor="nobody")
    with pytest.raises(CommandError, match="entry 2 was changed"):
        call_command("verify_audit")


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_whole_chain() -> None:
    owner = User.objects.create_user("alice@example.com")
    project = create_project(actor=SYSTEM, owner=owner, name="Fox")

    def rename(number: int) -> None:
        try:
            rename_project(actor=SYSTEM, project=project, name=f"Fox {number}")
            create_project(actor=SYSTEM, owner=owner, name=f"Wolf {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(rename, range(WRITERS)))

    entries = AuditEntry.objects.filter(chain=f"project/{project.id}", action="project.renamed")
    assert len({entry.after["name"] for entry in entries}) == WRITERS
    names = [entry.before["name"] for entry in entries], [entry.after["name"] for entry in entries]
    assert names[0][1:] == names[1][:-1]
    assert AuditChain.objects.count() == 1 + WRITERS
    assert list(faults()) == []
