"""Versions of an image's mesh: counted without gaps, kept as they were, the newest counts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from spinelift.mesh.parameters import MeshParameters
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.errors import NotFound
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.services import delete_image
from spinelift.web.jobs.models import Job
from spinelift.web.meshes.models import Mesh, MeshContent
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import (
    content_of,
    delete_mesh,
    edit_mesh,
    lock_mesh,
    restore_mesh,
)
from spinelift.web.projects.models import Project

from ..conftest import asking, error
from .making import EMPTY, FINER, asked_for, batch_of, generated, image_in, in_a_thread, work_off

pytestmark = pytest.mark.django_db(transaction=True)

SQUARE = {"vertices": [[0, 0], [40, 0], [40, 30], [0, 30]], "hull": 4}


@pytest.fixture
def image(project: Project) -> ProjectImage:
    return image_in(project)


def numbers(image: ProjectImage) -> list[int]:
    return list(image.meshes.order_by("number").values_list("number", flat=True))


def test_versions_of_all_kinds_at_once_have_numbers_without_gaps_or_doubles(
    alice: User, project: Project, image: ProjectImage
) -> None:
    mesh = generated(alice, image)
    fields = content_of(mesh)
    deeds: list[Callable[[int], Any]] = [
        lambda padding: asked_for(alice, image, MeshOrder(MeshParameters(padding=1 + padding))),
        lambda _: edit_mesh(actor=SYSTEM, user=alice, mesh=mesh, fields=fields),
        lambda _: restore_mesh(actor=SYSTEM, user=alice, mesh=mesh),
        lambda _: batch_of(alice, project, with_locked=True),
    ]

    def do(number: int) -> None:
        deeds[number % len(deeds)](number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(in_a_thread(do), range(24)))
    assert numbers(image) == list(range(1, 26))
    assert list(faults()) == []


def test_list_shows_the_newest_first_and_a_project_the_newest_that_there_is(
    alice: User, image: ProjectImage
) -> None:
    generated(alice, image)
    second = generated(alice, image, FINER)
    asked_for(alice, image)
    ask = asking(alice)
    versions = ask("GET", f"/images/{image.id}/meshes").json()["items"]
    assert [one["number"] for one in versions] == [3, 2, 1]
    assert [one["status"] for one in versions] == ["queued", "completed", "completed"]
    (current,) = ask("GET", f"/projects/{image.project_id}/meshes").json()["items"]
    assert current == ask("GET", f"/meshes/{second.id}").json() == versions[1]
    assert {one["image_name"] for one in versions} == {image.name}


def test_project_shows_what_was_tried_last_where_that_is_not_there(
    alice: User, project: Project, image: ProjectImage
) -> None:
    ghost = image_in(project, "ghost", EMPTY)
    generated(alice, ghost)
    generated(alice, image)
    ask = asking(alice)
    place = f"/projects/{project.id}/attempts"
    (failed,) = ask("GET", place).json()["items"]
    assert (failed["image_id"], failed["status"]) == (str(ghost.id), "failed")
    assert failed["error"]["code"] == "IMAGE_EMPTY"

    again, waiting = asked_for(alice, ghost), asked_for(alice, image, FINER)
    found = ask("GET", f"{place}?limit=1").json()
    assert found["count"] == 2
    found["items"] += ask("GET", f"{place}?limit=1&offset=1").json()["items"]
    assert {one["id"] for one in found["items"]} == {str(again.id), str(waiting.id)}
    assert {one["status"] for one in found["items"]} == {"queued"}

    work_off()
    assert [one["id"] for one in ask("GET", place).json()["items"]] == [str(again.id)]


def test_lists_take_as_many_queries_however_long_they_are(
    alice: User, project: Project, django_assert_num_queries: Any
) -> None:
    """They do not read geometry."""
    ask, places = asking(alice), [f"/projects/{project.id}/meshes"]
    images = [image_in(project, f"arm {number}") for number in range(4)]
    places += [f"/projects/{project.id}/attempts", f"/images/{images[0].id}/meshes"]
    for image in (images[0], images[0], *images):
        generated(alice, image)
    for image in images[2:]:
        asked_for(alice, image)
    for place in places:
        with django_assert_num_queries(4) as asked:
            assert ask("GET", place).status_code == 200
        assert not any("meshcontent" in query["sql"] for query in asked.captured_queries)


def test_edit_is_a_new_locked_version_whose_mesh_is_as_it_was_placed(
    alice: User, image: ProjectImage
) -> None:
    mesh = generated(alice, image)
    before = content_of(mesh)
    ask = asking(alice)
    edited = ask("POST", f"/meshes/{mesh.id}/edit", SQUARE).json()
    assert (edited["source"], edited["locked"], edited["number"]) == ("edited", True, 2)
    assert (edited["parts"][0]["hull"], edited["milliseconds"]) == (4, None)
    assert edited["warnings"][-1].endswith("outside the mesh.")
    fields = ask("GET", f"/meshes/{edited['id']}/download?format=mesh").json()
    assert fields["vertices"] == SQUARE["vertices"]
    assert content_of(mesh) == before
    entry = AuditEntry.objects.get(action="mesh.edited")
    assert entry.subject == f"mesh/{edited['id']}"
    assert entry.before["number"] == 1
    assert entry.after == {"number": 2, "vertices": 4, "triangles": 2}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hull": 2}, "fewer than 3"),
        ({"hull": 10**30}, "more vertices than there are"),
        ({"island": 1}, "There is no mesh 1"),
        ({"island": -1}, "There is no mesh -1"),
        ({"vertices": [[0, 0], [40, 30], [40, 0], [0, 30]]}, "crosses itself"),
        ({"vertices": [[0, 0], [1e300, 0], [40, 30], [0, 30]]}, "Vertex 1"),
    ],
)
def test_edit_that_makes_no_mesh_is_refused_with_the_reason(
    alice: User, image: ProjectImage, change: dict[str, Any], why: str
) -> None:
    mesh = generated(alice, image)
    answer = asking(alice)("POST", f"/meshes/{mesh.id}/edit", {**SQUARE, **change})
    assert error(answer) == (422, "EDIT_REFUSED")
    assert why in answer.json()["error"]["message"]
    assert numbers(image) == [1]


@pytest.mark.parametrize(
    "vertices", [[[0, 0, 0]], [[0]], [["a", "b"]], "abc", [[None, 1]], [[0, 0]] * 65_536]
)
def test_what_is_no_list_of_vertices_is_refused(
    alice: User, image: ProjectImage, vertices: object
) -> None:
    mesh = generated(alice, image)
    wanted = {"vertices": vertices, "hull": 3}
    answer = asking(alice)("POST", f"/meshes/{mesh.id}/edit", wanted)
    assert error(answer) == (422, "REQUEST_UNREADABLE")


def test_version_that_is_not_there_yet_cannot_be_edited_restored_or_deleted(
    alice: User, image: ProjectImage
) -> None:
    mesh = asked_for(alice, image)
    ask = asking(alice)
    for method, place, body in (
        ("POST", "/edit", SQUARE),
        ("POST", "/restore", None),
        ("DELETE", "", None),
    ):
        answer = ask(method, f"/meshes/{mesh.id}{place}", body)
        assert error(answer) == (409, "MESH_UNFINISHED")
    assert numbers(image) == [1]


def test_restored_version_is_the_older_one_anew(alice: User, image: ProjectImage) -> None:
    first = generated(alice, image)
    lock_mesh(actor=SYSTEM, mesh=first, is_locked=True)
    generated(alice, image, FINER)
    ask = asking(alice)
    restored = ask("POST", f"/meshes/{first.id}/restore").json()
    assert (restored["source"], restored["number"], restored["locked"]) == ("restored", 3, True)
    version = Mesh.objects.get(id=restored["id"])
    assert content_of(version) == content_of(first)
    assert (version.parameters, version.blob) == (first.parameters, first.blob)
    assert list(Mesh.objects.current()) == [version]
    entry = AuditEntry.objects.get(action="mesh.restored")
    assert entry.after == {"number": 3, "from": 1}


def test_versions_are_compared_by_their_parameters_and_what_came_of_them(
    alice: User, image: ProjectImage
) -> None:
    first, second = generated(alice, image), generated(alice, image, FINER)
    ask = asking(alice)
    there = ask("GET", f"/meshes/{first.id}/compare/{second.id}").json()
    back = ask("GET", f"/meshes/{second.id}/compare/{first.id}").json()
    assert there["parameters"] == {"detail_factor": [0.01, 0.005]}
    assert back["parameters"] == {"detail_factor": [0.005, 0.01]}
    assert (there["before"], there["after"]) == (back["after"], back["before"])
    assert ask("GET", f"/meshes/{first.id}/compare/{first.id}").json()["parameters"] == {}


def test_deleted_version_is_gone_with_its_job_and_its_number_is_given_to_no_other(
    alice: User, image: ProjectImage
) -> None:
    """And what was before it is the newest."""
    first, second = generated(alice, image), generated(alice, image, FINER)
    ask = asking(alice)
    assert ask("DELETE", f"/meshes/{second.id}").status_code == 204
    assert error(ask("DELETE", f"/meshes/{second.id}")) == (404, "NOT_FOUND")
    assert list(Mesh.objects.current()) == [first]
    assert Job.objects.get() == first.job
    assert MeshContent.objects.count() == 1
    assert AuditEntry.objects.get(action="mesh.deleted").before == {"number": 2}
    assert asked_for(alice, image, FINER).number == 3


def test_version_that_is_gone_cannot_be_changed(alice: User, image: ProjectImage) -> None:
    mesh = generated(alice, image)
    fields = content_of(mesh)
    delete_image(actor=SYSTEM, image=image)
    for attempt in (
        lambda: lock_mesh(actor=SYSTEM, mesh=mesh, is_locked=True),
        lambda: delete_mesh(actor=SYSTEM, mesh=mesh),
        lambda: edit_mesh(actor=SYSTEM, user=alice, mesh=mesh, fields=fields),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_every_deed_has_its_entry_and_its_actor(alice: User, image: ProjectImage) -> None:
    ask, project = asking(alice), image.project_id
    mesh = ask("POST", f"/images/{image.id}/meshes", {}).json()["id"]
    ask("POST", f"/meshes/{mesh}/cancel")
    ask("POST", f"/meshes/{mesh}/retry")
    work_off()
    ask("PATCH", f"/meshes/{mesh}", {"locked": True})
    ask("PATCH", f"/meshes/{mesh}", {"locked": False})
    edited = ask("POST", f"/meshes/{mesh}/edit", SQUARE).json()["id"]
    ask("POST", f"/meshes/{mesh}/restore")
    ask("GET", f"/meshes/{mesh}/download?format=svg")
    ask("GET", f"/projects/{project}/download?format=spine&spine_version=4.1")
    ask("DELETE", f"/meshes/{edited}")
    found = AuditEntry.objects.filter(action__regex=r"^(mesh|project)\.").exclude(
        action="project.created"
    )
    said = list(found.order_by("sequence").values_list("action", "actor", "address"))
    by_alice = [
        *("mesh.requested", "mesh.cancelled", "mesh.retried", "mesh.completed", "mesh.locked"),
        *("mesh.unlocked", "mesh.edited", "mesh.restored", "mesh.downloaded"),
        *("project.downloaded", "mesh.deleted"),
    ]
    who = (alice.email, "127.0.0.1")
    assert said == [
        (action, *(("system", None) if action == "mesh.completed" else who)) for action in by_alice
    ]
    given = {entry.action: entry.after for entry in found}
    assert given["mesh.downloaded"] == {"format": "svg", "number": 1}
    assert given["project.downloaded"] == {
        "format": "spine",
        "spine_version": "4.1",
        "atlas": False,
        "meshes": 1,
    }
    assert list(faults()) == []
