"""The official client of ActionCable, as applications use it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ..journeys.system import System
from ..npm import NODE, install
from .cable import each_once, has_ended
from .cast import Visitor
from .official import HERE, PATIENCE_SECONDS, Line, OfficialClient

API_DOCS = Path(__file__).parents[2] / "docs" / "api.md"

MESH, BATCH = "MeshProgressChannel", "BatchProgressChannel"
PROJECT, NOTIFICATIONS = "ProjectChannel", "NotificationsChannel"


def test_client_is_told_of_progress_and_completion(
    system: System, alice: Visitor, project: str
) -> None:
    mesh = alice.new_mesh(project, 2000)
    with OfficialClient(system.live_url, alice.token) as client:
        client.subscribe("mesh", MESH, mesh_id=mesh, sequence=0)
        assert client.event("mesh", "connected")["reconnected"] is False
        seen = client.until("mesh", has_ended)

        assert each_once(seen) == list(range(1, seen[-1]["sequence"] + 1))
        assert seen[-1]["status"] == "completed"
        client.perform("mesh", "request_update")
        assert client.next("mesh")["message"] == seen[-1]


def test_client_follows_all_channels_at_once(system: System, alice: Visitor, project: str) -> None:
    with OfficialClient(system.live_url, alice.token) as client:
        client.subscribe("project", PROJECT, project_id=project)
        client.subscribe("notifications", NOTIFICATIONS)
        for name in ("project", "notifications"):
            client.event(name, "connected")
        batch = alice.new_batch(project)
        client.subscribe("batch", BATCH, batch_id=batch)
        client.event("batch", "connected")

        assert client.until("batch", lambda one: one["progress"] == 100)[-1]["completed"] == 3
        client.until("notifications", lambda one: batch in str(one))
        client.until("project", lambda one: any(has_ended(mesh) for mesh in one["meshes"]))


def test_client_cancels_and_retries(system: System, alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 4000)
    with OfficialClient(system.live_url, alice.token) as client:
        client.subscribe("mesh", MESH, mesh_id=mesh)
        client.event("mesh", "connected")
        client.perform("mesh", "cancel")
        assert client.until("mesh", has_ended)[-1]["status"] == "cancelled"
        client.perform("mesh", "retry")
        client.until("mesh", lambda one: not has_ended(one))
        client.perform("mesh", "cancel")
        assert client.until("mesh", has_ended)[-1]["status"] == "cancelled"


def test_client_is_rejected_where_it_has_no_access(
    system: System, alice: Visitor, charlie: Visitor, project: str
) -> None:
    batch = alice.new_batch(project, 1)
    [mesh] = alice.meshes_of(batch)
    with OfficialClient(system.live_url, charlie.token) as client:
        client.subscribe("mesh", MESH, mesh_id=mesh)
        client.subscribe("batch", BATCH, batch_id=batch)
        client.subscribe("project", PROJECT, project_id=project)
        client.subscribe("own", NOTIFICATIONS)
        for name in ("mesh", "batch", "project"):
            assert client.next(name)["event"] == "rejected"
        assert client.next("own")["event"] == "connected"


def test_client_is_rejected_when_its_user_is_removed(
    system: System, alice: Visitor, bob: Visitor, project: str
) -> None:
    alice.take_in(bob, project)
    with OfficialClient(system.live_url, bob.token) as client:
        client.subscribe("project", PROJECT, project_id=project)
        client.event("project", "connected")
        alice.send_away(bob, project)
        client.event("project", "rejected")


def test_client_whose_token_is_revoked_does_not_come_back(system: System, alice: Visitor) -> None:
    token, text = alice.new_token()
    with OfficialClient(system.live_url, text) as client:
        client.subscribe("own", NOTIFICATIONS)
        client.event("own", "connected")
        alice.ask("DELETE", f"/tokens/{token}")
        assert client.event("own", "disconnected")["willAttemptReconnect"] is False


def test_client_comes_back_and_misses_nothing(system: System, alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 4000)
    with Line(system.live_url) as line, OfficialClient(line.url, alice.token) as client:
        client.subscribe("all", MESH, mesh_id=mesh, sequence=0)
        client.subscribe("now", MESH, mesh_id=mesh)
        for name in ("all", "now"):
            client.event(name, "connected")
        seen = [*client.until("all", lambda one: one["status"] == "processing")]

        line.cut()
        while (told := client.next("all"))["event"] == "received":
            seen.append(told["message"])
        assert told["event"] == "disconnected"
        assert told["willAttemptReconnect"]
        ended = alice.await_mesh(mesh)
        assert ended["sequence"] > seen[-1]["sequence"]
        line.mend()

        assert client.event("all", "connected")["reconnected"] is True
        missed = client.until("all", has_ended)
        assert each_once(missed) == list(range(1, ended["sequence"] + 1))
        client.event("now", "disconnected")
        client.event("now", "connected")
        [now] = client.until("now", has_ended)
        assert (now["status"], now["sequence"]) == ("completed", ended["sequence"])
        assert now == missed[-1]


def test_client_of_the_docs_shows_progress_and_completion(
    system: System, alice: Visitor, project: str
) -> None:
    install(HERE)
    [script] = re.findall(r"```js\n(.*?)```", API_DOCS.read_text(encoding="utf-8"), re.DOTALL)
    used, body = script.split("\n", 1)
    assert used == 'import { createConsumer } from "@rails/actioncable"'
    mesh = alice.new_mesh(project)
    done = subprocess.run(
        (NODE, "page.mjs", f"{system.live_url}/", alice.token, mesh),
        cwd=HERE,
        input=body,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stdout.splitlines()[-1].startswith("100 %")
