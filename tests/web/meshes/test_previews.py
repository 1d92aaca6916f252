"""Previews: what would be made, and nothing kept; who turns a slider further waits for no older."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps

from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.images.models import ProjectImage
from spinelift.web.meshes.models import MeshContent
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.previews import Superseded, preview
from spinelift.web.projects.models import Project
from spinelift.web.workers import interactive

from ...art import clouds, two_discs
from ...processes import wait_until
from ..conftest import asking, error
from .making import EMPTY, ORDER, generated, image_in, in_a_thread, work_off

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS: list[dict[str, Any]] = [
    {},
    {"preset": "performance"},
    {"preset": "high-detail", "parameters": {"padding": 1}, "target": "mobile"},
    {"parameters": {"detail_factor": 0.001, "internal_vertex_density": 100}, "target": "mobile"},
    {"parameters": {"islands": "split"}},
]


@pytest.fixture
def image(project: Project) -> ProjectImage:
    return image_in(project)


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("wanted", ORDERS)
def test_preview_is_what_would_be_kept_and_keeps_nothing(
    project: Project, alice: User, wanted: dict[str, Any]
) -> None:
    image = image_in(project, "discs", encode_png(two_discs()))
    ask = asking(alice)
    before = rows()
    shown = ask("POST", f"/images/{image.id}/preview", wanted)
    assert rows() == before
    assert shown.status_code == 200
    asked = ask("POST", f"/images/{image.id}/meshes", wanted).json()
    work_off()
    kept = MeshContent.objects.get(mesh=asked["id"]).fields
    seen = shown.json()
    assert seen.pop("milliseconds") > 0
    assert seen == kept
    told = ask("GET", f"/meshes/{asked['id']}").json()["parts"][0]["quality"]
    assert told == seen["quality"]
    assert {name: type(value) for name, value in told.items()} == {
        name: type(value) for name, value in seen["quality"].items()
    }


def test_preview_of_an_empty_image_says_so(project: Project, val: User) -> None:
    ghost = image_in(project, "ghost", EMPTY)
    answer = asking(val)("POST", f"/images/{ghost.id}/preview", {})
    assert error(answer) == (422, "IMAGE_EMPTY")
    assert "ghost" in answer.json()["error"]["message"]


def test_newer_preview_ends_an_older_one_of_the_same_user_and_image(
    project: Project, alice: User, bob: User
) -> None:
    slow = image_in(project, "clouds", encode_png(clouds(1_500)))
    quick = image_in(project, "leaf")
    place = f"/images/{slow.id}/preview"
    with ThreadPoolExecutor(3) as threads:
        older = threads.submit(
            in_a_thread(asking(alice)), "POST", place, {"parameters": {"refinement": 3}}
        )
        wait_until(lambda: interactive().load == 1)
        others = [
            threads.submit(in_a_thread(asking(bob)), "POST", place, {"preset": "simple-shapes"}),
            threads.submit(in_a_thread(asking(alice)), "POST", f"/images/{quick.id}/preview", {}),
        ]
        wait_until(lambda: interactive().load == 3)
        newer = asking(alice)("POST", place, {"preset": "simple-shapes"})
        assert error(older.result()) == (409, "SUPERSEDED")
        assert [other.result().status_code for other in others] == [200, 200]
    assert newer.status_code == 200
    assert not AuditEntry.objects.filter(action__startswith="mesh").exists()


def test_older_preview_that_would_begin_anew_leaves_the_newer_one_alone(
    project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ceiling is found to be too low just when the newer one has come."""
    image = image_in(project)
    narrower = MeshOrder(MeshParameters(max_vertices=10))
    newer: list[dict[str, Any]] = []

    def narrowed(order: MeshOrder, _: object) -> MeshOrder | None:
        if order.target is None:
            return None
        newer.append(preview(user=alice, image=image, order=ORDER))
        return narrower

    monkeypatch.setattr(MeshOrder, "narrowed", narrowed)
    with pytest.raises(Superseded):
        preview(user=alice, image=image, order=MeshOrder(MeshParameters(), target="mobile"))
    (shown,) = newer
    assert (
        shown["vertices"]
        == MeshContent.objects.get(mesh=generated(alice, image)).fields["vertices"]
    )


def test_many_previews_at_once_are_each_answered_or_superseded(
    alice: User, image: ProjectImage
) -> None:
    ask = asking(alice)

    def turn(step: int) -> tuple[int, str]:
        wanted = {"parameters": {"padding": step}}
        answer = ask("POST", f"/images/{image.id}/preview", wanted)
        content = json.loads(answer.content)
        if answer.status_code == 200:
            assert content["parameters"]["padding"] == step
            return 200, ""
        return answer.status_code, content["error"]["code"]

    with ThreadPoolExecutor(8) as threads:
        ends = set(threads.map(in_a_thread(turn), range(24)))
    assert (200, "") in ends
    assert ends <= {(200, ""), (409, "SUPERSEDED")}
    wait_until(lambda: interactive().load == 0)
