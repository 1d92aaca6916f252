"""Images: looked at before they are kept, kept once, and nothing lost on the way."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from spinelift.mesh.errors import ImageTooLarge, ImageUnreadable
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.audit.models import AuditEntry
from spinelift.web.audit.services import faults
from spinelift.web.errors import NameRefused, NotFound, StorageUnavailable
from spinelift.web.images.files import ImageFile, examine
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.images.services import (
    NameTaken,
    add_image,
    delete_image,
    rename_image,
    replace_image,
)
from spinelift.web.images.sweeping import sweep_blobs
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project, delete_project

from .asking import files, picture


def upload(shade: int = 255) -> ImageFile:
    return examine(io.BytesIO(picture(shade)), "arm.png")


@pytest.fixture
def image(project: Project) -> ProjectImage:
    return add_image(actor=SYSTEM, project=project, name="arm", upload=upload())


def test_image_is_measured_and_kept(image: ProjectImage, media: Path) -> None:
    blob = image.blob
    assert (blob.format, blob.width, blob.height, blob.size) == ("PNG", 30, 20, len(picture()))
    assert [path.read_bytes() for path in files(media)] == [picture()]
    entry = AuditEntry.objects.get(action="image.added")
    assert entry.after == {"name": "arm", "sha256": blob.sha256}


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", picture()[:20]])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(ImageUnreadable):
        examine(io.BytesIO(content), "arm.png")


def test_image_that_claims_to_be_huge_is_refused() -> None:
    head = picture()[:16] + (70_000).to_bytes(4, "big") * 2 + picture()[24:]
    with pytest.raises((ImageTooLarge, ImageUnreadable)):
        examine(io.BytesIO(head), "arm.png")


def test_same_bytes_are_kept_once(image: ProjectImage, alice: User, media: Path) -> None:
    other = create_project(actor=SYSTEM, owner=alice, name="Wolf")
    again = add_image(actor=SYSTEM, project=other, name="leg", upload=upload())
    assert again.blob == image.blob
    assert len(files(media)) == 1


def test_name_is_one_images(image: ProjectImage) -> None:
    with pytest.raises(NameTaken):
        add_image(actor=SYSTEM, project=image.project, name=" arm ", upload=upload(7))
    other = add_image(actor=SYSTEM, project=image.project, name="leg", upload=upload(7))
    with pytest.raises(NameTaken):
        rename_image(actor=SYSTEM, image=other, name="arm")
    with pytest.raises(NameRefused):
        rename_image(actor=SYSTEM, image=other, name="")
    assert rename_image(actor=SYSTEM, image=other, name="foot").name == "foot"


def test_replaced_image_has_other_bytes_and_both_are_remembered(image: ProjectImage) -> None:
    before = image.blob
    replaced = replace_image(actor=SYSTEM, image=image, upload=upload(7))
    assert replaced.blob != before
    entry = AuditEntry.objects.get(action="image.replaced")
    assert (entry.before["sha256"], entry.after["sha256"]) == (before.sha256, replaced.blob_id)
    replace_image(actor=SYSTEM, image=replaced, upload=upload(7))
    assert AuditEntry.objects.filter(action="image.replaced").count() == 1


def test_image_that_is_gone_cannot_be_changed(image: ProjectImage) -> None:
    ProjectImage.objects.filter(id=image.id).delete()
    for attempt in (
        lambda: rename_image(actor=SYSTEM, image=image, name="leg"),
        lambda: replace_image(actor=SYSTEM, image=image, upload=upload(7)),
        lambda: delete_image(actor=SYSTEM, image=image),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_images_and_blobs_are_seen_by_members_alone(
    image: ProjectImage, alice: User, bob: User, val: User, charlie: User
) -> None:
    for user in (alice, bob, val):
        assert list(ProjectImage.objects.visible_to(user)) == [image]
        assert list(Blob.objects.visible_to(user)) == [image.blob]
    assert not ProjectImage.objects.visible_to(charlie).exists()
    assert not Blob.objects.visible_to(charlie).exists()


def a_day_passes() -> None:
    for blob in Blob.objects.exclude(unused_since=None):
        assert blob.unused_since is not None
        blob.unused_since -= timedelta(days=1, seconds=1)
        blob.save()


def test_deleted_bytes_stay_for_a_day(image: ProjectImage, media: Path) -> None:
    assert sweep_blobs() == 0
    a_day_passes()
    delete_image(actor=SYSTEM, image=image)
    assert sweep_blobs() == 0
    assert sweep_blobs() == 0
    assert len(files(media)) == 1
    a_day_passes()
    assert sweep_blobs() == 1
    assert files(media) == []
    assert not Blob.objects.exists()


def test_bytes_of_a_deleted_project_are_swept(image: ProjectImage, media: Path) -> None:
    delete_project(actor=SYSTEM, project=image.project)
    sweep_blobs()
    a_day_passes()
    assert sweep_blobs() == 1
    assert files(media) == []


def test_bytes_that_are_used_again_have_their_day_anew(image: ProjectImage, media: Path) -> None:
    delete_image(actor=SYSTEM, image=image)
    sweep_blobs()
    a_day_passes()
    again = add_image(actor=SYSTEM, project=image.project, name="arm", upload=upload())
    assert sweep_blobs() == 0
    delete_image(actor=SYSTEM, image=again)
    assert sweep_blobs() == 0
    assert len(files(media)) == 1


def test_sweep_that_failed_is_done_again(image: ProjectImage, monkeypatch: Any) -> None:
    delete_image(actor=SYSTEM, image=image)
    sweep_blobs()
    a_day_passes()

    def fail(name: str) -> None:
        raise OSError(name)

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", fail)
        with pytest.raises(StorageUnavailable):
            sweep_blobs()
    assert Blob.objects.count() == 1
    assert sweep_blobs() == 1


def test_image_that_cannot_be_added_leaves_nothing(project: Project, media: Path) -> None:
    with pytest.raises(NameRefused):
        add_image(actor=SYSTEM, project=project, name="", upload=upload())
    assert not Blob.objects.exists()
    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_same_bytes_uploaded_at_once_are_kept_once(media: Path) -> None:
    owner = User.objects.create_user("alice@example.com")
    projects = [create_project(actor=SYSTEM, owner=owner, name=f"Fox {n}") for n in range(8)]

    def add(project: Project) -> None:
        try:
            add_image(actor=SYSTEM, project=project, name="arm", upload=upload())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(projects)) as pool:
        list(pool.map(add, projects))

    assert ProjectImage.objects.count() == len(projects)
    assert [path.read_bytes() for path in files(media)] == [picture()]
    assert list(faults()) == []
