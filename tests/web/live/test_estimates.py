"""What remains: never less than nothing, and more only for a reason."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.images.models import ProjectImage
from spinelift.web.jobs.models import Job
from spinelift.web.jobs.services import claim
from spinelift.web.live.estimates import UNKNOWN_SECONDS, Estimates, Past
from spinelift.web.live.feed import Feed
from spinelift.web.live.topics import BatchTopic, MeshTopic, Message
from spinelift.web.meshes.batches import cancel_batch
from spinelift.web.projects.services import create_project

from ..meshes.making import asked_for, batch_of, generated, image_in

MESH = uuid4()
PIXELS = 1024 * 1024


def told(number: int, status: str, progress: int, remaining: float | None) -> Message:
    data: dict[str, Any] = {
        "status": status,
        "progress": progress,
        "estimated_remaining": remaining,
        "sequence": number,
    }
    return Message(number, MESH, number, data, is_open=True)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["queued", "processing"]),
            st.integers(0, 100),
            st.none() | st.floats(0, 1000),
        ),
        max_size=30,
    )
)
def test_what_remains_grows_only_where_it_waits_again_or_begins_anew(
    changes: list[tuple[str, int, float | None]],
) -> None:
    feed = Feed(MeshTopic(MESH, None))
    feed.tell([told(number, *change) for number, change in enumerate(changes, start=1)])
    messages = feed.since(0) or []
    assert len(messages) == len(changes)
    for before, after in pairwise([message.data for message in messages]):
        seconds, was = after["estimated_remaining"], before["estimated_remaining"]
        if seconds is not None and was is not None and seconds > was:
            assert before["status"] != after["status"] or before["progress"] > after["progress"]


@given(
    st.lists(st.tuples(st.integers(1, 2**26), st.floats(0, 100)), max_size=30),
    st.integers(1, 2**26),
)
def test_mesh_takes_as_long_as_others_of_like_size(
    meshes: list[tuple[int, float]], pixels: int
) -> None:
    seconds = Past(meshes, 1).duration(pixels)
    if meshes:
        assert min(meshes, key=lambda one: one[1])[1] <= seconds
        assert seconds <= max(meshes, key=lambda one: one[1])[1]
    else:
        assert seconds == UNKNOWN_SECONDS
    slow_and_large = [(2**40, 1000.0)] * 20
    assert Past([*[(pixels, 2.0)] * 20, *slow_and_large], 1).duration(pixels) == 2.0


@pytest.fixture
def image(db: None) -> ProjectImage:  # noqa: ARG001
    alice = User.objects.create_user("alice@example.com")
    return image_in(create_project(actor=SYSTEM, owner=alice, name="Fox"))


def test_what_takes_longer_than_others_is_about_to_be_done(image: ProjectImage) -> None:
    alice = image.project.memberships.get().user
    generated(alice, image)
    mesh = asked_for(alice, image)
    assert mesh.job is not None
    job = claim(job_id=mesh.job.id)
    assert job is not None
    assert Estimates().remaining(job, PIXELS) > 0
    Job.objects.filter(id=job.id).update(updated_at=timezone.now() - timedelta(hours=1))
    job.refresh_from_db()
    assert Estimates().remaining(job, PIXELS) == 0


def test_who_waits_longer_has_more_before_them(image: ProjectImage) -> None:
    alice = image.project.memberships.get().user
    for number in range(3):
        image_in(image.project, f"leaf {number}")
    jobs = [mesh.job for mesh in batch_of(alice, image.project).meshes.order_by("job__created_at")]
    estimates = Estimates()
    waiting = [estimates.remaining(job, PIXELS) for job in jobs if job is not None]
    assert waiting == sorted(waiting)
    assert [estimates.ahead(job) for job in jobs if job is not None] == [0, 1, 2, 3]


def test_batch_that_is_done_has_nothing_left(image: ProjectImage) -> None:
    alice = image.project.memberships.get().user
    batch = batch_of(alice, image.project)
    topic = BatchTopic.of(alice, batch.id)
    [waiting] = topic.read(None)
    assert waiting.data["estimated_remaining"] > 0
    cancel_batch(actor=SYSTEM, batch=batch)
    [ended] = topic.read(None)
    assert ended.data["estimated_remaining"] is None
