"""What happens, as Server-Sent Events, and as answers that wait for it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from ..journeys.system import System
from ..journeys.user import API
from .cable import each_once, has_ended
from .cast import Visitor

STREAM = {"Accept": "text/event-stream"}
PATIENCE_SECONDS = 60
"""Far above what anything takes."""


@dataclass(frozen=True)
class Event:
    """One of a stream, or a line that says nothing, which has no id."""

    id: str
    message: Any


@contextlib.contextmanager
def streaming(
    user: Visitor, path: str, headers: Mapping[str, str] | None = None
) -> Iterator[Iterator[Event]]:
    """What comes, as it comes."""
    with (
        httpx.Client(timeout=PATIENCE_SECONDS, headers=bearer(user)) as client,
        client.stream(
            "GET", f"{user.live_url}{API}{path}", headers={**STREAM, **(headers or {})}
        ) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
            continue
        if "data" in fields:
            yield Event(fields["id"], json.loads(fields["data"]))
        elif "retry" not in fields:
            yield Event("", None)
        fields = {}


def until_the_end(coming: Iterator[Event]) -> list[Event]:
    """All that tell something, to the last of a mesh."""
    seen: list[Event] = []
    for event in coming:
        if event.id:
            seen.append(event)
            if has_ended(event.message):
                return seen
    pytest.fail("The stream ended before.")


def bearer(user: Visitor) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


def ask(user: Visitor, path: str, **parameters: Any) -> Any:
    """What is answered by what keeps connections open."""
    answer = httpx.get(
        f"{user.live_url}{API}{path}",
        params=parameters,
        headers=bearer(user),
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_stream_tells_of_a_mesh_to_its_end(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 2000)
    with streaming(alice, f"/meshes/{mesh}/events?after=0") as coming:
        seen = until_the_end(coming)
    messages = [event.message for event in seen]
    assert [event.id for event in seen] == [str(one["sequence"]) for one in messages]
    assert each_once(messages) == list(range(1, messages[-1]["sequence"] + 1))
    assert messages[-1]["status"] == "completed"


def test_stream_goes_on_after_the_last_that_came(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 3000)
    with streaming(alice, f"/meshes/{mesh}/events?after=0") as coming:
        known = next(coming)
    last = alice.await_mesh(mesh)["sequence"]
    assert known.id == "1"
    headers = {"Last-Event-ID": known.id}
    with streaming(alice, f"/meshes/{mesh}/events?after=0", headers) as coming:
        seen = until_the_end(coming)
    assert [int(event.id) for event in seen] == list(range(2, last + 1))


@pytest.mark.parametrize("known", ["", "nothing", "-1", "9" * 20, "0x1"])
def test_last_event_that_is_none_is_not_heeded(alice: Visitor, project: str, known: str) -> None:
    mesh = alice.new_mesh(project)
    alice.await_mesh(mesh)
    path = f"/meshes/{mesh}/events"
    with streaming(alice, path, {"Last-Event-ID": known}) as coming:
        assert next(coming).message["status"] == "completed"


def test_stream_with_no_news_has_a_pulse(alice: Visitor, project: str) -> None:
    with streaming(alice, f"/projects/{project}/events") as coming:
        assert next(coming) == Event("", None)


@pytest.mark.parametrize("what", ["batches", "projects", "notifications"])
def test_stream_tells_of_all_else_that_can_be_followed(
    alice: Visitor, project: str, what: str
) -> None:
    batch = alice.new_batch(project)
    [mesh, *_] = alice.meshes_of(batch)
    path, wanted = {
        "batches": (f"/batches/{batch}/events", batch),
        "projects": (f"/projects/{project}/events?after=0", mesh),
        "notifications": ("/notifications/events", batch),
    }[what]
    with streaming(alice, path) as coming:
        assert any(event.id and wanted in json.dumps(event.message) for event in coming)


@pytest.mark.parametrize("headers", [STREAM, {}], ids=["stream", "answer"])
def test_what_is_not_ones_own_is_not_found(
    system: System, alice: Visitor, charlie: Visitor, project: str, headers: dict[str, str]
) -> None:
    batch = alice.new_batch(project, 1)
    [mesh] = alice.meshes_of(batch)
    for path in (f"/meshes/{mesh}", f"/batches/{batch}", f"/projects/{project}"):
        url = f"{system.live_url}{API}{path}/events?wait=1"
        assert httpx.get(url, headers={**headers, **bearer(charlie)}).status_code == 404
        assert httpx.get(url, headers=headers).status_code == 401


def test_answer_has_all_that_is_newer(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project)
    last = alice.await_mesh(mesh)["sequence"]
    path = f"/meshes/{mesh}/events"
    for after in (0, 1, last):
        answer = ask(alice, path, after=after)
        sequences = [one["sequence"] for one in answer["items"]]
        assert sequences == list(range(after + 1, last + 1))
        assert answer["sequence"] == last
    assert ask(alice, path) == ask(alice, path, after=0)


def test_mesh_is_followed_by_answers_that_wait(alice: Visitor, project: str) -> None:
    mesh = alice.new_mesh(project, 2000)
    after = 0
    seen: list[Any] = []
    while not seen or not has_ended(seen[-1]):
        answer = ask(alice, f"/meshes/{mesh}/events", after=after, wait=25)
        seen += answer["items"]
        after = answer["sequence"]
    assert [one["sequence"] for one in seen] == list(range(1, after + 1))


def test_answer_waits_for_news(alice: Visitor, project: str) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        path = f"/projects/{project}/events"
        waiting = elsewhere.submit(ask, alice, path, after=0, wait=25)
        time.sleep(1)
        assert not waiting.done()
        mesh = alice.new_mesh(project)
        answer = waiting.result()
    assert mesh in json.dumps(answer["items"])


@pytest.mark.parametrize("what", ["mesh", "project"])
def test_answer_without_news_comes_when_it_has_waited(
    alice: Visitor, project: str, what: str
) -> None:
    mesh = alice.new_mesh(project)
    alice.await_mesh(mesh)
    path = {"mesh": f"/meshes/{mesh}/events", "project": f"/projects/{project}/events"}[what]
    after = ask(alice, path, after=0)["sequence"]
    begun = time.monotonic()
    answer = ask(alice, path, after=after, wait=2)
    assert time.monotonic() - begun > 1
    assert answer["sequence"] == after


@pytest.mark.parametrize(
    "parameters", ["after=-1", "after=x", f"after={2**53}", "wait=-1", "wait=61", "wait=x"]
)
def test_what_cannot_be_asked_is_refused(alice: Visitor, project: str, parameters: str) -> None:
    url = f"{alice.live_url}{API}/projects/{project}/events?{parameters}"
    assert httpx.get(url, headers=bearer(alice)).status_code == 422
