"""`/audit`: people read what concerns them, and can prove that nothing is missing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.utils import timezone

from spinelift.mesh.parameters import MeshParameters
from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token, note, note_failed_login, revoke_token
from spinelift.web.actors import SYSTEM, Actor
from spinelift.web.audit.models import GENESIS, AuditEntry
from spinelift.web.events import ACCOUNTS, UserLoggedIn
from spinelift.web.history import api as history_api
from spinelift.web.presets.services import create_preset
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import (
    create_project,
    delete_project,
    remove_member,
    rename_project,
)

from ..access import make_world
from ..conftest import Asking, actor_of, asking, error

NOBODY = Actor(None, "anonymous", "192.0.2.9")


def entries(ask: Asking, **wanted: str) -> list[dict[str, Any]]:
    answer = ask("GET", f"/audit?{urlencode(wanted)}")
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def exported(ask: Asking, **wanted: str) -> list[dict[str, Any]]:
    answer = ask("GET", f"/audit/export?{urlencode(wanted)}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def digest(entry: dict[str, Any]) -> str:
    """As docs/api.md tells it to whoever checks an export, from the JSON alone."""
    names = (
        *("chain", "sequence", "at", "actor_id", "actor", "address"),
        *("action", "subject", "before", "after", "previous"),
    )
    content = [entry[name] for name in names]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def chains(found: list[dict[str, Any]]) -> set[str]:
    return {entry["chain"] for entry in found}


def test_members_see_the_chain_of_their_project_and_nobody_else_does(
    project: Project, alice: User, bob: User, val: User, charlie: User
) -> None:
    other = create_project(actor=actor_of(charlie), owner=charlie, name="Wolf")
    for user in (alice, bob, val):
        found = entries(asking(user), project_id=str(project.id))
        assert len(found) == AuditEntry.objects.filter(chain=f"project/{project.id}").count()
        assert chains(entries(asking(user))) == {f"project/{project.id}", ACCOUNTS}
    assert entries(asking(charlie), project_id=str(project.id)) == []
    assert chains(entries(asking(charlie))) == {f"project/{other.id}", ACCOUNTS}


def test_who_has_left_sees_it_no_more(project: Project, alice: User, bob: User) -> None:
    rename_project(actor=actor_of(bob), project=project, name="Wolf")
    remove_member(actor=actor_of(alice), project=project, user=bob)
    assert chains(entries(asking(bob))) == {ACCOUNTS}


def test_of_accounts_each_sees_their_own_alone(alice: User, bob: User) -> None:
    note(actor=actor_of(alice), event=UserLoggedIn(user_id=alice.id))
    note(actor=actor_of(bob), event=UserLoggedIn(user_id=bob.id))
    note_failed_login(actor=NOBODY, email=alice.email)
    token, _ = create_token(actor=actor_of(alice), user=alice, name="CI", scope=Scope.READ)
    revoke_token(actor=SYSTEM, token=token)
    for user in (alice, bob):
        create_preset(
            actor=actor_of(user), owner=user, name="Soft", parameters=MeshParameters(padding=2)
        )
    hers = entries(asking(alice))
    assert {entry["action"] for entry in hers} == {
        *("user.logged_in", "token.created", "token.revoked", "preset.created"),
    }
    assert {entry["actor"] for entry in hers} == {alice.email, "system"}
    his = entries(asking(bob))
    assert {entry["subject"] for entry in hers} & {entry["subject"] for entry in his} == set()


def test_operators_see_everything(project: Project, alice: User) -> None:
    delete_project(actor=actor_of(alice), project=project)
    operator = User.objects.create_superuser("operator@example.com")
    ask = asking(operator)
    assert len(entries(ask, limit="500")) == AuditEntry.objects.count()
    (deleted,) = entries(asking(alice), project_id=str(project.id))
    assert (deleted["action"], deleted["actor"]) == ("project.deleted", alice.email)


def test_entries_are_found_by_what_is_known_of_them(project: Project, alice: User) -> None:
    rename_project(actor=actor_of(alice), project=project, name="Wolf")
    ask = asking(alice)
    middle = AuditEntry.objects.get(action="project.renamed").at
    (found,) = entries(ask, action="project.ren")
    assert (found["before"], found["after"]) == ({"name": "Fox"}, {"name": "Wolf"})
    assert (found["actor_id"], found["address"]) == (str(alice.id), "192.0.2.7")
    assert entries(ask, action="project.ren", actor="ALICE@") == [found]
    assert entries(ask, action="%") == []
    assert entries(ask, actor="nobody") == []
    assert {entry["action"] for entry in entries(ask, subject=f"project/{project.id}")} == {
        "project.created",
        "project.renamed",
    }
    after = entries(ask, since=middle.isoformat())
    before = entries(ask, until=middle.isoformat())
    assert all(datetime.fromisoformat(entry["at"]) >= middle for entry in after)
    assert all(datetime.fromisoformat(entry["at"]) < middle for entry in before)
    assert len(after) + len(before) == len(entries(ask))


def test_newest_come_first_in_pages_without_gaps_or_doubles(alice: User) -> None:
    project = create_project(actor=SYSTEM, owner=alice, name="Fox")
    for number in range(30):
        rename_project(actor=SYSTEM, project=project, name=f"Fox {number}")
    ask = asking(alice)
    pages = [entries(ask, limit="7", offset=str(offset)) for offset in range(0, 40, 7)]
    found = [entry for page in pages for entry in page]
    assert found == entries(ask)
    times = [datetime.fromisoformat(entry["at"]) for entry in found]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("action", "\0"), ("actor", "a\0b"), ("subject", "\0"), ("subject", "x" * 201)),
        *(("project_id", "x"), ("since", "soon"), ("until", "2026-01-01T00:00:00")),
        *(("since", "0001-01-01T00:00:00+23:59"), ("until", "9999-12-31T23:59:59-23:59")),
    ],
)
@pytest.mark.parametrize("path", ["/audit", "/audit/export"])
def test_what_cannot_be_looked_for_is_refused(
    alice: User, path: str, name: str, value: str
) -> None:
    answer = asking(alice)("GET", f"{path}?{name}={quote(value)}")
    assert error(answer) == (422, "REQUEST_UNREADABLE")


@pytest.mark.parametrize("words", ["'", '"', "\\", "%", "_", "é", "\u202e", "x" * 200, "<b>"])
def test_whatever_is_looked_for_is_text(alice: User, words: str) -> None:
    ask = asking(alice)
    for name in ("action", "subject"):
        assert entries(ask, **{name: words}) == []


@pytest.mark.django_db
def test_exported_lines_prove_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an operator: all chains, each whole, in its order, over several pages."""
    monkeypatch.setattr(history_api, "PAGE", 3)
    world = make_world()
    for name in ("Wölf", "狐 🦊", 'a\\b"c'):
        rename_project(actor=actor_of(world.alice), project=world.project, name=name)
    ask = asking(User.objects.create_superuser("operator@example.com"))
    found = exported(ask)
    assert len(found) == AuditEntry.objects.count()
    assert found[-1]["chain"] != found[0]["chain"]
    by_chain: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in found:
        by_chain[entry["chain"]].append(entry)
    assert list(by_chain) == sorted(by_chain)
    for chain in by_chain.values():
        assert [entry["sequence"] for entry in chain] == list(range(1, len(chain) + 1))
        assert chain[0]["previous"] == GENESIS
        assert all(one["hash"] == other["previous"] for one, other in pairwise(chain))
        assert all(entry["hash"] == digest(entry) for entry in chain)


def test_line_that_was_changed_does_not_prove_itself(project: Project, alice: User) -> None:
    found = exported(asking(alice), project_id=str(project.id))
    for name in ("at", "actor", "action", "after", "previous"):
        value = found[0][name]
        changed = f"{value}x" if name != "at" else timezone.now().isoformat()
        assert digest({**found[0], name: changed}) != found[0]["hash"]


def test_export_is_what_the_list_shows(project: Project, alice: User, charlie: User) -> None:
    ask = asking(alice)
    wanted = {"project_id": str(project.id), "action": "member"}
    listed = entries(ask, **wanted)
    assert sorted(exported(ask, **wanted), key=lambda entry: -entry["sequence"]) == listed
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.subject, entry.after) == (f"user/{alice.id}", wanted)
    assert exported(asking(charlie), project_id=str(project.id)) == []


@pytest.mark.django_db(transaction=True)
def test_export_is_streamed_by_servers_of_both_kinds() -> None:
    alice = User.objects.create_user("alice@example.com")
    create_project(actor=SYSTEM, owner=alice, name="Fox")
    ask = asking(alice)

    async def fetched() -> bytes:
        headers = {"Authorization": f"Bearer {ask.token}"}
        answer: Any = await AsyncClient().get(
            "/api/v1/audit/export?action=project", headers=headers
        )
        return b"".join([piece async for piece in answer])

    (line,) = async_to_sync(fetched)().splitlines()
    assert [json.loads(line)] == exported(ask, action="project")
