"""`/presets`, `/parameters` and `/validate`: parameters with names, one's own or a project's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinelift.mesh.errors import InvalidParameters
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.presets import PRESETS, TARGETS
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.errors import NotFound
from spinelift.web.events import ACCOUNTS
from spinelift.web.meshes.orders import order_of
from spinelift.web.presets.models import Preset
from spinelift.web.presets.services import (
    PresetNameTaken,
    change_preset,
    create_preset,
    delete_preset,
)
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project, delete_project, remove_member

from ..conftest import Asking, actor_of, asking, error

SOFT, HARD = {"padding": 2}, {"padding": 3}
THREADS = 8


def made(ask: Asking, name: str = "Soft", **more: object) -> dict[str, Any]:
    answer = ask("POST", "/presets", {"name": name, "parameters": SOFT, **more})
    assert answer.status_code == 201, answer.content
    preset: dict[str, Any] = answer.json()
    return preset


def named(ask: Asking) -> dict[str, str]:
    """The kind of each preset by its name."""
    return {item["name"]: item["kind"] for item in ask("GET", "/presets").json()["items"]}


def test_own_preset_is_made_listed_changed_and_deleted(alice: User, bob: User) -> None:
    ask = asking(alice)
    preset = made(ask, " Soft ")
    assert (preset["name"], preset["kind"], preset["project_id"]) == ("Soft", "own", None)
    assert preset["parameters"] == MeshParameters(padding=2).to_mapping()
    assert named(ask) == {**dict.fromkeys(PRESETS, "system"), "Soft": "own"}
    assert named(asking(bob)) == dict.fromkeys(PRESETS, "system")

    place = f"/presets/{preset['id']}"
    assert ask("PATCH", place, {"name": "Hard"}).json()["parameters"] == preset["parameters"]
    changed = ask("PATCH", place, {"parameters": HARD}).json()
    assert (changed["name"], changed["parameters"]["padding"]) == ("Hard", 3)
    assert ask("GET", place).json() == changed
    assert error(asking(bob)("GET", place)) == (404, "NOT_FOUND")
    assert ask("DELETE", place).status_code == 204
    assert error(ask("DELETE", place)) == (404, "NOT_FOUND")
    assert not Preset.objects.exists()


@pytest.mark.parametrize("name", PRESETS)
def test_preset_of_spinelift_is_read_by_its_name(charlie: User, name: str) -> None:
    preset = asking(charlie)("GET", f"/presets/{name}").json()
    assert (preset["id"], preset["kind"]) == (name, "system")
    assert preset["parameters"] == PRESETS[name].to_mapping()


def test_preset_of_a_project_is_its_members(
    project: Project, bob: User, val: User, charlie: User
) -> None:
    preset = made(asking(bob), project_id=str(project.id))
    assert (preset["kind"], preset["project_id"]) == ("project", str(project.id))
    place = f"/presets/{preset['id']}"
    assert named(asking(val))["Soft"] == "project"
    assert asking(val)("GET", place).json() == preset
    assert error(asking(val)("PATCH", place, {"name": "Hard"})) == (403, "NOT_ALLOWED")
    assert "Soft" not in named(asking(charlie))
    assert error(asking(charlie)("DELETE", place)) == (404, "NOT_FOUND")
    remove_member(actor=SYSTEM, project=project, user=bob)
    assert "Soft" not in named(asking(bob))


@pytest.mark.parametrize(
    ("person", "refused"), [("val", (403, "NOT_ALLOWED")), ("charlie", (404, "NOT_FOUND"))]
)
def test_preset_of_a_project_is_made_by_its_editors(
    person: str, refused: tuple[int, str], project: Project, request: pytest.FixtureRequest
) -> None:
    ask = asking(request.getfixturevalue(person))
    wanted = {"name": "Soft", "parameters": {}, "project_id": str(project.id)}
    assert error(ask("POST", "/presets", wanted)) == refused


def test_name_is_one_presets_of_each_who_has_some(project: Project, alice: User, bob: User) -> None:
    ask = asking(alice)
    shared = {"project_id": str(project.id)}
    for more in ({}, shared):
        made(ask, **more)
        again = ask("POST", "/presets", {"name": "Soft ", "parameters": HARD, **more})
        assert error(again) == (409, "NAME_TAKEN")
    made(asking(bob))
    other = made(ask, "Hard")
    renamed = ask("PATCH", f"/presets/{other['id']}", {"name": "Soft"})
    assert error(renamed) == (409, "NAME_TAKEN")
    assert Preset.objects.count() == 4


@pytest.mark.parametrize("name", PRESETS)
def test_presets_of_spinelift_stay_as_they_are(alice: User, name: str) -> None:
    ask = asking(alice)
    assert error(ask("PATCH", f"/presets/{name}", {"name": "Mine"})) == (403, "NOT_ALLOWED")
    assert error(ask("DELETE", f"/presets/{name}")) == (403, "NOT_ALLOWED")
    assert error(ask("POST", "/presets", {"name": name, "parameters": {}})) == (409, "NAME_TAKEN")


@pytest.mark.parametrize("preset_id", ["x", "%00", "0" * 32, "-" * 36, "%E2%80%AE", "urn:uuid:"])
def test_preset_that_is_none_is_not_found(alice: User, preset_id: str) -> None:
    ask = asking(alice)
    assert error(ask("PATCH", f"/presets/{preset_id}", {})) == (404, "NOT_FOUND")
    assert error(ask("DELETE", f"/presets/{preset_id}")) == (404, "NOT_FOUND")


def test_audit_says_what_was_before_and_after(project: Project, alice: User) -> None:
    owners: tuple[User | Project, ...] = (alice, project)
    for owner, chain in zip(owners, (ACCOUNTS, f"project/{project.id}"), strict=True):
        actor, soft = actor_of(alice), MeshParameters(padding=2)
        preset = create_preset(actor=actor, owner=owner, name="Soft", parameters=soft)
        change_preset(actor=actor, preset=preset, name="Hard")
        change_preset(actor=actor, preset=preset, name="Hard", parameters=soft)
        delete_preset(actor=actor, preset=preset)
        before = {"name": "Soft", "parameters": soft.to_mapping()}
        after = {**before, "name": "Hard"}
        entries = AuditEntry.objects.filter(chain=chain, subject=f"preset/{preset.id}")
        assert list(entries.order_by("sequence").values_list("action", "before", "after")) == [
            ("preset.created", {}, before),
            ("preset.changed", before, after),
            ("preset.deleted", after, {}),
        ]
    assert list(faults()) == []


def test_preset_that_is_gone_cannot_be_changed(alice: User) -> None:
    preset = create_preset(actor=SYSTEM, owner=alice, name="Soft", parameters=MeshParameters())
    Preset.objects.all().delete()
    with pytest.raises(NotFound):
        change_preset(actor=SYSTEM, preset=preset, name="Hard")
    with pytest.raises(NotFound):
        delete_preset(actor=SYSTEM, preset=preset)


@pytest.mark.django_db(transaction=True)
def test_project_that_is_gone_gets_no_preset() -> None:
    alice = User.objects.create_user("alice@example.com")
    project = create_project(actor=SYSTEM, owner=alice, name="Fox")
    delete_project(actor=SYSTEM, project=project)
    with pytest.raises(NotFound):
        create_preset(actor=SYSTEM, owner=project, name="Soft", parameters=MeshParameters())


@pytest.mark.django_db(transaction=True)
def test_name_that_many_want_at_once_is_given_once() -> None:
    alice = User.objects.create_user("alice@example.com")

    def make(_: int) -> bool:
        try:
            create_preset(actor=SYSTEM, owner=alice, name="Soft", parameters=MeshParameters())
        except PresetNameTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(make, range(THREADS))) == 1
    assert AuditEntry.objects.filter(action="preset.created").count() == 1


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["bridge", "split", "exact", "", "\0", "\ud800"]),
    st.lists(st.integers(), max_size=2),
)
ANY_PARAMETERS = st.dictionaries(
    st.one_of(st.sampled_from(list(PARAMETERS)), st.text(max_size=20)), VALUES, max_size=6
)


@given(parameters=ANY_PARAMETERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parameters_are_taken_or_every_fault_is_said(
    alice: User, parameters: dict[str, Any]
) -> None:
    """By all who take parameters, and by all in the same way."""
    ask = asking(alice)
    said = ask("POST", "/validate", {"parameters": parameters})
    assert said.status_code == 200
    found = json.loads(said.content, parse_constant=pytest.fail)
    kept = ask("POST", "/presets", {"name": "Soft", "parameters": parameters})
    if found["errors"]:
        assert error(kept) == (422, "INVALID_PARAMETERS")
        assert kept.json()["error"]["details"]["parameters"] == found["errors"]
        assert {fault["parameter"] for fault in found["errors"]} <= set(parameters)
        assert found["parameters"] is None
        with pytest.raises(InvalidParameters):
            order_of(alice, None, parameters, None)
    else:
        assert kept.json()["parameters"] == found["parameters"]
        assert set(found["parameters"]) == set(PARAMETERS)
        assert (
            order_of(alice, None, parameters, None).parameters.to_mapping() == found["parameters"]
        )
        ask("DELETE", f"/presets/{kept.json()['id']}")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_number_that_json_cannot_hold_is_refused(alice: User, number: str) -> None:
    body = f'{{"parameters": {{"padding": {number}}}}}'.encode()
    assert error(asking(alice)("POST", "/validate", body)) == (400, "REQUEST_UNREADABLE")


def test_more_parameters_than_there_could_be_are_refused(alice: User) -> None:
    """Each that is unknown is compared with all that are known."""
    body = {"parameters": {str(number): 1 for number in range(101)}}
    assert error(asking(alice)("POST", "/validate", body)) == (422, "REQUEST_UNREADABLE")


def test_contradictions_are_warned_of(alice: User) -> None:
    body = {"parameters": {"max_vertices": 10, "max_hull_vertices": 20}}
    assert asking(alice)("POST", "/validate", body).json()["warnings"]


def test_parameters_are_declared(alice: User) -> None:
    declared = asking(alice)("GET", "/parameters").json()
    assert [one["name"] for one in declared["parameters"]] == list(PARAMETERS)
    assert declared["targets"] == dict(TARGETS)
    defaults = {one["name"]: one["default"] for one in declared["parameters"]}
    assert defaults == MeshParameters().to_mapping()


def test_order_is_of_a_preset_that_its_user_sees(
    project: Project, alice: User, val: User, charlie: User
) -> None:
    soft = MeshParameters(padding=2, detail_factor=0.02)
    shared = create_preset(actor=SYSTEM, owner=project, name="Soft", parameters=soft)
    own = create_preset(actor=SYSTEM, owner=alice, name="Mine", parameters=soft)
    for user, preset in ((val, shared), (alice, shared), (alice, own)):
        order = order_of(user, str(preset.id), {"padding": 5}, "mobile")
        assert order.parameters == MeshParameters(padding=5, detail_factor=0.02)
        assert (order.preset, order.target) == (str(preset.id), "mobile")
    for user, preset in ((charlie, shared), (val, own)):
        with pytest.raises(NotFound):
            order_of(user, str(preset.id), {}, None)
    for name, parameters in PRESETS.items():
        assert order_of(charlie, name, {}, None).parameters == parameters
