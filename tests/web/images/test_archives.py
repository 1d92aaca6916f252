"""Zips: unpacked into images by their folders, whatever whoever packed them meant by it."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinelift.images import DEFAULT_LIMITS
from spinelift.mesh.errors import SpineLiftError
from spinelift.web.errors import WebError
from spinelift.web.images import archives
from spinelift.web.images.archives import (
    Archive,
    ArchiveTooLarge,
    ArchiveUnreadable,
    is_archive,
)
from spinelift.web.limits import UserLimits
from spinelift.web.projects.models import Project

from ..conftest import error
from .asking import Asker, archive, files, picture

MOST = 10**9


def names(answer: Any) -> list[str]:
    assert answer.status_code == 201, answer.content
    return [image["name"] for image in answer.json()["images"]]


def refused(answer: Any) -> dict[str, str]:
    content = answer.json()
    found = content["refused"] if "refused" in content else content["error"]["details"]["refused"]
    return {one["name"]: one["error"]["code"] for one in found}


def test_folders_of_a_zip_are_those_of_the_names(editor: Asker, project: Project) -> None:
    packed = archive({"hero/arm.png": picture(1), "hero/body/leg.v2.png": picture(2)})
    answer = editor.send(project, {"hero.zip": packed, "tail.png": picture(3)})
    assert names(answer) == ["hero/arm", "hero/body/leg.v2", "tail"]


def test_what_is_no_image_is_told_and_what_systems_leave_is_passed_over(
    editor: Asker, project: Project
) -> None:
    packed = archive(
        {
            "hero/": b"",
            "hero/arm.png": picture(),
            "hero/notes.txt": b"words",
            "__MACOSX/hero/._arm.png": b"fork",
            "hero/.DS_Store": b"store",
            ".git/arm.png": picture(),
            "hero/Thumbs.db": b"thumbs",
            "inner.zip": archive({"a.png": picture()}),
        }
    )
    answer = editor.send(project, {"hero.zip": packed})
    assert names(answer) == ["hero/arm"]
    assert refused(answer) == {
        "hero/notes.txt": "IMAGE_UNREADABLE",
        "inner.zip": "IMAGE_UNREADABLE",
    }


@pytest.mark.parametrize(
    "path", ["../arm.png", "/arm.png", "a/../../arm.png", "C:/arm.png", "..\\arm.png", "a//b.png"]
)
def test_names_lead_nowhere(editor: Asker, project: Project, path: str, tmp_path: Path) -> None:
    answer = editor.send(project, {"hero.zip": archive({path: picture(), "leg.png": picture()})})
    assert names(answer) == ["leg"]
    assert list(refused(answer).values()) == ["NAME_REFUSED"]
    assert {place.name for place in tmp_path.iterdir()} <= {"media", "copies"}


def test_names_of_all_systems_are_read(editor: Asker, project: Project) -> None:
    plain = archive({"arm.png": picture(1), "body-leg.png": picture(2), "flagge.png": picture(3)})
    # As Apple's programs write UTF-8, as .NET's once wrote folders, and as DOS wrote umlauts.
    packed = plain.replace(b"arm.png", "ä.tiff".encode())
    packed = packed.replace(b"body-leg.png", b"body\\leg.png").replace(b"flagge", b"fl\x84gge")
    assert names(editor.send(project, {"a.zip": packed})) == ["ä", "body/leg", "flägge"]


def test_same_name_twice_is_one_image(editor: Asker, project: Project) -> None:
    packed = archive({"arm.png": picture(1), "arm.bmp": picture(2)})
    answer = editor.send(project, {"a.zip": packed})
    assert (names(answer), refused(answer)) == (["arm"], {"arm.bmp": "NAME_TAKEN"})


# What cannot be unpacked


def encrypted() -> bytes:
    """As far as one can see without the password."""
    packed = bytearray(archive({"arm.png": picture()}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    packed[6] |= 1
    return bytes(packed)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ARCHIVE_UNREADABLE"),
        (b"PK\x03\x04", "ARCHIVE_UNREADABLE"),
        (archive({"arm.png": picture()})[:-30], "ARCHIVE_UNREADABLE"),
        (encrypted(), "ARCHIVE_UNREADABLE"),
    ],
)
def test_zip_that_cannot_be_read_does_not_stop_the_others(
    editor: Asker, project: Project, content: bytes, code: str
) -> None:
    answer = editor.send(project, {"a.zip": content, "leg.png": picture()})
    if content:
        assert (names(answer), refused(answer)) == (["leg"], {"a.zip": code})
    else:
        assert names(answer) == ["leg"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_take_memory_as_they_are_told_are_refused(
    editor: Asker, project: Project, method: int
) -> None:
    answer = editor.send(project, {"a.zip": archive({"arm.png": picture()}, method)})
    assert refused(answer) == {"arm.png": "ARCHIVE_UNREADABLE"}
    assert "deflate" in answer.json()["error"]["message"]


def test_broken_entry_does_not_stop_the_others(editor: Asker, project: Project) -> None:
    packed = bytearray(archive({"a.png": picture(1), "b.png": picture(2)}, zipfile.ZIP_STORED))
    packed[60] ^= 0xFF
    answer = editor.send(project, {"a.zip": bytes(packed)})
    assert (names(answer), refused(answer)) == (["b"], {"a.png": "ARCHIVE_UNREADABLE"})


# Bombs


def test_zip_that_unpacks_to_too_much_is_refused_before_it_is(
    editor: Asker, project: Project, settings: Any, media: Path
) -> None:
    settings.LIMITS = UserLimits(request_bytes=1_000_000)
    bomb = archive({f"{number}.png": b"\0" * 400_000 for number in range(3)})
    assert len(bomb) < 3_000
    answer = editor.send(project, {"a.zip": bomb})
    assert refused(answer) == {"a.zip": "ARCHIVE_TOO_LARGE"}
    two = {
        "a.zip": archive({"a.png": b"\0" * 600_000}),
        "b.zip": archive({"b.png": b"\0" * 600_000}),
    }
    assert refused(editor.send(project, two)) == {
        "a.png": "IMAGE_UNREADABLE",
        "b.zip": "ARCHIVE_TOO_LARGE",
    }
    assert files(media) == []


def test_one_image_of_too_many_bytes_does_not_stop_the_others(
    editor: Asker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "DEFAULT_LIMITS", type(DEFAULT_LIMITS)(max_bytes=1_000))
    answer = editor.send(project, {"a.zip": archive({"a.png": b"\0" * 1_001, "b.png": picture()})})
    assert (names(answer), refused(answer)) == (["b"], {"a.png": "IMAGE_TOO_LARGE"})


def test_zip_of_too_many_images_is_refused(editor: Asker, project: Project) -> None:
    packed = archive({f"{number}.png": b"" for number in range(2_001)})
    assert refused(editor.send(project, {"a.zip": packed})) == {"a.zip": "ARCHIVE_TOO_LARGE"}


def test_table_of_contents_is_not_read_where_it_claims_to_be_huge() -> None:
    """Of a sparse file of a gigabyte, which would be in memory twenty times over."""
    size = 10**9

    class Sparse(io.BytesIO):
        largest = 0

        def seek(self, offset: int, whence: int = 0) -> int:
            self.place = offset + (size if whence == 2 else 0)
            return self.place

        def tell(self) -> int:
            return self.place

        def read(self, wanted: int | None = -1) -> bytes:
            wanted = size - self.place if wanted is None or wanted < 0 else wanted
            self.largest = max(self.largest, wanted)
            end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size - 22, 0, 0)
            content = end if self.place == size - 22 else b"\0" * wanted
            self.place += len(content)
            return content

    file = Sparse()
    with pytest.raises(WebError, match="too many files"):
        Archive(file, "a.zip", most_bytes=MOST)
    assert file.largest < 2**20


def test_entries_that_share_their_bytes_count_each(editor: Asker, project: Project) -> None:
    """A bomb without recursion: every entry of the table leads to the same bytes."""
    packed = archive({"a.png": b"\0" * 300_000_000})
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = packed[start:end]
    tail = bytearray(packed[end:])
    struct.pack_into("<HHL", tail, 8, 10, 10, 10 * len(entry))
    answer = editor.send(project, {"a.zip": packed[:start] + 10 * entry + bytes(tail)})
    assert refused(answer) == {"a.zip": "ARCHIVE_TOO_LARGE"}


SAMPLE = archive({"a/arm.png": picture(1), "leg.png": picture(2)})


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=8))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_a_clear_error(damage: list[tuple[int, int]]) -> None:
    content = bytearray(SAMPLE)
    for place, value in damage:
        content[place] = value
    file = io.BytesIO(content)
    assert is_archive(file, "a.zip")
    with contextlib.suppress(ArchiveUnreadable, ArchiveTooLarge):
        for path, found in Archive(file, "a.zip", most_bytes=MOST):
            assert isinstance(path, str)
            assert isinstance(found, WebError | SpineLiftError) or found.seek(0) == 0


def test_nothing_usable_in_a_zip_is_told(editor: Asker, project: Project) -> None:
    answer = editor.send(project, {"a.zip": archive({})})
    assert error(answer) == (422, "NOTHING_ADDED")
    assert "is empty" in answer.json()["error"]["message"]
