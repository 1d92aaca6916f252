"""Files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinelift.engine.files import holds, publish, staging, write_whole


def test_folders_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b" / "file", b"content")

    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"content"


def test_equal_content_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    before = file.stat()

    write_whole(file, b"content")

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_replacing_a_file_gives_it_the_rights_of_a_new_one(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"content")
    (tmp_path / "new").write_bytes(b"")

    assert (tmp_path / "file").stat().st_mode == (tmp_path / "new").stat().st_mode


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file" / "inside").mkdir(parents=True)

    with pytest.raises(OSError, match="file"):
        write_whole(tmp_path / "file", b"content")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_missing_file_holds_nothing(tmp_path: Path) -> None:
    assert not holds(tmp_path / "file", b"")


def test_staging_leaves_no_trace(tmp_path: Path) -> None:
    with staging(tmp_path / "a" / "b") as place:
        (place / "file").write_bytes(b"content")

    assert list(tmp_path.iterdir()) == []


def test_staging_leaves_folders_that_were_there(tmp_path: Path) -> None:
    with staging(tmp_path):
        pass

    assert tmp_path.is_dir()


def test_staging_is_tidied_up_after_an_error(tmp_path: Path) -> None:
    def interrupt() -> None:
        with staging(tmp_path / "out") as place:
            (place / "half").write_bytes(b"con")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()

    assert list(tmp_path.iterdir()) == []


def test_published_file_takes_its_place(tmp_path: Path) -> None:
    with staging(tmp_path) as place:
        write_whole(place / "images" / "arm.png", b"new")
        publish(place, tmp_path, ["images/arm.png"])

    assert (tmp_path / "images" / "arm.png").read_bytes() == b"new"


def test_published_file_with_equal_content_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    before = (tmp_path / "file").stat()

    with staging(tmp_path) as place:
        write_whole(place / "file", b"content")
        publish(place, tmp_path, ["file"])

    after = (tmp_path / "file").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_only_named_files_are_published(tmp_path: Path) -> None:
    with staging(tmp_path) as place:
        write_whole(place / "half.new", b"con")
        publish(place, tmp_path, ["file"])

    assert list(tmp_path.iterdir()) == []
