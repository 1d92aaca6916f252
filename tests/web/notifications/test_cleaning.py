"""Old notifications go, with the rest of what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.jobs.models import Job
from spinelift.web.meshes.jobs import MeshCleanupJob
from spinelift.web.notifications.models import Notification
from spinelift.web.projects.models import Project
from spinelift.web.scheduler import ask_for_cleaning

from .conftest import told


def test_what_was_read_long_ago_is_removed(project: Project, bob: User) -> None:
    old, recent, unread, only_sent = (told(bob, project) for _ in range(4))
    now = timezone.now()
    rows = Notification.objects
    rows.update(created_at=now - timedelta(days=100))
    rows.filter(id=old.id).update(read_at=now - timedelta(days=91))
    rows.filter(id=recent.id).update(read_at=now - timedelta(days=89))
    rows.filter(id=only_sent.id).update(is_in_app=False)

    ask_for_cleaning()
    done = MeshCleanupJob().run(Job.objects.get(), lambda _: None)

    assert done["notifications"] == 2
    assert {row.id for row in rows.all()} == {recent.id, unread.id}
