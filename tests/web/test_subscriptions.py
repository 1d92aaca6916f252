"""Who subscribes hears of a deed before the audit, and with it or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from spinelift.web import subscriptions
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import Event, ProjectArchived, ProjectRenamed
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import archive_project, rename_project
from spinelift.web.subscriptions import subscribe


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody: defaultdict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)
    monkeypatch.setattr(subscriptions, "_listeners", nobody)


def test_listener_hears_of_what_it_subscribed_to(project: Project) -> None:
    heard: list[ProjectRenamed] = []
    subscribe(ProjectRenamed, heard.append)
    rename_project(actor=SYSTEM, project=project, name="Wolf")
    archive_project(actor=SYSTEM, project=project)
    assert [event.after for event in heard] == [{"name": "Wolf"}]


def test_audit_is_written_last(project: Project) -> None:
    written: list[bool] = []

    def listen(_: ProjectArchived) -> None:
        written.append(AuditEntry.objects.filter(action="project.archived").exists())

    subscribe(ProjectArchived, listen)
    archive_project(actor=SYSTEM, project=project)
    assert written == [False]
    assert AuditEntry.objects.filter(action="project.archived").exists()


def test_what_a_listener_raises_undoes_the_deed(project: Project) -> None:
    def fail(_: ProjectRenamed) -> None:
        raise ZeroDivisionError

    subscribe(ProjectRenamed, fail)
    with pytest.raises(ZeroDivisionError):
        rename_project(actor=SYSTEM, project=project, name="Wolf")
    project.refresh_from_db()
    assert project.name == "Fox"
    assert not AuditEntry.objects.filter(action="project.renamed").exists()
