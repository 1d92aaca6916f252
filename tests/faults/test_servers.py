"""The servers that we depend on, gone for a while with work going on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from spinelift.images import encode_png

from ..art import disc
from ..journeys.system import EMAIL, PASSWORD, DistributedSystem, EmbeddedSystem, System
from ..journeys.user import API, AWAY, User, form
from ..processes import wait_until
from .art import slow

LOADS = 4
IMAGES = 5
POSTPONED = "SELECT count(*) FROM jobs_job WHERE postponed_since IS NOT NULL"
KEPT = (
    "SELECT count(*) FROM images_projectimage",
    "SELECT count(*) FROM images_blob",
    "SELECT count(*) FROM images_upload",
)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedSystem]:
    with EmbeddedSystem(tmp_path) as system:
        yield system


def problem(answer: httpx.Response) -> str:
    """The code of a 503 that says when to come again."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    code: str = answer.json()["error"]["code"]
    return code


def test_without_redis_all_goes_on_and_jobs_are_done_later(distributed: DistributedSystem) -> None:
    user = distributed.user
    distributed.redis.kill()
    project = user.new_project("No Redis")
    user.upload(project, slow(IMAGES, 600))
    batch = user.generate(project)
    assert user.batch(batch)["total"] == IMAGES
    wanted = {"email": EMAIL, "password": PASSWORD}
    entering = httpx.post(f"{distributed.url}{API}/auth/app/v1/auth/login", json=wanted)
    assert problem(entering) == "CACHE_UNAVAILABLE"

    distributed.redis.start()

    assert user.await_end(batch)["completed"] == IMAGES
    distributed.assert_each_mesh_was_made_once()


def test_while_postgresql_starts_anew_requests_are_put_off(distributed: DistributedSystem) -> None:
    user = distributed.user
    projects = [user.new_project(f"Load {number}") for number in range(LOADS)]
    seen: list[int] = []
    with under_load(user, projects, seen) as batches:
        wait_until(lambda: len(batches) == LOADS)
        wait_until(lambda: distributed.count("SELECT count(*) FROM meshes_meshcontent"))
        distributed.postgres.kill()
        away = [user.client.get(f"{API}/me") for _ in range(3)]
        distributed.postgres.start()
    assert problem(away[-1]) == "DATABASE_UNAVAILABLE"
    assert {status for status in seen if status >= 500} <= {AWAY}

    for batch in batches:
        assert user.await_end(batch)["completed"] == IMAGES
    distributed.assert_each_mesh_was_made_once()
    # All threads have met the new server by now, each with a connection to the old one before.
    answers = [user.client.get(f"{API}/me").status_code for _ in range(50)]
    assert set(answers) == {200}


@contextmanager
def under_load(user: User, projects: list[str], seen: list[int]) -> Iterator[list[str]]:
    """Have meshes made in each project while their progress is read; gives the batches so far.

    Ends when all was asked for that was to be; the statuses of all readings are in `seen`.
    """
    batches: list[str] = []
    is_over = threading.Event()

    def work(project: str) -> None:
        files = form(slow(IMAGES, 600))
        user.patiently("POST", f"/projects/{project}/images?replace=true", files=files)
        batches.append(user.patiently("POST", f"/projects/{project}/batches", json={})["id"])
        while not is_over.wait(0.05):
            seen.append(user.client.get(f"{API}/batches/{batches[0]}").status_code)

    with ThreadPoolExecutor(len(projects)) as pool:
        working = [pool.submit(work, project) for project in projects]
        try:
            yield batches
        finally:
            is_over.set()
        for one in working:
            one.result()


def test_jobs_wait_for_the_mesh_service(distributed: DistributedSystem) -> None:
    user = distributed.user
    distributed.mesh_service.kill()
    project = user.new_project("No mesh service")
    user.upload(project, slow(IMAGES, 600))
    before = distributed.count(POSTPONED)
    batch = user.generate(project)
    wait_until(lambda: distributed.count(POSTPONED) > before)
    assert not user.has_ended(batch)

    distributed.mesh_service.start()

    assert user.await_end(batch)["completed"] == IMAGES
    distributed.assert_each_mesh_was_made_once()


def test_what_s3_does_not_take_is_not_kept(distributed: DistributedSystem) -> None:
    assert_nothing_is_kept(distributed, distributed.s3.kill, distributed.s3.start)


def test_what_the_folder_does_not_take_is_not_kept(embedded: EmbeddedSystem) -> None:
    folder, aside = embedded.data / "files", embedded.data / "aside"

    def refuse() -> None:
        """Whoever the tests run as: root may write to any folder, and to no file in a file."""
        folder.mkdir(exist_ok=True)
        folder.rename(aside)
        folder.write_text("no folder")

    def take() -> None:
        folder.unlink()
        aside.rename(folder)

    assert_nothing_is_kept(embedded, refuse, take)
    assert not list(folder.glob("staging/*"))


def assert_nothing_is_kept(
    system: System, refuse: Callable[[], None], take: Callable[[], None]
) -> None:
    user = system.user
    project = user.new_project("No files")
    before = [system.count(query) for query in KEPT]
    content = encode_png(disc(50 + before[1]))  # another one for each system
    sent: dict[str, Any] = {"files": form({"disc.png": content})}
    where = f"{API}/projects/{project}/images"

    refuse()
    assert problem(user.client.post(where, **sent)) == "STORAGE_UNAVAILABLE"
    assert problem(user.client.get("/ready")) == "NOT_READY"
    assert [system.count(query) for query in KEPT] == before

    take()
    user.upload(project, {"disc.png": content})
    assert user.await_end(user.generate(project))["completed"] == 1
    system.verify_audit()


@pytest.mark.parametrize("name", ["embedded", "distributed"])
def test_two_tabs_that_want_the_same_have_one_mesh(
    name: str, request: pytest.FixtureRequest
) -> None:
    system: System = request.getfixturevalue(name)
    user = system.user
    [image] = user.upload(user.new_project("Tabs"), slow(1, 3000))

    def generate(_: int) -> str:
        made: str = user.ask("POST", f"/images/{image}/meshes", params={"wait": 60}, json={})["id"]
        return made

    with ThreadPoolExecutor(6) as tabs:
        assert len(set(tabs.map(generate, range(6)))) == 1
    versions = user.ask("GET", f"/images/{image}/meshes")["items"]
    assert [version["status"] for version in versions] == ["completed"]
    system.assert_each_mesh_was_made_once()
