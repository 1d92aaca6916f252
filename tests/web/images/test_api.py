"""Images over HTTP: made, listed, shown, changed and deleted."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from spinelift.images import ImageLimits, decode
from spinelift.web.accounts.models import Scope, User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.images import files as web_files
from spinelift.web.images.models import Blob, ProjectImage
from spinelift.web.limits import UserLimits
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import archive_project

from ...image_files import bmp, gif, tiff
from ..conftest import actor_of, error
from .asking import Asker, archive, body, files, picture


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Making


def test_file_becomes_an_image(editor: Asker, project: Project) -> None:
    content = picture()

    answer = editor.send(project, {"left arm.png": content})

    assert answer.status_code == 201
    (image,) = answer.json()["images"]
    assert answer.json()["refused"] == []
    assert (image["name"], image["sha256"]) == ("left arm", sha256(content))
    assert (image["format"], image["width"], image["height"]) == ("PNG", 30, 20)
    assert (image["size"], image["project_id"]) == (len(content), str(project.id))
    assert editor.get(f"/images/{image['id']}").json() == image


def test_bad_file_does_not_stop_the_others(editor: Asker, project: Project) -> None:
    sent = {"a.png": picture(1), "b.png": b"<svg/>", "a.bmp": picture(2), "c:d.png": picture(3)}

    answer = editor.send(project, {**sent, "e.png": picture(4)})

    assert answer.status_code == 201
    assert [image["name"] for image in answer.json()["images"]] == ["a", "e"]
    refused = {one["name"]: one["error"]["code"] for one in answer.json()["refused"]}
    assert refused == {
        "b.png": "IMAGE_UNREADABLE",
        "a.bmp": "NAME_TAKEN",
        "c:d.png": "NAME_REFUSED",
    }


def test_nothing_of_use_is_told_file_by_file(editor: Asker, project: Project, media: Path) -> None:
    answer = editor.send(project, {"a.png": b"nothing", "c:d.png": picture()})

    assert error(answer) == (422, "NOTHING_ADDED")
    refused = answer.json()["error"]["details"]["refused"]
    assert [one["name"] for one in refused] == ["a.png", "c:d.png"]
    assert all(set(one["error"]) == {"code", "message"} for one in refused)
    message = answer.json()["error"]["message"]
    assert message.startswith("None of the 2 files could be added. a.png ")
    assert all(one["error"]["message"] in message for one in refused)
    assert files(media) == []


def test_what_is_wrong_with_all_files_is_the_answer(
    editor: Asker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_files, "DEFAULT_LIMITS", ImageLimits(max_bytes=50))
    large = {f"{number}.png": picture(number) for number in range(9)}

    one = editor.send(project, {"a.png": picture()})
    several = editor.send(project, large)

    assert error(one) == error(several) == (413, "IMAGE_TOO_LARGE")
    problem = one.json()["error"]
    assert problem["message"] == problem["details"]["refused"][0]["error"]["message"]
    problem = several.json()["error"]
    assert [each["name"] for each in problem["details"]["refused"]] == list(large)
    assert problem["message"].startswith("None of the 9 files could be added. 0.png ")
    assert problem["message"].endswith(" And 6 more.")


def test_files_of_folders_are_called_as_their_paths(editor: Asker, project: Project) -> None:
    sent = {"a.png": picture(), "b.png": picture(), "all.zip": archive({"c/d.png": picture()})}
    paths = ["left/脚.png", "right/脚.png", "any/all.zip"]
    answer = editor.send(project, sent, paths)
    assert answer.status_code == 201
    names = [image["name"] for image in answer.json()["images"]]
    assert names == ["left/脚", "right/脚", "c/d"]


@pytest.mark.parametrize("path", ["../leg.png", "/leg.png", "a//leg.png", "C:\\leg.png", ""])
def test_path_that_leads_elsewhere_is_refused(editor: Asker, project: Project, path: str) -> None:
    answer = editor.send(project, {"leg.png": picture(), "arm.png": picture()}, [path, "arm.png"])
    assert [image["name"] for image in answer.json()["images"]] == ["arm"]
    (refused,) = answer.json()["refused"]
    assert (refused["name"], refused["error"]["code"]) == (path, "NAME_REFUSED")


def test_each_file_has_a_path_or_none_has(editor: Asker, project: Project) -> None:
    answer = editor.send(project, {"a.png": picture(), "b.png": picture()}, ["a.png"])
    assert error(answer) == (422, "REQUEST_UNREADABLE")


def test_form_without_files_is_refused(editor: Asker, project: Project) -> None:
    assert error(editor.send(project, {})) == (422, "REQUEST_UNREADABLE")


@pytest.mark.parametrize("name", ["ärm", "ÄRM", "A\u0308rm"])
def test_same_name_is_refused_or_replaced_as_was_asked(
    editor: Asker, project: Project, name: str
) -> None:
    """Also where its case is another: it would be the same file of a download."""
    image_id = editor.add(project, "ärm", picture(1))

    assert error(editor.send(project, {f"{name}.png": picture(2)})) == (409, "NAME_TAKEN")
    answer = editor.send(
        project, {f"{name}.png": picture(2), "leg.png": picture(3)}, replace="true"
    )

    assert answer.status_code == 201
    arm, leg = answer.json()["images"]
    assert (arm["id"], arm["sha256"], leg["name"]) == (image_id, sha256(picture(2)), "leg")
    assert arm["name"] == "ärm"
    assert AuditEntry.objects.filter(action="image.replaced").count() == 1


def test_image_is_made_of_bytes_that_are_there(editor: Asker, project: Project) -> None:
    editor.add(project)

    wanted = {"name": "body/leg", "sha256": sha256(picture())}
    answer = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)

    assert answer.status_code == 201
    assert answer.json()["name"] == "body/leg"
    assert Blob.objects.count() == 1
    again = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)
    assert error(again) == (409, "NAME_TAKEN")


@pytest.mark.parametrize(
    "name",
    ["", "../x", "/x", "a//b", "a\\b", "C:x", "a\nb", "x" * 201, "a\u202eb", "a/../b", "a/"],
)
def test_name_that_spine_cannot_hold_is_refused(editor: Asker, project: Project, name: str) -> None:
    image_id = editor.add(project)
    wanted = {"name": name, "sha256": sha256(picture())}

    made = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)
    changed = editor.ask("PATCH", f"/images/{image_id}", {"name": name})

    assert error(made) == error(changed) == (422, "NAME_REFUSED")


@pytest.mark.parametrize("letter", '<>:"|?*')
def test_letter_that_no_file_of_windows_has_is_refused(
    editor: Asker, project: Project, letter: str
) -> None:
    answer = editor.send(project, {f"a{letter}b.png": picture(1), "leg.png": picture(2)})

    assert [image["name"] for image in answer.json()["images"]] == ["leg"]
    (refused,) = answer.json()["refused"]
    assert refused["error"]["code"] == "NAME_REFUSED"


@pytest.mark.parametrize(
    "name", ["con", "NUL", "Com1.left", "aux .x", "lpt\xb2", "prn/arm", "a./arm", "a /arm", "arm."]
)
def test_name_that_windows_has_no_file_for_is_refused(
    editor: Asker, project: Project, name: str
) -> None:
    image_id = editor.add(project)
    packed = archive({f"{name}.png": picture(1), "body/console.png": picture(2)})

    sent = editor.send(project, {"hero.zip": packed})
    changed = editor.ask("PATCH", f"/images/{image_id}", {"name": name})

    assert [image["name"] for image in sent.json()["images"]] == ["body/console"]
    assert error(changed) == (422, "NAME_REFUSED")
    (refused,) = sent.json()["refused"]
    assert refused["error"] == {
        "code": "NAME_REFUSED",
        "message": changed.json()["error"]["message"],
    }
    assert "Windows" in refused["error"]["message"]


def test_archived_project_still_takes_images(editor: Asker, project: Project, alice: User) -> None:
    archive_project(actor=actor_of(alice), project=project)
    assert editor.get(f"/images/{editor.add(project)}").status_code == 200


# Looking


def test_images_are_listed_in_the_order_in_which_they_came(
    editor: Asker, viewer: Asker, project: Project
) -> None:
    for number, name in enumerate(("leg", "arm", "Left Arm")):
        editor.add(project, name, picture(number))

    where = f"/projects/{project.id}/images"
    listed = viewer.get(where).json()
    assert listed["count"] == 3
    assert [image["name"] for image in listed["items"]] == ["leg", "arm", "Left Arm"]
    assert [image["name"] for image in viewer.get(where, name="arm").json()["items"]] == [
        "arm",
        "Left Arm",
    ]
    page = viewer.get(where, limit="1", offset="1").json()
    assert ([image["name"] for image in page["items"]], page["count"]) == (["arm"], 3)
    assert viewer.get(where, name="%").json()["count"] == 0


def test_filter_that_no_database_takes_is_refused(viewer: Asker, project: Project) -> None:
    answer = viewer.get(f"/projects/{project.id}/images", name="a\0b")
    assert error(answer) == (422, "REQUEST_UNREADABLE")


@pytest.mark.parametrize(
    ("content", "content_type", "suffix"),
    [
        (picture(), "image/png", "png"),
        (bmp(np.zeros((4, 4, 4), dtype=np.uint8)), "image/bmp", "bmp"),
    ],
)
def test_bytes_come_back_as_they_were_and_never_as_a_page(
    editor: Asker, viewer: Asker, project: Project, content: bytes, content_type: str, suffix: str
) -> None:
    image_id = editor.add(project, "Ä 'arm'", content)

    answer = viewer.get(f"/images/{image_id}/content")

    assert body(answer) == content
    assert answer["Content-Type"] == content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    name = f"%C3%84%20%27arm%27.{suffix}"
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert answer["Cache-Control"] == "private, no-cache"
    entry = AuditEntry.objects.get(action="image.downloaded")
    assert (entry.actor, entry.after["sha256"]) == ("val@example.com", sha256(content))


def test_who_has_the_bytes_is_not_sent_them_again(
    editor: Asker, viewer: Asker, project: Project
) -> None:
    image_id = editor.add(project)
    etag = f'"{sha256(picture())}"'

    for what in ("content", "art", "thumbnail"):
        answer = viewer.ask("GET", f"/images/{image_id}/{what}", HTTP_IF_NONE_MATCH=etag)
        assert answer.status_code == 304
    assert not AuditEntry.objects.filter(action="image.downloaded").exists()


# To be shown


def test_art_that_is_shown_is_no_download_and_may_be_kept_for_ever(
    editor: Asker, viewer: Asker, project: Project
) -> None:
    image_id = editor.add(project)
    url = viewer.get(f"/images/{image_id}").json()["art_url"].removeprefix("/api/v1")

    answer = viewer.get(url)

    assert body(answer) == picture()
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["ETag"] == f'"{sha256(picture())}"'
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert not AuditEntry.objects.filter(action="image.downloaded").exists()


def test_art_that_is_not_asked_for_by_its_hash_is_not_remembered_for_ever(
    editor: Asker, project: Project
) -> None:
    image_id = editor.add(project)
    answer = editor.get(f"/images/{image_id}/art")
    assert body(answer) == picture()
    assert answer["Cache-Control"] == "private, no-cache"


def test_thumbnail_is_small_and_made_once(
    editor: Asker, viewer: Asker, project: Project, media: Path
) -> None:
    image_id = editor.add(project, "arm", picture(200, width=600, height=300))
    url = viewer.get(f"/images/{image_id}").json()["thumbnail_url"].removeprefix("/api/v1")

    first, second = viewer.get(url), viewer.get(url)

    assert first.content == second.content
    assert first["Content-Type"] == "image/png"
    assert first["Cache-Control"] == "private, max-age=31536000, immutable"
    assert decode(first.content).rgba.shape == (64, 128, 4)
    assert (decode(first.content).rgba == 200).all()
    (kept,) = files(media / "thumbnails")
    assert kept.read_bytes() == first.content
    assert not AuditEntry.objects.filter(action="image.downloaded").exists()


def test_thumbnail_that_is_not_asked_for_by_its_hash_is_not_remembered_for_ever(
    editor: Asker, project: Project
) -> None:
    image_id = editor.add(project)
    assert editor.get(f"/images/{image_id}/thumbnail")["Cache-Control"] == "private, no-cache"


def test_image_whose_pixels_are_damaged_has_no_thumbnail(editor: Asker, project: Project) -> None:
    content = bytearray(picture())
    content[-20] ^= 0xFF
    image_id = editor.add(project, "arm", bytes(content))
    assert error(editor.get(f"/images/{image_id}/thumbnail")) == (422, "IMAGE_UNREADABLE")


# Changing


def test_image_is_renamed(editor: Asker, project: Project) -> None:
    image_id = editor.add(project)
    changed = editor.ask("PATCH", f"/images/{image_id}", {"name": "body/arm"})
    assert (changed.status_code, changed.json()["name"]) == (200, "body/arm")
    assert editor.ask("PATCH", f"/images/{image_id}").json()["name"] == "body/arm"
    changed = editor.ask("PATCH", f"/images/{image_id}", {"name": "Body/Arm"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Body/Arm")
    other = editor.add(project, "leg")
    taken = editor.ask("PATCH", f"/images/{other}", {"name": "body/arm"})
    assert error(taken) == (409, "NAME_TAKEN")
    assert "Body/Arm" in taken.json()["error"]["message"]


def test_image_has_other_bytes(editor: Asker, project: Project) -> None:
    image_id = editor.add(project)
    before = editor.get(f"/images/{image_id}").json()

    answer = editor.ask("PUT", f"/images/{image_id}/content", picture(7))

    assert answer.json()["sha256"] == sha256(picture(7))
    for url in ("art_url", "thumbnail_url"):
        assert answer.json()[url] != before[url]
    bad = editor.ask("PUT", f"/images/{image_id}/content", b"nothing")
    assert error(bad) == (422, "IMAGE_UNREADABLE")
    assert body(editor.get(f"/images/{image_id}/content")) == picture(7)


def test_image_is_deleted(editor: Asker, project: Project) -> None:
    image_id = editor.add(project)
    assert editor.ask("DELETE", f"/images/{image_id}").status_code == 204
    assert error(editor.ask("DELETE", f"/images/{image_id}")) == (404, "NOT_FOUND")


def test_several_images_are_deleted_at_once(editor: Asker, project: Project, alice: User) -> None:
    ids = [editor.add(project, name, picture(1)) for name in ("a", "b", "c")]
    owner = Asker(alice)
    other = owner.ask("POST", "/projects", {"name": "Wolf"}).json()["id"]
    others = owner.add(Project.objects.get(id=other), "a", picture(1))

    wanted = [*ids[:2], others, str(uuid.uuid4())]
    answer = editor.ask("POST", f"/projects/{project.id}/images/delete", {"ids": wanted})

    assert sorted(answer.json()["ids"]) == sorted(ids[:2])
    assert {str(image.id) for image in ProjectImage.objects.all()} == {ids[2], others}
    assert AuditEntry.objects.filter(action="image.deleted").count() == 2


# Quotas


def test_no_more_images_are_taken_than_the_owner_may_have(
    editor: Asker, project: Project, settings: Any, media: Path
) -> None:
    settings.LIMITS = UserLimits(images=2)
    sent = {f"{number}.png": picture(number) for number in range(3)}

    answer = editor.send(project, sent)

    assert [image["name"] for image in answer.json()["images"]] == ["0", "1"]
    assert answer.json()["refused"][0]["error"]["code"] == "QUOTA_EXCEEDED"
    assert error(editor.send(project, {"2.png": picture(2)})) == (413, "QUOTA_EXCEEDED")
    assert len(files(media)) == 2
    wanted = {"name": "2", "sha256": sha256(picture(1))}
    made = editor.ask("POST", f"/projects/{project.id}/images/from-blob", wanted)
    assert error(made) == (413, "QUOTA_EXCEEDED")


def test_no_more_bytes_are_taken_than_the_owner_may_have(
    editor: Asker, project: Project, settings: Any, media: Path
) -> None:
    large = picture(1, width=500)
    settings.LIMITS = UserLimits(image_bytes=len(picture(1)) + len(large) - 1)
    image_id = editor.add(project, "arm", picture(1))

    assert error(editor.send(project, {"leg.png": large})) == (413, "QUOTA_EXCEEDED")
    replaced = editor.ask("PUT", f"/images/{image_id}/content", large)
    assert replaced.status_code == 200
    assert error(editor.send(project, {"leg.png": large})) == (413, "QUOTA_EXCEEDED")
    assert len(files(media)) == 2


def test_editors_own_room_does_not_matter(
    editor: Asker, bob: User, project: Project, settings: Any
) -> None:
    own = editor.ask("POST", "/projects", {"name": "Owl"}).json()["id"]
    editor.add(Project.objects.get(id=own), "arm")
    settings.LIMITS = UserLimits(images=1)

    editor.add(project, "arm")

    answer = editor.send(Project.objects.get(id=own), {"leg.png": picture()})
    assert error(answer) == (413, "QUOTA_EXCEEDED")
    assert bob.email in answer.json()["error"]["message"]


def test_request_that_is_too_large_is_not_read(
    editor: Asker, project: Project, settings: Any, media: Path
) -> None:
    settings.LIMITS = UserLimits(request_bytes=1_000)
    answer = editor.send(project, {"a.png": picture(), "b.png": b"x" * 1_000})
    assert error(answer) == (413, "REQUEST_TOO_LARGE")
    assert files(media) == []


def test_more_files_than_one_form_may_have_are_refused(
    editor: Asker, project: Project, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = editor.send(project, {f"{number}.png": picture() for number in range(3)})
    assert error(answer) == (413, "REQUEST_TOO_LARGE")
    assert "more than 2 files" in answer.json()["error"]["message"]


def test_token_that_may_only_read_reads(editor: Asker, project: Project, bob: User) -> None:
    image_id = editor.add(project)
    reader = Asker(bob, Scope.READ)
    assert body(reader.get(f"/images/{image_id}/content")) == picture()
    assert error(reader.send(project, {"a.png": picture()})) == (403, "NOT_ALLOWED")


# Every format


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (gif(np.zeros((4, 5), dtype=np.uint8), [(0, 0, 0)] * 4), "GIF"),
        (tiff(np.zeros((4, 5, 4), dtype=np.uint8)), "TIFF"),
        (cv2.imencode(".webp", np.zeros((4, 5, 4), dtype=np.uint8))[1].tobytes(), "WebP"),
        (cv2.imencode(".jpg", np.zeros((4, 5, 3), dtype=np.uint8))[1].tobytes(), "JPEG"),
    ],
)
def test_every_format_is_known_by_its_bytes(
    editor: Asker, project: Project, content: bytes, expected: str
) -> None:
    image = editor.get(f"/images/{editor.add(project, 'arm', content)}").json()
    assert (image["format"], image["width"], image["height"]) == (expected, 5, 4)


# Browsers


def test_browser_sends_files_with_its_cookie_and_the_csrf_token(
    project: Project, bob: User, settings: Any
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    where = f"/api/v1/projects/{project.id}/images"

    def send(**headers: str) -> Any:
        return client.post(
            where, {"files": SimpleUploadedFile("arm.png", picture())}, headers=headers
        )

    assert error(send()) == (403, "NOT_ALLOWED")
    client.get("/api/v1/auth/browser/v1/config")
    token = client.cookies["csrftoken"].value
    assert send(**{"X-CSRFToken": token}).status_code == 201
    settings.LIMITS = UserLimits(request_bytes=10)
    assert error(send(**{"X-CSRFToken": token})) == (413, "REQUEST_TOO_LARGE")
