"""What nobody needs any more goes, and nothing else."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from django.db import connection

from spinelift.web.images import sweeping
from spinelift.web.images.models import Blob
from spinelift.web.images.sweeping import FOLDERS, sweep_blobs, sweep_files
from spinelift.web.projects.models import Project

from .asking import Asker, files, picture


def leave(path: Path, content: bytes = b"left", *, days: float = 2) -> Path:
    """A file as a process left it that died."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    at = time.time() - days * 24 * 60 * 60
    os.utime(path, (at, at))
    return path


def orphan(media: Path, content: bytes = b"left", *, days: float = 2) -> Path:
    sha256 = hashlib.sha256(content).hexdigest()
    return leave(media / "blobs" / sha256[:2] / sha256, content, days=days)


@pytest.mark.django_db
def test_files_without_a_row_go_after_a_day(editor: Asker, project: Project, media: Path) -> None:
    editor.add(project)
    (kept,) = files(media)
    os.utime(kept, (0, 0))
    fresh = orphan(media, b"fresh", days=0.5)
    not_ours = leave(media / "blobs" / "ab" / "notes.txt")
    gone = [orphan(media), leave(media / "thumbnails" / "ab" / f"{'ab' * 32}.png")]
    gone.append(leave(media / "staging" / "half"))

    assert sweep_files(FOLDERS) == 3

    assert not any(path.exists() for path in gone)
    assert set(files(media)) == {kept, fresh, not_ours}
    assert Blob.objects.count() == 1


@pytest.mark.django_db
def test_each_round_looks_at_some_folders_and_in_the_end_at_all(media: Path) -> None:
    for number in range(64):
        orphan(media, str(number).encode())
    swept = sweep_files()
    assert swept < 64
    for _ in range(1_000):
        swept += sweep_files()
        if swept == 64:
            return
    pytest.fail("some folders are never looked at")


@pytest.mark.django_db
def test_thumbnail_goes_with_its_blob(editor: Asker, project: Project, media: Path) -> None:
    image_id = editor.add(project)
    editor.get(f"/images/{image_id}/thumbnail")
    assert len(files(media)) == 2
    editor.ask("DELETE", f"/images/{image_id}")
    sweep_blobs()
    Blob.objects.update(unused_since="2000-01-01T00:00:00Z")
    assert sweep_blobs() == 1
    assert files(media) == []


@pytest.mark.django_db
def test_each_round_sweeps_so_many_and_the_next_ones_the_rest(
    editor: Asker, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [editor.add(project, f"{number}", picture(number)) for number in range(5)]
    editor.ask("POST", f"/projects/{project.id}/images/delete", {"ids": ids})
    monkeypatch.setattr(sweeping, "MOST_ROWS", 2)
    for _ in range(3):
        assert sweep_blobs() == 0
    assert not Blob.objects.filter(unused_since=None).exists()
    Blob.objects.update(unused_since="2000-01-01T00:00:00Z")
    assert [sweep_blobs() for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db
def test_every_row_that_refers_to_a_blob_keeps_it() -> None:
    """Also of tables that this feature does not know: each is asked in the one query."""
    sql = str(Blob.objects.unused().query)
    relations = [one for one in Blob._meta.get_fields(include_hidden=True) if one.one_to_many]
    assert len(relations) >= 2
    for relation in relations:
        table = relation.related_model._meta.db_table  # type: ignore[union-attr]
        assert connection.ops.quote_name(table) in sql
