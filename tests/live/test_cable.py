"""`/cable` as it is spoken: who is let in, what may be followed, and what ends it."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from itertools import pairwise

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ..journeys.system import System
from .cable import PROTOCOL, Cable, each_once, has_ended
from .cast import Visitor, enter

UNAUTHORIZED = {"type": "disconnect", "reason": "unauthorized", "reconnect": False}
INVALID = {"type": "disconnect", "reason": "invalid_request", "reconnect": False}
REJECTED, CONFIRMED = "reject_subscription", "confirm_subscription"

MESH, BATCH = "MeshProgressChannel", "BatchProgressChannel"
PROJECT, NOTIFICATIONS = "ProjectChannel", "NotificationsChannel"

# Who is let in


def test_token_in_a_sub_protocol_lets_in(system: System, alice: Visitor) -> None:
    with Cable(system.live_url, token=alice.token) as cable:
        assert cable.said("welcome") == {"type": "welcome"}
        assert cable.protocol == PROTOCOL


def test_token_in_a_header_lets_in(system: System, alice: Visitor) -> None:
    headers = {"Authorization": f"Bearer {alice.token}"}
    with Cable(system.live_url, headers=headers) as cable:
        assert cable.said("welcome")


def test_session_of_a_browser_lets_in_from_its_own_site(system: System, alice: Visitor) -> None:
    headers = {"Cookie": alice.cookie}
    with Cable(system.live_url, headers=headers, origin=system.live_url) as cable:
        assert cable.said("welcome")
        assert cable.follow(NOTIFICATIONS)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://127.0.0.1:1"])
def test_session_of_a_browser_is_of_no_use_to_another_site(
    system: System, alice: Visitor, origin: str | None
) -> None:
    with Cable(system.live_url, headers={"Cookie": alice.cookie}, origin=origin) as cable:
        assert cable.await_end() == UNAUTHORIZED


@pytest.mark.parametrize("token", [None, "sl_wrong", "wrong", ""])
def test_who_is_unknown_is_told_so(system: System, token: str | None) -> None:
    with Cable(system.live_url, token=token) as cable:
        assert cable.await_end() == UNAUTHORIZED


def test_token_in_the_address_lets_nobody_in(system: System, alice: Visitor) -> None:
    with Cable(system.live_url, query=f"?token={alice.token}") as cable:
        assert cable.await_end() == UNAUTHORIZED


@pytest.mark.parametrize("protocols", [None, ("actioncable-v2-json",)])
def test_who_does_not_speak_the_protocol_is_refused(
    system: System, alice: Visitor, protocols: tuple[str, ...] | None
) -> None:
    headers = {"Authorization": f"Bearer {alice.token}"}
    with pytest.raises(InvalidStatus):
        Cable(system.live_url, protocols=protocols, headers=headers)


# What is said by itself


def test_pings_come_every_three_seconds(alice: Visitor) -> None:
    with alice.cable() as cable:
        pings = [cable.said("ping")["message"] for _ in range(3)]
    assert all(isinstance(ping, int) for ping in pings)
    assert all(2 <= later - one <= 5 for one, later in pairwise(pings))


# What may be followed


def test_mesh_is_told_of_from_its_beginning_to_its_end(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 2000)
    with alice.cable() as cable:
        seen = cable.until(cable.follow(MESH, mesh_id=mesh, sequence=0), has_ended)

    assert each_once(seen) == list(range(1, seen[-1]["sequence"] + 1))
    assert seen[0]["status"] == "queued"
    assert [one["progress"] for one in seen] == sorted(one["progress"] for one in seen)
    shown = alice.ask("GET", f"/meshes/{mesh}/status")
    assert {key: seen[-1][key] for key in ("mesh_id", "status", "progress", "sequence")} == {
        "mesh_id": mesh,
        "status": "completed",
        "progress": 100,
        "sequence": shown["sequence"],
    }


def test_who_comes_back_after_much_has_happened_is_told_all_of_it(
    alice: Visitor, project: str
) -> None:
    mesh = alice.new_mesh(project, 4000)
    for _ in range(10):
        alice.ask("POST", f"/meshes/{mesh}/cancel")
        alice.ask("POST", f"/meshes/{mesh}/retry")
    last = alice.ask("POST", f"/meshes/{mesh}/cancel")["sequence"]
    with alice.cable() as cable:
        identifier = cable.follow(MESH, mesh_id=mesh, sequence=0)
        seen = cable.until(identifier, lambda one: one["sequence"] == last)
    assert each_once(seen) == list(range(1, last + 1))


def test_who_comes_later_is_told_how_it_is(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project)
    alice.await_mesh(mesh)
    with alice.cable() as cable:
        assert cable.message(cable.follow(MESH, mesh_id=mesh))["status"] == "completed"


def test_batch_is_told_of_to_its_end(alice: Visitor, project: str) -> None:
    batch = alice.new_batch(project)
    with alice.cable() as cable:
        identifier = cable.follow(BATCH, batch_id=batch)
        seen = cable.until(identifier, lambda one: one["completed"] == one["total"])
    assert seen[-1]["total"] == 3
    assert seen[-1]["progress"] == 100
    sequences = [one["sequence"] for one in seen]
    assert sequences == sorted(sequences)


def test_project_tells_of_all_that_is_made_in_it(alice: Visitor, project: str) -> None:
    with alice.cable() as cable:
        identifier = cable.follow(PROJECT, project_id=project)
        meshes = set(alice.meshes_of(alice.new_batch(project)))
        completed: set[str] = set()
        while completed != meshes:
            told = cable.message(identifier)["meshes"]
            completed |= {one["mesh_id"] for one in told if one["status"] == "completed"}


def test_what_one_is_told_comes_at_once(alice: Visitor, project: str) -> None:
    with alice.cable() as cable:
        identifier = cable.follow(NOTIFICATIONS)
        batch = alice.new_batch(project)
        told = cable.until(identifier, lambda one: batch in json.dumps(one))
    shown = alice.ask("GET", "/notifications")["items"]
    assert told[-1]["id"] in {one["id"] for one in shown}


def test_what_ended_is_told_no_more(alice: Visitor, project: str) -> None:
    with alice.cable() as cable:
        identifier = cable.follow(PROJECT, project_id=project)
        cable.unsubscribe(identifier)
        mesh = alice.new_mesh(project)
        alice.await_mesh(mesh)
        assert cable.is_silent(identifier, 3)


def test_identifier_comes_back_as_it_was_sent(alice: Visitor, project: str) -> None:
    identifier = (
        f'{{ "project_id":"{project}","note":"f\\u00fcchse \U0001f98a", "channel" :"{PROJECT}"}}'
    )
    with alice.cable() as cable:
        cable.send(command="subscribe", identifier=identifier)
        assert cable.answer(identifier) == CONFIRMED


@pytest.mark.parametrize("channel", [MESH, BATCH, PROJECT])
def test_what_is_not_ones_own_is_rejected(
    alice: Visitor, charlie: Visitor, project: str, channel: str
) -> None:
    batch = alice.new_batch(project, 1)
    ids = {"mesh_id": alice.meshes_of(batch)[0], "batch_id": batch, "project_id": project}
    with charlie.cable() as cable, alice.cable() as own:
        assert cable.answer(cable.subscribe(channel, **ids)) == REJECTED
        assert own.answer(own.subscribe(channel, **ids)) == CONFIRMED


@pytest.mark.parametrize(
    "identifier",
    [
        {"channel": "ChatChannel", "room": 1},
        {"channel": MESH, "mesh_id": str(uuid.uuid4())},
        {"channel": MESH, "mesh_id": "no id"},
        {"channel": MESH, "mesh_id": 7},
        {"channel": MESH, "mesh_id": None},
        {"channel": MESH, "mesh_id": ["a"]},
        {"channel": MESH},
        {"channel": [MESH]},
        {"channel": {}},
        {"channel": NOTIFICATIONS, "sequence": -1},
        {"channel": NOTIFICATIONS, "sequence": True},
        {"channel": NOTIFICATIONS, "sequence": "1"},
        {"channel": NOTIFICATIONS, "sequence": 2**53},
        {"channel": NOTIFICATIONS, "sequence": 10**400},
        {},
        [],
        None,
        "MeshProgressChannel",
    ],
    ids=lambda identifier: json.dumps(identifier)[:40],
)
def test_what_there_is_not_is_rejected(alice: Visitor, identifier: object) -> None:
    with alice.cable() as cable:
        text = json.dumps(identifier)
        cable.send(command="subscribe", identifier=text)
        assert cable.answer(text) == REJECTED
        assert cable.follow(NOTIFICATIONS)  # the connection goes on


@pytest.mark.parametrize("text", ["", "no JSON", "[" * 8_000, '{"channel":', "\x00", "\ufeff{}"])
def test_identifier_that_is_no_json_is_rejected(alice: Visitor, text: str) -> None:
    with alice.cable() as cable:
        cable.send(command="subscribe", identifier=text)
        assert cable.answer(text) == REJECTED


# What may be done


def test_update_is_told_when_it_is_asked_for(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project)
    alice.await_mesh(mesh)
    with alice.cable() as cable:
        identifier = cable.follow(MESH, mesh_id=mesh)
        first = cable.message(identifier)
        cable.perform(identifier, "request_update")
        assert cable.message(identifier) == first


def test_mesh_is_cancelled_and_made_once_more(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 4000)
    with alice.cable() as cable:
        identifier = cable.follow(MESH, mesh_id=mesh)
        cable.perform(identifier, "cancel")
        assert cable.until(identifier, has_ended)[-1]["status"] == "cancelled"
        cable.perform(identifier, "retry")
        cable.until(identifier, lambda one: one["status"] in {"queued", "processing"})
        cable.perform(identifier, "cancel")
        cable.until(identifier, has_ended)
    assert alice.ask("GET", f"/meshes/{mesh}/status")["status"] == "cancelled"


def test_batch_is_cancelled_and_made_once_more(alice: Visitor, project: str) -> None:
    batch = alice.new_batch(project, 2, 3000)
    with alice.cable() as cable:
        identifier = cable.follow(BATCH, batch_id=batch)
        cable.perform(identifier, "cancel")
        cable.until(identifier, lambda one: one["cancelled"] == 2)
        cable.perform(identifier, "retry")
        cable.until(identifier, lambda one: one["cancelled"] == 0)
    alice.ask("POST", f"/batches/{batch}/cancel")


def test_who_may_only_look_changes_nothing(alice: Visitor, bob: Visitor, project: str) -> None:
    alice.take_in(bob, project, "viewer")
    mesh = alice.new_mesh(project, 3000)
    reading = Cable(alice.live_url, token=alice.reading_token)
    with bob.cable() as viewer, reading as reader:
        for cable in (viewer, reader):
            identifier = cable.follow(MESH, mesh_id=mesh)
            cable.perform(identifier, "cancel")
            refused = cable.until(identifier, lambda one: "code" in (one["error"] or {}))[-1]
            assert refused["error"]["code"] == "NOT_ALLOWED"
    assert alice.ask("GET", f"/meshes/{mesh}/status")["status"] != "cancelled"
    alice.ask("POST", f"/meshes/{mesh}/cancel")


def test_what_cannot_be_done_is_said(alice: Visitor, project: str) -> None:
    with alice.cable() as cable:
        identifier = cable.follow(PROJECT, project_id=project)
        for action in ("cancel", "dance"):
            cable.perform(identifier, action)
            assert cable.message(identifier)["error"]["code"]
        for data in ('"cancel"', "[]", "{}", "7", "null"):
            cable.send(command="message", identifier=identifier, data=data)
            assert cable.message(identifier)["error"]["code"]
        cable.send(command="message", identifier=identifier)
        assert cable.message(identifier)["error"]["code"]


def test_what_is_not_followed_is_not_done(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project)
    with alice.cable() as cable:
        cable.perform(json.dumps({"channel": MESH, "mesh_id": mesh}), "cancel")
        assert cable.follow(NOTIFICATIONS)
    assert alice.await_mesh(mesh)["status"] == "completed"


# When one may see less


def test_removed_member_is_told_no_more(alice: Visitor, bob: Visitor, project: str) -> None:
    alice.take_in(bob, project)
    batch = alice.new_batch(project, 1)
    [mesh] = alice.meshes_of(batch)
    with bob.cable() as cable:
        followed = [
            cable.follow(MESH, mesh_id=mesh),
            cable.follow(BATCH, batch_id=batch),
            cable.follow(PROJECT, project_id=project),
        ]
        own = cable.follow(NOTIFICATIONS)
        alice.send_away(bob, project)
        assert [cable.answer(one) for one in followed] == [REJECTED] * 3
        assert cable.answer(cable.subscribe(MESH, mesh_id=mesh)) == REJECTED

        cable.forget()  # what came before the rejections
        alice.await_mesh(alice.new_mesh(project))
        assert cable.is_silent(followed[-1], 3)
        cable.perform(own, "request_update")
        assert cable.said("ping")


def test_role_that_changes_counts_at_once(alice: Visitor, bob: Visitor, project: str) -> None:
    alice.take_in(bob, project, "editor")
    mesh = alice.new_mesh(project, 3000)
    with bob.cable() as cable:
        identifier = cable.follow(MESH, mesh_id=mesh)
        wanted = {"role": "viewer"}
        alice.ask("PATCH", f"/projects/{project}/members/{bob.id}", json=wanted)
        cable.perform(identifier, "cancel")
        refused = cable.until(identifier, lambda one: "code" in (one["error"] or {}))[-1]
    assert refused["error"]["code"] == "NOT_ALLOWED"
    alice.ask("POST", f"/meshes/{mesh}/cancel")


def test_revoked_token_ends_its_connections(alice: Visitor) -> None:
    token, text = alice.new_token()
    with Cable(alice.live_url, token=text) as cable, alice.cable() as other:
        cable.follow(NOTIFICATIONS)
        alice.ask("DELETE", f"/tokens/{token}")
        assert cable.await_end() == UNAUTHORIZED
        assert other.said("ping")


def test_without_a_hint_it_is_seen_all_the_same_a_little_later(system: System) -> None:
    [val] = enter(system, "val@live.example")
    with val.cable() as cable:
        query = "User.objects.filter(email='val@live.example').update(is_active=False)"
        text = f"from spinelift.web.accounts.models import User; {query}"
        assert system.manage("shell", "-c", text).returncode == 0
        assert cable.await_end() == UNAUTHORIZED
    val.client.close()


# What ends it


@pytest.mark.parametrize(
    "message",
    [
        b"\x00\xff",
        b'{"command":"subscribe","identifier":"{}"}',
        "",
        "no JSON",
        "{",
        "null",
        "7",
        '"subscribe"',
        "[]",
        "{}",
        "[" * 16_000,
        '{"a":' * 3_000,
        '{"command":"subscribe"}',
        '{"command":"subscribe","identifier":7}',
        '{"command":"subscribe","identifier":null}',
        '{"command":"subscribe","identifier":{"channel":"NotificationsChannel"}}',
        '{"command":"subscribe","identifier":"\\ud800"}',
        '{"command":"dance","identifier":"{}"}',
        '{"command":["subscribe"],"identifier":"{}"}',
        '{"command":null,"identifier":"{}"}',
        "9" * 10_000,
    ],
    ids=lambda message: repr(message)[:40],
)
def test_what_is_no_command_ends_it(alice: Visitor, message: str | bytes) -> None:
    with alice.cable() as cable:
        cable.send_raw(message)
        assert cable.await_end() == INVALID


@pytest.mark.parametrize("data", ["no JSON", "[" * 8_000, ""])
def test_what_is_no_message_ends_it(alice: Visitor, data: str) -> None:
    with alice.cable() as cable:
        identifier = cable.follow(NOTIFICATIONS)
        cable.send(command="message", identifier=identifier, data=data)
        assert cable.await_end() == INVALID


@pytest.mark.parametrize("length", [16_385, 1_000_000])
def test_command_that_is_too_long_ends_it(alice: Visitor, length: int) -> None:
    with alice.cable() as cable:
        cable.send_raw(json.dumps({"command": "subscribe", "identifier": "a" * length}))
        assert cable.await_end() in (None, INVALID)


def test_too_many_commands_a_second_end_it(alice: Visitor) -> None:
    with alice.cable() as cable:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(300):
                cable.send(command="unsubscribe", identifier="{}")
        assert cable.await_end() == INVALID


def test_more_subscriptions_than_there_may_be_are_rejected(alice: Visitor, project: str) -> None:
    with alice.cable() as cable:
        for number in range(200):
            cable.follow(PROJECT, project_id=project, number=number)
            time.sleep(0.025)
        more = {"project_id": project, "number": 200}
        assert cable.answer(cable.subscribe(PROJECT, **more)) == REJECTED
        cable.unsubscribe(json.dumps({"channel": PROJECT, "project_id": project, "number": 0}))
        assert cable.follow(PROJECT, project_id=project, number=201)


def test_who_does_not_take_what_they_are_sent_is_dropped(alice: Visitor, project: str) -> None:
    alice.await_end(alice.new_batch(project, 40, 100))

    def ask_for_more() -> None:
        for number in range(1_200):
            cable.subscribe(PROJECT, project_id=project, sequence=0, number=number)
            if number >= 100:
                first = {"project_id": project, "sequence": 0, "number": number - 100}
                cable.unsubscribe(json.dumps({"channel": PROJECT, **first}))
            time.sleep(0.05)

    with alice.cable(takes=False) as cable, pytest.raises(ConnectionClosed):
        ask_for_more()
