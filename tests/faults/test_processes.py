"""Our own processes, killed and told to end in the middle of their work."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spinelift.images import encode_png
from spinelift.samples import draw

from ..journeys.program import Program
from ..journeys.system import DistributedSystem, EmbeddedSystem, System
from ..processes import wait_until
from .art import slow

LEAF = encode_png(draw("leaf"))
WAITING = 50
PROCESSING = "SELECT count(*) FROM jobs_job WHERE status = 'processing'"
COMPLETED = "SELECT count(*) FROM meshes_meshcontent"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path) as system:
        yield system


def test_jobs_of_a_killed_worker_are_done_by_another_once(distributed: DistributedSystem) -> None:
    user = distributed.user
    victim, other = distributed.workers
    assert other.stop() == 0
    project = user.new_project("Killed worker")
    user.upload(project, slow(2, 3000))
    batch = user.generate(project)
    wait_until(lambda: distributed.count(PROCESSING))

    victim.kill()
    other.start()

    assert user.await_end(batch)["completed"] == 2
    assert distributed.count("SELECT max(attempt) FROM jobs_job") == 2
    distributed.assert_each_mesh_was_made_once()
    victim.start()


def test_worker_that_is_told_twice_leaves_its_jobs_to_others(
    distributed: DistributedSystem,
) -> None:
    user = distributed.user
    for worker in distributed.workers:
        assert worker.stop() == 0
    project = user.new_project("Hurried worker")
    user.upload(project, slow(2, 3000))
    batch = user.generate(project)
    hurried, other = distributed.workers
    hurried.start()
    wait_until(lambda: distributed.count(PROCESSING))

    tell_twice(hurried, "worker.draining")
    assert hurried.await_end() == 130

    other.start()
    assert user.await_end(batch)["completed"] == 2
    distributed.assert_each_mesh_was_made_once()
    hurried.start()


def test_web_that_has_decoded_images_ends_when_it_is_told(distributed: DistributedSystem) -> None:
    """It has a child of its own by then, which must not be waited for."""
    user = distributed.user
    [image] = user.upload(user.new_project(), {"leaf.png": LEAF})
    user.ask("POST", f"/images/{image}/preview", json={})
    begun = time.monotonic()
    assert distributed.web.stop() == 0
    assert time.monotonic() - begun < 30
    distributed.web.start()


def test_jobs_that_wait_outlive_a_server_that_is_killed(embedded: EmbeddedSystem) -> None:
    batch = ask_for_many(embedded)
    wait_until(lambda: embedded.count(COMPLETED) > 2)

    embedded.server.kill()
    assert embedded.count(COMPLETED) < WAITING
    embedded.server.start()

    assert embedded.user.await_end(batch)["completed"] == WAITING
    embedded.assert_each_mesh_was_made_once()


def test_server_that_is_told_to_end_ends_what_it_has_begun(embedded: EmbeddedSystem) -> None:
    batch = ask_for_many(embedded)
    wait_until(lambda: embedded.count(COMPLETED))

    assert embedded.server.stop() == 0

    assert embedded.count(PROCESSING) == 0
    assert embedded.count("SELECT max(attempt) FROM jobs_job") == 1
    assert embedded.count(COMPLETED) < WAITING
    embedded.server.start()
    assert embedded.user.await_end(batch)["completed"] == WAITING
    embedded.assert_each_mesh_was_made_once()


def test_server_that_is_told_twice_ends_at_once(embedded: EmbeddedSystem) -> None:
    user = embedded.user
    project = user.new_project("Hurried server")
    user.upload(project, slow(2, 3000))
    batch = user.generate(project)
    wait_until(lambda: embedded.count(PROCESSING))

    tell_twice(embedded.server, "server.draining")
    assert embedded.server.await_end() == 130

    assert embedded.count(PROCESSING) == 2
    embedded.server.start()
    assert user.await_end(batch)["completed"] == 2
    assert embedded.count("SELECT max(attempt) FROM jobs_job") == 2
    embedded.assert_each_mesh_was_made_once()


def test_second_server_on_one_folder_is_refused(embedded: EmbeddedSystem, tmp_path: Path) -> None:
    second = Program(
        tmp_path / "second",
        *("serve", "--port", "0", "--data", str(embedded.data)),
        variables={},
        is_up=lambda _: False,
    )
    second.begin()
    assert second.await_end() == 2
    second.end()
    assert second.said == (
        f"spinelift: Another SpineLift keeps its work in {embedded.data}: end it, or name another "
        "folder with --data.\n"
    )
    assert embedded.user.ask("GET", "/me")


def ask_for_many(system: System) -> str:
    user = system.user
    project = user.new_project("Many")
    user.upload(project, slow(WAITING, 600))
    return user.generate(project)


def tell_twice(program: Program, draining: str) -> None:
    program.process.send_signal(signal.SIGTERM)
    wait_until(lambda: program.has_logged(draining))
    program.process.send_signal(signal.SIGTERM)
