"""What goes wrong beneath, and what happens at once: nothing is half-kept, and nothing is a bug."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from spinelift.contract.problems import GenerationFailed, Overloaded
from spinelift.web import workers
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.services import faults
from spinelift.web.errors import QuotaExceeded
from spinelift.web.images.files import examine
from spinelift.web.images.models import Blob, ProjectImage, Upload
from spinelift.web.images.services import add_image, keep_blob
from spinelift.web.limits import UserLimits
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project

from ...engine.labours import Labour, labour
from ..conftest import error
from .asking import Asker, archive, files, picture

AT_ONCE = 20


class FullStorage(FileSystemStorage):
    """Takes the first half of a file."""

    def _save(self, name: str, content: Any) -> str:
        half = io.BytesIO(content.read()[:50])
        super()._save(name, type(content)(half))  # type: ignore[misc]  # its types leave it out
        raise OSError(28, "No space left on device")


class DeadStorage(FileSystemStorage):
    """Does nothing."""

    def _fail(self, *_: object, **__: object) -> Any:
        raise OSError(5, "Input/output error")

    _save = exists = size = _open = listdir = _fail


def use(settings: Any, storage: type, folder: Path) -> None:
    backend = {"BACKEND": f"{__name__}.{storage.__name__}", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


@pytest.mark.parametrize("storage", [FullStorage, DeadStorage])
def test_storage_that_takes_nothing_is_told_and_nothing_is_half_kept(
    editor: Asker, project: Project, settings: Any, media: Path, storage: type
) -> None:
    image_id = editor.add(project)
    begun = editor.ask("POST", "/uploads", {"size": len(picture(1))}).json()["id"]
    use(settings, storage, media)
    sha256 = hashlib.sha256(picture(1)).hexdigest()

    answers = [
        editor.send(project, {"a.png": picture(1), "b.png": picture(2)}),
        editor.send(project, {"a.zip": archive({"a.png": picture(1)})}),
        editor.ask("PUT", f"/images/{image_id}/content", picture(1)),
        editor.ask("PUT", f"/blobs/{sha256}", picture(1)),
        editor.ask("PUT", f"/uploads/{begun}", picture(1)),
        editor.get(f"/images/{image_id}/thumbnail"),
    ]

    assert [error(answer) for answer in answers] == [(503, "STORAGE_UNAVAILABLE")] * len(answers)
    assert all(answer["Retry-After"] for answer in answers)
    assert [blob.sha256 for blob in Blob.objects.all()] == [hashlib.sha256(picture()).hexdigest()]
    assert [path.read_bytes() for path in files(media)] == [picture()]
    assert ProjectImage.objects.count() == 1
    assert not Upload.objects.exclude(id=begun).exists()


def test_file_that_was_lost_is_told_and_comes_back_when_it_is_sent_again(
    editor: Asker, project: Project, media: Path
) -> None:
    image_id = editor.add(project)
    (kept,) = files(media)
    kept.unlink()
    for what in ("content", "thumbnail"):
        answer = editor.get(f"/images/{image_id}/{what}")
        assert error(answer) == (503, "STORAGE_UNAVAILABLE")
    kept.write_bytes(picture()[:50])  # as after a crash of the machine

    editor.add(project, "leg")

    assert kept.read_bytes() == picture()


# At once


@contextlib.contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_same_bytes_sent_at_once_are_kept_once(media: Path) -> None:
    owner = User.objects.create_user("alice@example.com")
    project = create_project(actor=SYSTEM, owner=owner, name="Fox")
    asker = Asker(owner)

    def send(number: int) -> int:
        with own_connection():
            if number % 2:
                sha256 = hashlib.sha256(picture()).hexdigest()
                return int(asker.ask("PUT", f"/blobs/{sha256}", picture()).status_code)
            return int(asker.send(project, {f"{number}.png": picture()}).status_code)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(send, range(AT_ONCE)))

    assert sorted(statuses) == [200] * 10 + [201] * 10
    assert ProjectImage.objects.count() == 10
    assert [path.read_bytes() for path in files(media)] == [picture()]
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
def test_same_name_sent_at_once_is_one_image() -> None:
    owner = User.objects.create_user("alice@example.com")
    project = create_project(actor=SYSTEM, owner=owner, name="Fox")
    asker = Asker(owner)

    def send(shade: int) -> int:
        with own_connection():
            return int(asker.send(project, {"arm.png": picture(shade)}).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(8)))

    assert sorted(statuses) == [201] + [409] * 7
    assert ProjectImage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_room_cannot_be_outrun_by_sending_to_several_projects(settings: Any) -> None:
    owner = User.objects.create_user("alice@example.com")
    projects = [create_project(actor=SYSTEM, owner=owner, name=f"Fox {n}") for n in range(8)]
    settings.LIMITS = UserLimits(images=3, image_bytes=4 * len(picture()))

    def add(number: int) -> str:
        with own_connection():
            file = examine(io.BytesIO(picture(number)), "arm.png")
            try:
                add_image(actor=SYSTEM, project=projects[number], name="arm", upload=file)
                keep_blob(actor=SYSTEM, user=owner, upload=file)
            except QuotaExceeded:
                return "refused"
            return "kept"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))

    assert ProjectImage.objects.count() <= 3
    kept = [image.blob.size for image in ProjectImage.objects.select_related("blob")]
    assert sum(kept) + sum(Upload.objects.values_list("size", flat=True)) <= 4 * len(picture())


# Workers


def test_overload_is_told_with_when_to_come_again(
    editor: Asker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_id = editor.add(project)

    def refuse(*_: object) -> None:
        raise Overloaded("There is as much to do as can be taken on: try again soon.")

    monkeypatch.setattr(workers.interactive(), "submit", refuse)
    answer = editor.get(f"/images/{image_id}/thumbnail")
    assert error(answer) == (503, "OVERLOADED")
    assert int(answer["Retry-After"]) > 0
    monkeypatch.undo()


def test_runner_is_one_and_made_anew_after_its_end() -> None:
    first = workers.interactive()
    assert workers.interactive() is first
    workers.close()
    workers.close()
    assert workers.interactive() is not first


@pytest.mark.parametrize(
    ("deed", "code"), [("crash", "WORKER_CRASHED"), ("eat", "OUT_OF_MEMORY"), ("break", "INTERNAL")]
)
def test_peril_of_a_worker_is_one_clear_error_and_the_next_is_done(deed: str, code: str) -> None:
    with pytest.raises(GenerationFailed) as found:
        workers.done(labour, Labour(deed, str(2**40)))
    assert found.value.code == code
    assert workers.done(labour, Labour("echo", "done")) == "done"


def test_who_waits_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WAIT_SECONDS", 0.2)
    with pytest.raises(Overloaded):
        workers.done(labour, Labour("hang"))
    monkeypatch.undo()
    assert workers.done(labour, Labour("echo", "done")) == "done"


# Whatever is sent


def sample() -> st.SearchStrategy[bytes]:
    sound = st.sampled_from([picture(), archive({"a.png": picture(), "b": b"no"}), b"GIF89a"])
    cut = st.builds(lambda content, end: content[:end], sound, st.integers(0, 200))
    damaged = st.builds(
        lambda content, place, part: content[:place] + part + content[place + len(part) :],
        sound,
        st.integers(0, 150),
        st.binary(max_size=20),
    )
    return sound | cut | damaged | st.binary(max_size=200)


@given(content=sample(), name=st.text(max_size=20), replace=st.booleans())
@example(content=b"", name="a", replace=False)
@example(content=b"PK\x05\x06" + b"\0" * 18, name="a.zip", replace=False)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_is_an_image_or_a_clear_error(
    editor: Asker, project: Project, media: Path, content: bytes, name: str, replace: bool
) -> None:
    answer = editor.send(project, {f"x{name}": content}, **({"replace": "true"} if replace else {}))
    if answer.status_code != 201:
        assert answer.status_code < 500
        assert error(answer)[1]
    for blob in Blob.objects.all():
        kept = (media / blob.key).read_bytes()
        assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (blob.sha256, blob.size)
    assert len(files(media)) == Blob.objects.count()
