"""What both storages of the web application owe: one suite, run on a folder and on S3.

The S3 is one that the tests start, and that refuses what is not signed as it has to be.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from pytest_django import Settings

from spinelift.images import decode
from spinelift.web import workers
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.errors import StorageUnavailable
from spinelift.web.images import storage, sweeping
from spinelift.web.images.copies import LocalCopies
from spinelift.web.images.files import examine
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.images.services import add_image, delete_image
from spinelift.web.images.sweeping import FOLDERS, sweep_blobs, sweep_files, sweep_uploads
from spinelift.web.images.thumbnails import thumbnail_of
from spinelift.web.projects.services import create_project
from spinelift.web.settings.s3 import s3_storage

from ..s3_server import S3Server
from ..web.images.asking import Asker, body, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


def s3(server: S3Server, endpoint: str | None = None) -> dict[str, Any]:
    """A part of its bucket that is empty, as the setting that leads there."""
    environment = server.environment
    return s3_storage(
        bucket=server.bucket,
        endpoint=endpoint or environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        access_key=environment["AWS_ACCESS_KEY_ID"],
        secret_key=environment["AWS_SECRET_ACCESS_KEY"],
        location=secrets.token_hex(8),
    )


@pytest.fixture(params=["folder", "s3"], autouse=True)
def kind(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    """Which storage it is; each is empty."""
    name: str = request.param
    settings.LOCAL_COPIES = tmp_path / "copies"
    if name == "folder":
        settings.MEDIA_ROOT = tmp_path / "media"
    else:
        backend = s3(request.getfixturevalue("s3_server"))
        settings.STORAGES = {**settings.STORAGES, "default": backend}
    return name


@pytest.fixture(autouse=True, scope="module")
def _no_worker_is_left() -> Iterator[None]:
    yield
    workers.close()


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com")


@pytest.fixture
def image(alice: User) -> ProjectImage:
    project = create_project(actor=SYSTEM, owner=alice, name="Fox")
    return add_image(actor=SYSTEM, project=project, name="arm", upload=examined(picture()))


def examined(content: bytes) -> Any:
    return examine(io.BytesIO(content), "arm.png")


def listed() -> set[str]:
    """Every file that there is."""
    found = {f"staging/{name}" for name in storage.names_in("staging/")}
    for kind in ("blobs", "thumbnails"):
        for folder in FOLDERS:
            place = f"{kind}/{folder}/"
            found |= {f"{place}{name}" for name in storage.names_in(place)}
    return found


def test_what_is_saved_is_read_whole_and_takes_the_place_of_what_was_there() -> None:
    for content in (b"", b"first", secrets.token_bytes(3_000_000), b"last"):
        storage.save("blobs/ab/cd", io.BytesIO(content))
        assert storage.read("blobs/ab/cd") == content
        assert storage.size_of("blobs/ab/cd") == len(content)
    assert listed() == {"blobs/ab/cd"}


def test_what_was_never_saved_is_not_there(image: ProjectImage) -> None:
    storage.delete("blobs/ab/none")
    assert storage.size_of("blobs/ab/none") is None
    assert storage.written_at("blobs/ab/none") is None
    assert storage.read("blobs/ab/none") is None
    assert storage.names_in("none/") == []
    with pytest.raises(StorageUnavailable):
        storage.fetch("blobs/ab/none", io.BytesIO())
    with pytest.raises(StorageUnavailable), storage.local_file("blobs/ab/none"):
        pass
    assert listed() == {image.blob.key}


def test_time_of_writing_is_known(image: ProjectImage) -> None:
    written_at = storage.written_at(image.blob.key)
    assert written_at is not None
    assert abs(written_at.timestamp() - time.time()) < 60


def test_local_file_holds_the_bytes(image: ProjectImage) -> None:
    for _ in range(2):
        with storage.local_file(image.blob.key) as path:
            assert path.read_bytes() == picture()


def test_local_file_is_had_by_many_at_once(image: ProjectImage, settings: Settings) -> None:
    """And none of them sees it go, though there is room for none."""
    settings.LOCAL_COPIES_BYTES = 0

    def look(_: int) -> bytes:
        with storage.local_file(image.blob.key) as path:
            time.sleep(0.01)
            return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(40))) == {picture()}
    assert not settings.LOCAL_COPIES.exists() or not list(settings.LOCAL_COPIES.iterdir())


def test_thumbnail_is_made_once_and_kept(image: ProjectImage) -> None:
    made = thumbnail_of(image)
    assert decode(made).rgba.shape == (20, 30, 4)
    assert storage.read(image.blob.thumbnail_key) == made
    assert thumbnail_of(image) == made


def test_bytes_are_downloaded_as_a_file(image: ProjectImage, alice: User, kind: str) -> None:
    answer = Asker(alice).get(f"/images/{image.id}/content")
    if kind == "s3":
        assert answer.status_code == 302
        assert answer["Cache-Control"] == "no-store"
        found = httpx.get(answer["Location"])
        assert found.status_code == 200
        headers, content = dict(found.headers), found.content
    else:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        content = body(answer)
    assert content == picture()
    assert headers["content-type"] == "image/png"
    assert headers["content-disposition"] == 'attachment; filename="arm.png"'


def put(alice: User, begun: dict[str, Any], content: bytes, kind: str) -> int:
    """As a client does, which knows no storages: a path is one of the server that it asked."""
    assert begun["url"].startswith("/") == (kind == "folder")
    if kind == "folder":
        path = begun["url"].removeprefix("/api/v1")
        return int(Asker(alice).ask("PUT", path, content).status_code)
    return httpx.put(begun["url"], content=content, headers=begun["headers"]).status_code


def test_large_file_is_put_where_it_is_said_and_completed(alice: User, kind: str) -> None:
    content = picture(9, width=2_000, height=1_000)
    asker = Asker(alice)
    begun = asker.ask("POST", "/uploads", {"size": len(content)}).json()

    assert put(alice, begun, content, kind) in {200, 204}
    done = asker.ask("POST", f"/uploads/{begun['id']}/complete")

    sha256 = hashlib.sha256(content).hexdigest()
    assert (done.json()["sha256"], done.json()["width"]) == (sha256, 2_000)
    assert listed() == {Blob(sha256=sha256).key}
    assert asker.ask("HEAD", f"/blobs/{sha256}").status_code == 200


def test_other_size_than_was_said_is_never_kept(alice: User, kind: str) -> None:
    asker = Asker(alice)
    begun = asker.ask("POST", "/uploads", {"size": len(picture()) + 1}).json()
    begun["headers"] = {}
    put(alice, begun, picture(), kind)
    done = asker.ask("POST", f"/uploads/{begun['id']}/complete")
    assert done.status_code in {409, 422}
    sweep_uploads()
    assert not Blob.objects.exists()


def test_address_opens_one_place_alone(alice: User, image: ProjectImage, kind: str) -> None:
    if kind == "folder":
        return  # there it is one of ours, and asks who it is
    begun = Asker(alice).ask("POST", "/uploads", {"size": 7}).json()
    other = begun["url"].replace(f"staging/{begun['id']}", image.blob.key)
    assert httpx.put(other, content=b"nothing").status_code == 403
    assert storage.read(image.blob.key) == picture()


def test_what_nobody_needs_is_swept(image: ProjectImage, monkeypatch: pytest.MonkeyPatch) -> None:
    thumbnail_of(image)
    storage.save("staging/half", io.BytesIO(b"half"))
    storage.save(f"blobs/ab/{'ab' * 32}", io.BytesIO(b"orphan"))
    assert sweep_files(FOLDERS) == 0
    monkeypatch.setattr(sweeping, "_is_old", lambda _: True)
    assert sweep_files(FOLDERS) == 2
    assert listed() == {image.blob.key, image.blob.thumbnail_key}

    delete_image(actor=SYSTEM, image=image)
    sweep_blobs()
    Blob.objects.update(unused_since="2000-01-01T00:00:00Z")
    assert sweep_blobs() == 1
    assert listed() == set()


# The copies


def test_copies_that_were_used_last_stay(tmp_path: Path) -> None:
    copies = LocalCopies(tmp_path / "copies", maximum_bytes=25)
    fetched = []

    def use(name: str) -> None:
        def fetch(target: Any) -> None:
            fetched.append(name)
            target.write(b"x" * 10)

        with copies.copy(name, fetch) as path:
            assert path.stat().st_size == 10
        time.sleep(0.01)

    for name in ("a", "b", "a", "c", "a", "b"):
        use(name)

    assert fetched == ["a", "b", "c", "b"]
    assert {path.name for path in copies.folder.iterdir()} == {"a", "b"}
    assert copies.folder.stat().st_mode & 0o777 == 0o700


def test_copy_that_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    copies = LocalCopies(tmp_path / "copies", maximum_bytes=25)

    def fail(target: Any) -> None:
        target.write(b"half")
        raise StorageUnavailable("gone")

    with pytest.raises(StorageUnavailable), copies.copy("a", fail):
        pass
    assert list(copies.folder.iterdir()) == []


def test_links_of_the_dead_go_after_a_day(tmp_path: Path) -> None:
    copies = LocalCopies(tmp_path / "copies", maximum_bytes=25)
    copies.folder.mkdir()
    for name, age in (("dead.use", 2 * 24 * 60 * 60), ("alive.use", 60)):
        path = copies.folder / name
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    copies.trim()
    assert [path.name for path in copies.folder.iterdir()] == ["alive.use"]


# Faults


def test_pages_of_the_site_alone_may_put_and_fetch(
    kind: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there was no bucket too, and done again."""
    settings.PUBLIC_URL = "https://meshes.example.com/"
    if kind == "s3":
        name = f"new-{secrets.token_hex(8)}"
        options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": name}
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {**settings.STORAGES["default"], "OPTIONS": options},
        }
    for _ in range(2):
        call_command("set_up_bucket")
    said = capsys.readouterr().out
    assert ("from https://meshes.example.com." in said) == (kind == "s3")
    assert ("nothing to set up" in said) == (kind == "folder")
    if kind == "s3":
        target = storage.upload_url("staging/file", size=1, seconds=60)
        assert target is not None
        for origin, allowed in (("https://meshes.example.com", True), ("https://other.org", False)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
            answer = httpx.options(target, headers=asked)
            assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == allowed


def test_s3_that_is_gone_is_told(s3_server: S3Server, settings: Settings, alice: User) -> None:
    backend = s3(s3_server, "http://127.0.0.1:1")
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    project = create_project(actor=SYSTEM, owner=alice, name="Fox")
    for call in (
        lambda: add_image(actor=SYSTEM, project=project, name="a", upload=examined(picture())),
        lambda: storage.read("blobs/ab/cd"),
        lambda: storage.delete("blobs/ab/cd"),
        lambda: storage.names_in("blobs/ab/"),
        lambda: storage.fetch("blobs/ab/cd", io.BytesIO()),
    ):
        with pytest.raises(StorageUnavailable):
            call()
    assert not Blob.objects.exists()
