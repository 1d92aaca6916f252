"""What one user may have and ask for: 413 for more than ever, 429 with Retry-After for now."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, Client, encode_multipart
from pytest_django import Settings

from spinelift.images import encode_png
from spinelift.web.accounts.models import User
from spinelift.web.errors import TooManyRequests
from spinelift.web.http import limits
from spinelift.web.http.limits import count_request
from spinelift.web.images.models import Blob, ProjectImage, Upload
from spinelift.web.jobs.models import Job
from spinelift.web.limits import UserLimits
from spinelift.web.projects.models import Project

from ..art import disc
from .conftest import Asking, asking, error

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PNG, OTHER = encode_png(disc()), encode_png(disc(colour=7))
SHA256 = hashlib.sha256(OTHER).hexdigest()


def send(ask: Asking, project: Project, name: str, content: bytes = PNG) -> Response:
    form = {"files": SimpleUploadedFile(f"{name}.png", content)}
    return Client().generic(
        "POST",
        f"/api/v1/projects/{project.id}/images",
        encode_multipart(BOUNDARY, form),
        MULTIPART_CONTENT,
        headers={"Authorization": f"Bearer {ask.token}"},
    )


def from_blob(ask: Asking, project: Project) -> Response:
    """Of the bytes of the image that is there."""
    sha256 = ProjectImage.objects.get().blob_id
    wanted = {"name": "leg", "sha256": sha256}
    return ask("POST", f"/projects/{project.id}/images/from-blob", wanted)


@dataclass(frozen=True)
class Limit:
    """One that is met by a project with an image of 48 x 48 px, and a way to ask for more."""

    field: str
    value: int
    more: Callable[[Asking, Project], Response]
    status: int
    code: str
    helps_to_wait: bool = False


LIMITS = {
    "images that are sent": Limit(
        *("images", 1, lambda ask, project: send(ask, project, "leg"), 413, "QUOTA_EXCEEDED"),
    ),
    "images of blobs": Limit("images", 1, from_blob, 413, "QUOTA_EXCEEDED"),
    "bytes of images that are sent": Limit(
        "image_bytes",
        len(PNG) + len(OTHER) - 1,
        lambda ask, project: send(ask, project, "leg", OTHER),
        *(413, "QUOTA_EXCEEDED"),
    ),
    "bytes of images in the place of others": Limit(
        "image_bytes",
        len(PNG),
        lambda ask, _: ask(
            "PUT", f"/images/{ProjectImage.objects.get().id}/content", encode_png(disc(99))
        ),
        *(413, "QUOTA_EXCEEDED"),
    ),
    "bytes of blobs": Limit(
        "image_bytes",
        len(PNG) + 1,
        lambda ask, _: ask("PUT", f"/blobs/{SHA256}", OTHER),
        *(413, "QUOTA_EXCEEDED"),
    ),
    "bytes of uploads": Limit(
        "image_bytes",
        len(PNG) + 1,
        lambda ask, _: ask("POST", "/uploads", {"size": 2}),
        *(413, "QUOTA_EXCEEDED"),
    ),
    "bytes of a request": Limit(
        "request_bytes",
        len(PNG),
        lambda ask, project: send(ask, project, "leg"),
        *(413, "REQUEST_TOO_LARGE"),
    ),
    "jobs of a batch": Limit(
        "jobs",
        0,
        lambda ask, project: ask("POST", f"/projects/{project.id}/batches", {}),
        *(413, "REQUEST_TOO_LARGE"),
    ),
    "jobs": Limit(
        "jobs",
        1,
        lambda ask, _: [
            ask("POST", f"/images/{ProjectImage.objects.get().id}/meshes", {"preset": preset})
            for preset in ("balanced", "performance")
        ][-1],
        *(429, "TOO_MANY_JOBS", True),
    ),
    "requests": Limit(
        "requests_a_minute",
        1,
        # Of which two are of one minute.
        lambda ask, _: max((ask("GET", "/me") for _ in range(3)), key=lambda one: one.status_code),
        *(429, "TOO_MANY_REQUESTS", True),
    ),
}


def rows() -> list[int]:
    return [model._default_manager.count() for model in (ProjectImage, Blob, Upload)]


def test_every_limit_is_met() -> None:
    fields = {field.name for field in dataclasses.fields(UserLimits)}
    assert {limit.field for limit in LIMITS.values()} == fields


@pytest.mark.parametrize("name", LIMITS)
def test_more_than_one_may_is_answered_with_the_reason(
    name: str, project: Project, alice: User, settings: Settings
) -> None:
    limit, ask = LIMITS[name], asking(alice)
    assert send(ask, project, "arm").status_code == 201
    before = rows()
    settings.LIMITS = dataclasses.replace(settings.LIMITS, **{limit.field: limit.value})
    answer = limit.more(ask, project)
    assert error(answer) == (limit.status, limit.code)
    assert ("Retry-After" in answer.headers) == limit.helps_to_wait
    if limit.helps_to_wait:
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert rows() == before
    assert Job.objects.count() <= limit.value


@pytest.mark.parametrize("name", LIMITS)
def test_as_much_as_one_may_is_taken(
    name: str, project: Project, alice: User, settings: Settings
) -> None:
    limit, ask = LIMITS[name], asking(alice)
    value = 10**9 if limit.field.endswith("bytes") else 4
    settings.LIMITS = dataclasses.replace(settings.LIMITS, **{limit.field: value})
    assert send(ask, project, "arm").status_code == 201
    assert limit.more(ask, project).status_code < 300


def test_many_requests_are_counted_by_shares_and_no_more_are_let_in_than_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two processes, each of which has its own shares."""
    monkeypatch.setattr(limits, "time", FrozenTime())
    processes = [limits._Taken(), limits._Taken()]
    let_in = 0
    for number in range(1_000):
        monkeypatch.setattr(limits, "_taken", processes[number % 2])
        with contextlib.suppress(TooManyRequests):
            count_request("somebody", 500)
            let_in += 1
    assert 500 - 500 // limits.SHARES <= let_in <= 500


class FrozenTime:
    """Of one minute, however long the test takes."""

    def time(self) -> float:
        return 1_800_000_030.0
