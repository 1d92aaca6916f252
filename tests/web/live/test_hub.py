"""Whatever is cut, lost, delayed or told twice: each way of following ends where the rows are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.contract.generation import Progress
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.hints import Listener, LocalHints
from spinelift.web.jobs.models import JobEvent
from spinelift.web.jobs.services import cancel_job, claim, fail_job, report_progress
from spinelift.web.live import hub as hubs
from spinelift.web.live.feed import HELD
from spinelift.web.live.hub import Hub
from spinelift.web.live.streams import awaited, events
from spinelift.web.live.topics import MeshTopic, Message, ProjectTopic
from spinelift.web.meshes.models import Mesh
from spinelift.web.operations import operation
from spinelift.web.projects.services import create_project

from ..meshes.making import asked_for, image_in, in_a_thread

pytestmark = pytest.mark.django_db(transaction=True)

PROBLEM = {"code": "IMAGE_EMPTY", "message": "There is nothing to see.", "details": {}}
STEPS = 6


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "LOOK_SECONDS", 0.1)


class FlakyHints(LocalHints):
    """Loses some hints, and tells others twice."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice

    @contextlib.contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        def hear(names: Sequence[str]) -> None:
            for _ in range(self._dice.randrange(3)):
                listener(names)

        with super().heard_by(hear):
            yield


Messages = AsyncIterator[dict[str, Any]]
Way = Callable[[Hub, User, MeshTopic, int | None], Messages]


async def by_cable(hub: Hub, user: User, topic: MeshTopic, after: int | None) -> Messages:  # noqa: ARG001
    async with contextlib.aclosing(hub.follow(topic, after)) as following:
        async for message in following:
            yield dict(message.data)


async def by_stream(hub: Hub, user: User, topic: MeshTopic, after: int | None) -> Messages:
    async with contextlib.aclosing(events(hub, user, topic, after)) as stream:  # type: ignore[type-var]
        async for chunk in stream:
            for line in chunk.decode().splitlines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))


async def by_waiting(hub: Hub, user: User, topic: MeshTopic, after: int | None) -> Messages:  # noqa: ARG001
    known = after or 0
    while True:
        async for answer in awaited(hub, topic, known, 1):
            page = json.loads(answer)
            known = page["sequence"]
            for item in page["items"]:
                yield item


async def by_asking(hub: Hub, user: User, topic: MeshTopic, after: int | None) -> Messages:  # noqa: ARG001
    known = after or 0
    while True:
        for message in await hub.ask(topic.read, known):
            known = message.sequence
            yield dict(message.data)
        await asyncio.sleep(0.02)


WAYS = {"cable": by_cable, "stream": by_stream, "waiting": by_waiting, "asking": by_asking}


async def seen_by(
    way: Way, hub: Hub, user: User, topic: MeshTopic, dice: random.Random
) -> list[dict[str, Any]]:
    """All that a client gets who is cut off again and again, and comes back."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["status"] != "failed":
        after = seen[-1]["sequence"] if seen else 0
        patience = dice.randrange(1, 4)
        async with contextlib.aclosing(way(hub, user, topic, after)) as messages:  # type: ignore[type-var]
            async for message in messages:
                seen.append(message)
                patience -= 1
                if not patience or message["status"] == "failed":
                    break
    return seen


def work(mesh: Mesh, dice: random.Random) -> None:
    """At its job, step by step, until it fails."""
    assert mesh.job is not None
    job = claim(job_id=mesh.job.id)
    assert job is not None
    for step in range(STEPS):
        report_progress(job=job, progress=Progress(10 * step, "stage", f"Step {step}"))
        if dice.random() < 0.5:
            asyncio.run(asyncio.sleep(dice.random() * 0.05))
    with operation(SYSTEM) as publish:
        fail_job(publish=publish, job=job, problem=PROBLEM)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=5)
def test_each_way_ends_with_what_the_rows_have(seed: int) -> None:
    dice = random.Random(seed)
    user = User.objects.create_user(f"{uuid4()}@example.com")
    mesh = asked_for(user, image_in(create_project(actor=SYSTEM, owner=user, name="Fox")))
    topic = MeshTopic.of(user, mesh.id)

    async def follow_all() -> list[list[dict[str, Any]]]:
        async with Hub(FlakyHints(dice)) as hub:
            followers = [
                asyncio.create_task(seen_by(way, hub, user, topic, random.Random(dice.random())))
                for way in WAYS.values()
            ]
            await asyncio.to_thread(in_a_thread(work), mesh, dice)
            async with asyncio.timeout(30):
                return await asyncio.gather(*followers)

    all_seen = asyncio.run(follow_all())
    log = list(JobEvent.objects.filter(job=mesh.job).order_by("sequence"))
    for seen in all_seen:
        sequences = [message["sequence"] for message in seen]
        assert sequences == sorted(sequences)
        assert {*sequences} == {event.sequence for event in log}
        last = log[-1]
        assert (seen[-1]["status"], seen[-1]["progress"]) == (last.status, last.percent)
        assert seen[-1]["error"] == PROBLEM


def test_what_is_told_while_a_message_is_taken_is_not_missed() -> None:
    user = User.objects.create_user("alice@example.com")
    mesh = asked_for(user, image_in(create_project(actor=SYSTEM, owner=user, name="Fox")))
    topic = MeshTopic.of(user, mesh.id)
    hints = LocalHints()

    def end() -> None:
        assert mesh.job is not None
        with operation(SYSTEM) as publish:
            cancel_job(publish=publish, job=mesh.job)

    async def follow() -> list[str]:
        async with Hub(hints) as hub, contextlib.aclosing(hub.follow(topic, None)) as messages:
            first = await anext(messages)
            await asyncio.to_thread(in_a_thread(end))
            hints.give([topic.name or ""])
            await asyncio.sleep(0.3)  # until the feed has it
            async with asyncio.timeout(10):
                async for message in messages:
                    if message.data["status"] != "queued":
                        return [first.data["status"], message.data["status"]]
        raise AssertionError

    assert asyncio.run(follow()) == ["queued", "cancelled"]


def test_what_is_read_again_is_no_news() -> None:
    """Of what is ordered by time, the last seconds are read again."""
    user = User.objects.create_user("alice@example.com")
    project = create_project(actor=SYSTEM, owner=user, name="Fox")
    mesh = asked_for(user, image_in(project))
    work(mesh, random.Random(0))
    topic = ProjectTopic.of(user, project.id)
    [told] = topic.read(0)

    async def wait() -> bytes:
        async with Hub(LocalHints()) as hub:
            answers = awaited(hub, topic, told.sequence, 60)
            waiting = asyncio.ensure_future(anext(answers))
            await asyncio.sleep(1)  # for long enough to be told of it again and again
            assert not waiting.done()
            hub.end()
            return await waiting

    answer = json.loads(asyncio.run(wait()))
    assert answer["sequence"] == told.sequence


def test_who_is_far_behind_is_told_how_each_is_now_though_its_time_is_before_others() -> None:
    """What ends in one transaction may be told after what began later and was told already."""
    topic = ProjectTopic(uuid4())
    first, *others = (message(number) for number in range(2 * HELD))

    async def follow() -> set[UUID]:
        async with Hub(LocalHints()) as hub, contextlib.aclosing(hub.follow(topic, 0)) as told:
            seen: set[UUID] = set()
            with hub.followed(topic) as feed:
                coming = asyncio.ensure_future(anext(told))
                await asyncio.sleep(0.3)  # until it waits for news
                feed.tell([others[-1]])
                async with asyncio.timeout(10):
                    newest = await coming
                    feed.tell([first, *others])
                    while len(seen) < len(others):
                        last = await anext(told)
                        assert last.sequence >= newest.sequence
                        seen |= {UUID(mesh["mesh_id"]) for mesh in last.data["meshes"]}
            return seen

    assert asyncio.run(follow()) == {one.about for one in (first, *others[:-1])}


def message(number: int) -> Message:
    """Of a mesh of its own, the later the larger the number is."""
    about = uuid4()
    return Message(number, about, 1, {"mesh_id": str(about)}, is_open=False)
