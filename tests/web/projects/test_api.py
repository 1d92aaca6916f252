"""`/projects` and their members over HTTP."""

from __future__ import annotations

import pytest

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project

from ..conftest import asking, error


def test_project_is_made_read_renamed_archived_and_deleted(alice: User) -> None:
    ask = asking(alice)
    made = ask("POST", "/projects", {"name": " Fox "})
    assert made.status_code == 201
    project = made.json()
    assert (project["name"], project["role"], project["archived_at"]) == ("Fox", "owner", None)
    place = f"/projects/{project['id']}"
    assert ask("GET", place).json() == project

    assert ask("PATCH", place, {"name": "Wolf"}).json()["name"] == "Wolf"
    assert ask("PATCH", place, {"archived": True}).json()["archived_at"] is not None
    assert ask("GET", "/projects").json() == {"items": [], "count": 0}
    [archived] = ask("GET", "/projects?archived=true").json()["items"]
    assert archived["id"] == project["id"]
    assert ask("PATCH", place, {"archived": False}).json()["archived_at"] is None
    assert ask("PATCH", place, {}).status_code == 200

    assert ask("DELETE", place).status_code == 204
    assert error(ask("GET", place)) == (404, "NOT_FOUND")


def test_bad_name_leaves_all_as_it_was(project: Project, alice: User) -> None:
    """Also what else the request asked for."""
    ask = asking(alice)
    wanted = {"archived": True, "name": "\u202e"}
    assert error(ask("PATCH", f"/projects/{project.id}", wanted)) == (422, "NAME_REFUSED")
    project.refresh_from_db()
    assert (project.name, project.archived_at) == ("Fox", None)


def test_members_come_change_and_go(project: Project, alice: User, charlie: User) -> None:
    ask, place = asking(alice), f"/projects/{project.id}/members"
    added = ask("POST", place, {"email": " Charlie@Example.com ", "role": "viewer"})
    assert added.status_code == 201
    member = added.json()
    assert (member["user_id"], member["email"]) == (str(charlie.id), charlie.email)
    assert asking(charlie)("GET", f"/projects/{project.id}").json()["role"] == "viewer"

    again = ask("POST", place, {"email": charlie.email, "role": "owner"})
    assert error(again) == (409, "ALREADY_A_MEMBER")
    changed = ask("PATCH", f"{place}/{charlie.id}", {"role": "editor"})
    assert changed.json()["role"] == "editor"
    assert ask("GET", place).json()["count"] == 4
    assert ask("DELETE", f"{place}/{charlie.id}").status_code == 204
    assert error(ask("DELETE", f"{place}/{charlie.id}")) == (404, "NOT_FOUND")


def test_last_owner_stays(project: Project, alice: User) -> None:
    ask, place = asking(alice), f"/projects/{project.id}/members/{alice.id}"
    needed = (409, "PROJECT_NEEDS_AN_OWNER")
    assert error(ask("DELETE", place)) == needed
    assert error(ask("PATCH", place, {"role": "viewer"})) == needed


@pytest.mark.parametrize(
    "email",
    ["nobody@example.com", "", "a\0b@example.com", "a@\ud800.com", "x" * 10_000, "<b>@example.com"],
)
def test_who_has_not_registered_is_not_added(project: Project, alice: User, email: str) -> None:
    wanted = {"email": email, "role": "viewer"}
    answer = asking(alice)("POST", f"/projects/{project.id}/members", wanted)
    assert error(answer) == (404, "NOT_FOUND")
    assert project.memberships.count() == 3


def test_lists_are_paged(alice: User) -> None:
    names = [f"Fox {number}" for number in range(5)]
    for name in names:
        create_project(actor=SYSTEM, owner=alice, name=name)
    ask = asking(alice)

    pages = [ask("GET", f"/projects?limit=2&offset={offset}").json() for offset in (0, 2, 4, 6)]

    assert [page["count"] for page in pages] == [5] * 4
    assert [len(page["items"]) for page in pages] == [2, 2, 1, 0]
    assert [item["name"] for page in pages for item in page["items"]] == names[::-1]


@pytest.mark.parametrize("page", ["limit=0", "limit=-1", "offset=-1", "limit=x", "offset=1e3"])
def test_page_that_is_none_is_refused(alice: User, page: str) -> None:
    assert error(asking(alice)("GET", f"/projects?{page}")) == (422, "REQUEST_UNREADABLE")


@pytest.mark.parametrize(
    ("page", "status"),
    [
        *(("limit=500", 200), ("limit=501", 422), (f"limit={10**30}", 422)),
        *(("offset=1000000000", 200), (f"offset={10**30}", 422)),
    ],
)
def test_page_has_its_limits(alice: User, page: str, status: int) -> None:
    assert asking(alice)("GET", f"/projects?{page}").status_code == status


@pytest.mark.parametrize("text", ["x", "0", "0" * 31, "%00", "../me", "%E2%80%AE"])
@pytest.mark.parametrize("path", ["/projects/{}", "/projects/{}/members", "/tokens/{}"])
def test_id_that_is_none_is_refused(alice: User, path: str, text: str) -> None:
    method = "DELETE" if path.startswith("/tokens") else "GET"
    answer = asking(alice)(method, path.format(text))
    assert error(answer) in {(422, "REQUEST_UNREADABLE"), (404, "NOT_FOUND")}
