"""Bytes that are sent by their hash or in three steps, and whose they are until they are images."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import ACCOUNTS
from spinelift.web.images.models import Blob, ProjectImage, Upload
from spinelift.web.images.sweeping import sweep_blobs, sweep_uploads
from spinelift.web.limits import UserLimits
from spinelift.web.projects.models import Project

from ..conftest import error
from .asking import Asker, files, picture


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(asker: Asker, content: bytes, said: str | None = None, **environ: Any) -> Any:
    return asker.ask("PUT", f"/blobs/{said or sha256(content)}", content, **environ)


def is_seen(asker: Asker, content: bytes) -> bool:
    answer = asker.ask("HEAD", f"/blobs/{sha256(content)}")
    assert answer.status_code in {200, 404}
    return bool(answer.status_code == 200)


def a_day_passes() -> None:
    passed = timedelta(days=1, seconds=1)
    for upload in Upload.objects.all():
        upload.expires_at -= passed
        upload.save()
    for blob in Blob.objects.exclude(unused_since=None):
        assert blob.unused_since is not None
        blob.unused_since -= passed
        blob.save()


def test_bytes_are_measured_and_their_senders(stranger: Asker, editor: Asker) -> None:
    answer = put(stranger, picture())

    assert answer.json() == {
        "sha256": sha256(picture()),
        "size": len(picture()),
        "format": "PNG",
        "width": 30,
        "height": 20,
    }
    assert (is_seen(stranger, picture()), is_seen(editor, picture())) == (True, False)


def test_bytes_of_an_image_are_seen_by_members_alone(
    editor: Asker, viewer: Asker, stranger: Asker, project: Project
) -> None:
    editor.add(project)
    assert (is_seen(viewer, picture()), is_seen(stranger, picture())) == (True, False)


def test_bytes_of_others_cannot_become_an_image(
    editor: Asker, stranger: Asker, project: Project
) -> None:
    """Not even for who knows their hash."""
    put(stranger, picture())
    wanted = {"name": "arm", "sha256": sha256(picture())}
    answer = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)
    assert error(answer) == (404, "NOT_FOUND")


def test_sent_bytes_become_an_image_and_no_upload_is_left(editor: Asker, project: Project) -> None:
    put(editor, picture())
    put(editor, picture())
    assert Upload.objects.count() == 1
    wanted = {"name": "arm", "sha256": sha256(picture())}
    assert editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted).status_code == 201
    assert not Upload.objects.exists()
    assert is_seen(editor, picture())


def test_wrong_hash_keeps_nothing(editor: Asker, media: Path) -> None:
    assert error(put(editor, picture(), sha256(b"other"))) == (422, "HASH_MISMATCH")
    assert error(put(editor, picture(), "X" * 64)) == (422, "REQUEST_UNREADABLE")
    assert error(put(editor, b"no image")) == (422, "IMAGE_UNREADABLE")
    assert (Blob.objects.count(), files(media)) == (0, [])


@pytest.mark.parametrize("place", ["blobs/{sha256}", "images/{image}/content", "uploads/{upload}"])
def test_body_that_ends_too_soon_keeps_nothing(
    editor: Asker, project: Project, media: Path, place: str
) -> None:
    image = editor.add(project, "arm", picture(1))
    upload = editor.ask("POST", "/uploads", {"size": len(picture())}).json()["id"]
    where = "/" + place.format(sha256=sha256(picture()), image=image, upload=upload)

    half = {"wsgi.input": io.BytesIO(picture()[:-10]), "CONTENT_LENGTH": str(len(picture()))}
    answer = editor.ask("PUT", where, picture(), **half)

    assert error(answer) == (400, "UPLOAD_INTERRUPTED")
    assert [path.name for path in files(media)] == [sha256(picture(1))]
    assert ProjectImage.objects.get().blob_id == sha256(picture(1))


def test_connection_that_breaks_keeps_nothing(editor: Asker, media: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:  # noqa: ARG002
            raise OSError("reset")

    broken: dict[str, Any] = {"wsgi.input": Broken()}
    answer = put(editor, picture(), **broken)
    assert error(answer) == (400, "UPLOAD_INTERRUPTED")
    assert files(media) == []


def test_body_that_says_to_be_too_large_is_not_read(editor: Asker) -> None:
    answer = put(editor, picture(), CONTENT_LENGTH=str(256 * 2**20 + 1))
    assert error(answer) == (413, "IMAGE_TOO_LARGE")


def test_bytes_without_an_image_are_their_senders_for_a_day(editor: Asker, media: Path) -> None:
    put(editor, picture())
    sweep_uploads()
    sweep_blobs()
    a_day_passes()

    assert not is_seen(editor, picture())
    assert sweep_uploads() == 1
    assert sweep_blobs() == 0
    a_day_passes()
    assert sweep_blobs() == 1
    assert (Blob.objects.count(), files(media)) == (0, [])


def test_room_for_uploads_is_that_for_images(editor: Asker, settings: Any) -> None:
    settings.LIMITS = UserLimits(image_bytes=2 * len(picture()))
    assert put(editor, picture(1)).status_code == 200
    begun = editor.ask("POST", "/uploads", {"size": len(picture())})
    assert begun.status_code == 201
    assert error(put(editor, picture(2))) == (413, "QUOTA_EXCEEDED")
    assert error(editor.ask("POST", "/uploads", {"size": 1_000})) == (413, "QUOTA_EXCEEDED")


# In three steps


def begin(asker: Asker, size: int) -> Any:
    answer = asker.ask("POST", "/uploads", {"size": size})
    assert answer.status_code == 201
    return answer.json()


def test_file_is_sent_in_three_steps(editor: Asker, project: Project, media: Path) -> None:
    begun = begin(editor, len(picture()))
    assert begun["method"] == "PUT"
    assert begun["headers"] == {"Content-Length": str(len(picture()))}

    sent = editor.ask("PUT", begun["url"].removeprefix("/api/v1"), picture())
    done = editor.ask("POST", f"/uploads/{begun['id']}/complete")
    again = editor.ask("POST", f"/uploads/{begun['id']}/complete")

    assert sent.status_code == 204
    assert done.json()["sha256"] == sha256(picture())
    assert again.json() == done.json()
    assert [path.name for path in files(media)] == [sha256(picture())]
    wanted = {"name": "arm", "sha256": sha256(picture())}
    made = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)
    assert made.status_code == 201


def test_audit_says_who_sent_which_bytes(editor: Asker, bob: User) -> None:
    put(editor, picture(1))
    begun = begin(editor, len(picture()))
    editor.ask("PUT", f"/uploads/{begun['id']}", picture())
    for _ in range(2):
        editor.ask("POST", f"/uploads/{begun['id']}/complete")

    entries = AuditEntry.objects.filter(actor_id=bob.id, chain=ACCOUNTS).order_by("id")
    assert [(entry.action, entry.subject, entry.after) for entry in entries] == [
        ("blob.put", f"blob/{sha256(picture(1))}", {"size": len(picture(1))}),
        (
            "upload.completed",
            f"upload/{begun['id']}",
            {"sha256": sha256(picture()), "size": len(picture())},
        ),
    ]


def test_refused_bytes_are_no_deed(editor: Asker, bob: User) -> None:
    put(editor, b"no image")
    put(editor, picture(), sha256(b"other"))
    begun = begin(editor, 7)
    editor.ask("PUT", f"/uploads/{begun['id']}", b"nothing")
    editor.ask("POST", f"/uploads/{begun['id']}/complete")
    assert not AuditEntry.objects.filter(actor_id=bob.id).exists()


def test_what_has_not_come_cannot_be_completed(editor: Asker) -> None:
    begun = begin(editor, 7)
    answer = editor.ask("POST", f"/uploads/{begun['id']}/complete")
    assert error(answer) == (409, "UPLOAD_UNFINISHED")


def test_other_size_than_was_said_is_refused(editor: Asker, media: Path) -> None:
    begun = begin(editor, len(picture()) + 1)
    answer = editor.ask("PUT", f"/uploads/{begun['id']}", picture())
    assert error(answer) == (422, "SIZE_MISMATCH")
    assert files(media) == []
    assert error(editor.ask("POST", "/uploads", {"size": 0})) == (422, "REQUEST_UNREADABLE")
    huge = editor.ask("POST", "/uploads", {"size": 256 * 2**20 + 1})
    assert error(huge) == (413, "IMAGE_TOO_LARGE")


def test_what_is_no_image_is_not_kept(editor: Asker, media: Path) -> None:
    begun = begin(editor, 7)
    editor.ask("PUT", f"/uploads/{begun['id']}", b"nothing")
    done = editor.ask("POST", f"/uploads/{begun['id']}/complete")
    assert error(done) == (422, "IMAGE_UNREADABLE")
    assert (Upload.objects.count(), files(media)) == (0, [])


def test_uploads_are_their_senders_alone(editor: Asker, viewer: Asker) -> None:
    begun = begin(editor, 7)
    for upload in (begun["id"], str(uuid.uuid4())):
        for method, path in (("PUT", ""), ("POST", "/complete")):
            answer = viewer.ask(method, f"/uploads/{upload}{path}", b"nothing")
            assert error(answer) == (404, "NOT_FOUND")


def test_upload_that_nobody_completes_goes_with_what_has_come(editor: Asker, media: Path) -> None:
    begun = begin(editor, 7)
    editor.ask("PUT", f"/uploads/{begun['id']}", b"nothing")
    assert (sweep_uploads(), len(files(media))) == (0, 1)

    Upload.objects.update(expires_at=timezone.now())

    answer = editor.ask("POST", f"/uploads/{begun['id']}/complete")
    assert error(answer) == (404, "NOT_FOUND")
    assert (sweep_uploads(), files(media)) == (1, [])


def test_uploads_of_a_deleted_user_are_swept(charlie: User, stranger: Asker, media: Path) -> None:
    put(stranger, picture())
    charlie.delete()
    sweep_blobs()
    a_day_passes()
    assert sweep_blobs() == 1
    assert files(media) == []
