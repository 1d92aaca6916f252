"""Projects: who sees them, who is what in them, and that somebody always owns them."""

from __future__ import annotations

import pytest

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.errors import NameRefused, NotFound
from spinelift.web.projects.models import Membership, Project, Role
from spinelift.web.projects.services import (
    AlreadyAMember,
    ProjectNeedsAnOwner,
    add_member,
    archive_project,
    change_role,
    delete_project,
    remove_member,
    rename_project,
    restore_project,
)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_project_is_seen_by_its_members_each_in_their_role(
    project: Project, alice: User, bob: User, val: User, charlie: User
) -> None:
    for user, role in ((alice, Role.OWNER), (bob, Role.EDITOR), (val, Role.VIEWER)):
        [seen] = Project.objects.visible_to(user)
        assert (seen, seen.role) == (project, role)
    assert not Project.objects.visible_to(charlie).exists()


def test_each_role_may_do_what_those_after_it_may() -> None:
    assert [[one.includes(other) for other in Role] for one in Role] == [
        [True, True, True],
        [False, True, True],
        [False, False, True],
    ]


def test_renaming_is_remembered_with_both_names(project: Project) -> None:
    renamed = rename_project(actor=SYSTEM, project=project, name="  Wolf ")
    assert renamed.name == "Wolf"
    entry = AuditEntry.objects.get(action="project.renamed")
    assert (entry.before, entry.after) == ({"name": "Fox"}, {"name": "Wolf"})


def test_what_changes_nothing_is_not_remembered(project: Project, bob: User) -> None:
    before = actions()
    rename_project(actor=SYSTEM, project=project, name="Fox")
    restore_project(actor=SYSTEM, project=project)
    change_role(actor=SYSTEM, project=project, user=bob, role=Role.EDITOR)
    assert actions() == before


def test_project_is_archived_and_restored(project: Project) -> None:
    assert archive_project(actor=SYSTEM, project=project).archived_at is not None
    archive_project(actor=SYSTEM, project=project)
    assert restore_project(actor=SYSTEM, project=project).archived_at is None
    assert actions()[-2:] == ["project.archived", "project.restored"]


def test_deleted_project_is_gone_and_its_history_stays(project: Project) -> None:
    project_id = project.id
    delete_project(actor=SYSTEM, project=project)
    assert not Project.objects.exists()
    assert not Membership.objects.exists()
    assert AuditEntry.objects.filter(chain=f"project/{project_id}").count() == 4


def test_nothing_can_be_done_to_a_project_that_is_gone(project: Project, bob: User) -> None:
    Project.objects.filter(id=project.id).delete()
    before = actions()
    for attempt in (
        lambda: rename_project(actor=SYSTEM, project=project, name="Wolf"),
        lambda: archive_project(actor=SYSTEM, project=project),
        lambda: restore_project(actor=SYSTEM, project=project),
        lambda: delete_project(actor=SYSTEM, project=project),
        lambda: add_member(actor=SYSTEM, project=project, user=bob, role=Role.EDITOR),
        lambda: change_role(actor=SYSTEM, project=project, user=bob, role=Role.VIEWER),
        lambda: remove_member(actor=SYSTEM, project=project, user=bob),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert actions() == before


def test_bad_name_leaves_the_old_one(project: Project) -> None:
    with pytest.raises(NameRefused):
        rename_project(actor=SYSTEM, project=project, name="\u202e")
    project.refresh_from_db()
    assert project.name == "Fox"


def test_member_is_added_once(project: Project, bob: User, charlie: User) -> None:
    with pytest.raises(AlreadyAMember, match="editor"):
        add_member(actor=SYSTEM, project=project, user=bob, role=Role.OWNER)
    add_member(actor=SYSTEM, project=project, user=charlie, role=Role.VIEWER)
    with pytest.raises(AlreadyAMember):
        add_member(actor=SYSTEM, project=project, user=charlie, role=Role.VIEWER)
    assert project.memberships.count() == 4


def test_project_never_loses_its_last_owner(project: Project, alice: User, bob: User) -> None:
    for attempt in (
        lambda: change_role(actor=SYSTEM, project=project, user=alice, role=Role.EDITOR),
        lambda: remove_member(actor=SYSTEM, project=project, user=alice),
    ):
        with pytest.raises(ProjectNeedsAnOwner):
            attempt()
        assert Membership.objects.get(project=project, user=alice).role == Role.OWNER

    change_role(actor=SYSTEM, project=project, user=bob, role=Role.OWNER)
    remove_member(actor=SYSTEM, project=project, user=alice)
    assert not Project.objects.visible_to(alice).exists()


def test_who_is_no_member_has_no_role_to_change(project: Project, charlie: User) -> None:
    with pytest.raises(NotFound):
        change_role(actor=SYSTEM, project=project, user=charlie, role=Role.OWNER)
    with pytest.raises(NotFound):
        remove_member(actor=SYSTEM, project=project, user=charlie)
