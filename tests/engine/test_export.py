"""What a person downloads: every file in its place, and the same bytes every time."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

import cv2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.cli.app import app
from spinelift.engine.export import ExportItem, write_export
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.images import decode, encode_png
from spinelift.mesh.errors import ImageChanged, ImageNotFound, ImageUnreadable, SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Rgba
from spinelift.spine.document import SPINE_VERSIONS
from spinelift.spine.errors import NameTaken, NameUnusable, NothingToWrite, UnknownSpineVersion

from ..art import disc, two_discs, write_png


def result(name: str, image: bytes, **values: Any) -> dict[str, Any]:
    task = GenerationTask(image, name, MeshParameters(**values))
    answer = generate_answer(task, lambda _: None)
    assert isinstance(answer, Answer), answer
    fields: dict[str, Any] = json.loads(answer.result)
    return fields


def item(name: str, rgba: Rgba | None = None, **values: Any) -> ExportItem:
    content = encode_png(disc() if rgba is None else rgba)
    return ExportItem(name, content, result(name, content, **values))


DISC = item("disc")


def named(name: str) -> ExportItem:
    return ExportItem(name, DISC.image, DISC.fields)


def exported(items: Sequence[ExportItem], *arguments: Any, **flags: Any) -> ZipFile:
    file = io.BytesIO()
    write_export(file, items, *arguments, **flags)
    return ZipFile(file)


def skeleton(archive: ZipFile) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(archive.read("skeleton.json"))
    return document


class Stream(io.RawIOBase):
    """A file that can only be written to, as an answer over HTTP is."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self.content += bytes(some)
        return len(some)


@pytest.mark.parametrize("version", SPINE_VERSIONS)
@pytest.mark.parametrize("flags", [[], ["--atlas"]])
def test_zip_has_the_files_that_the_command_line_writes(
    tmp_path: Path, version: str, flags: list[str]
) -> None:
    art = {"arm": disc(), "eyes": two_discs(), "legs/左": disc(60)}
    items = [item(name, rgba, islands="split") for name, rgba in art.items()]
    for one in items:
        write_png(tmp_path / "art" / f"{one.name}.png", art[one.name])
    out = tmp_path / "out"

    archive = exported(items, version, atlas=bool(flags))
    paths = [str(tmp_path / "art"), "-o", str(out)]
    flags = [*flags, "--spine-version", version, "--islands", "split", "--quiet", "--no-cache"]
    app(["mesh", *paths, *flags], result_action="return_value")
    written = {
        file.relative_to(out).as_posix(): file.read_bytes()
        for file in out.rglob("*")
        if file.is_file()
    }
    assert {name: archive.read(name) for name in archive.namelist()} == written


@pytest.mark.parametrize("atlas", [False, True])
def test_same_items_give_the_same_bytes_and_nothing_of_this_machine(atlas: bool) -> None:
    items = [DISC, item("eyes", two_discs(), islands="split")]
    first, second = io.BytesIO(), io.BytesIO()

    write_export(first, items, atlas=atlas)
    write_export(second, items, atlas=atlas)

    assert first.getvalue() == second.getvalue()
    for entry in ZipFile(first).infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.compress_type == ZIP_STORED
        assert stat.filemode(entry.external_attr >> 16) == "-rw-r--r--"


def test_zip_can_be_written_to_a_stream() -> None:
    stream = Stream()

    write_export(stream, [DISC], atlas=True)  # type: ignore[arg-type]  # it lacks what is not used

    archive = ZipFile(io.BytesIO(stream.content))
    assert archive.testzip() is None
    assert archive.read("images/disc.png") == DISC.image


def test_png_is_the_file_that_came_and_others_become_png(tmp_path: Path) -> None:
    path = tmp_path / "arm.webp"
    cv2.imwrite(
        str(path), cv2.cvtColor(disc(), cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_WEBP_QUALITY, 101]
    )
    webp = ExportItem("arm", path, result("arm", path.read_bytes()))

    archive = exported([DISC, webp])

    assert archive.read("images/disc.png") == DISC.image
    png = archive.read("images/arm.png")
    assert png.startswith(b"\x89PNG")
    assert (decode(png).rgba == decode(path.read_bytes()).rgba).all()


def test_image_has_the_name_that_it_has_now() -> None:
    eyes = item("eyes", two_discs(), islands="split")

    archive = exported([ExportItem("head/目", eyes.image, eyes.fields)])

    assert archive.namelist() == ["skeleton.json", "images/head/目.png"]
    (skin,) = skeleton(archive)["skins"]
    assert list(skin["attachments"]) == ["head/目-1", "head/目-2"]
    for name, attachments in skin["attachments"].items():
        assert attachments[name]["path"] == "head/目"


def test_first_image_is_drawn_at_the_back() -> None:
    archive = exported([named("leg"), named("arm"), named("hat")])

    assert [slot["name"] for slot in skeleton(archive)["slots"]] == ["leg", "arm", "hat"]


@pytest.mark.parametrize("name", ["../disc", "/disc", "a/../../disc", "C:disc", "a\\b", "", "a\0b"])
def test_name_that_leaves_the_folder_is_refused_before_anything_is_written(name: str) -> None:
    file = io.BytesIO()

    with pytest.raises(NameUnusable):
        write_export(file, [DISC, named(name)])

    assert file.getvalue() == b""


@settings(max_examples=200)
@given(st.lists(st.text("aA/.\\: ßé\u0301\0", max_size=6), min_size=1, max_size=3))
def test_files_never_escape_and_never_meet(names: list[str]) -> None:
    file = io.BytesIO()
    try:
        write_export(file, [named(name) for name in names])
    except (NameUnusable, NameTaken):
        assert file.getvalue() == b""
        return
    files = ZipFile(file).namelist()
    assert files == ["skeleton.json", *(f"images/{name}.png" for name in names)]
    assert not any({"..", ".", ""} & {*file.split("/")} for file in files)
    assert len({file.casefold() for file in files}) == len(files)


@pytest.mark.parametrize(
    ("one", "other"), [("Arm", "arm"), ("straße", "STRASSE"), ("é", "e\u0301"), ("a/Ä", "A/ä")]
)
def test_names_that_some_system_takes_for_one_are_refused(one: str, other: str) -> None:
    with pytest.raises(NameTaken, match="one file where upper and lower case are the same"):
        exported([named(one), DISC, named(other)])


def test_images_of_one_name_are_refused() -> None:
    with pytest.raises(NameTaken, match="Two images have the name 'arm'"):
        exported([named("arm"), named("arm")])


@pytest.mark.parametrize("order", [1, -1])
def test_island_with_the_name_of_another_image_is_refused(order: int) -> None:
    items = [item("eyes", two_discs(), islands="split"), named("eyes-1")]

    with pytest.raises(NameTaken, match="eyes has an island that would be named 'eyes-1'"):
        exported(items[::order])


@pytest.mark.parametrize(
    ("items", "version", "error"),
    [([], "4.2", NothingToWrite), ([DISC], "5.0", UnknownSpineVersion)],
)
def test_what_cannot_be_a_skeleton_is_refused(
    items: list[ExportItem], version: str, error: type[SpineLiftError]
) -> None:
    file: IO[bytes] = io.BytesIO()

    with pytest.raises(error):
        write_export(file, items, version)

    assert file.tell() == 0


@pytest.mark.parametrize(
    ("image", "error", "words"),
    [
        (encode_png(disc(47)), ImageChanged, "arm is 47 x 47 px, its mesh was made of 48 x 48 px"),
        (b"no image", ImageUnreadable, "arm "),
        (Path("not-there.png"), ImageNotFound, "arm"),
    ],
)
def test_image_that_is_not_the_one_that_was_meshed_is_refused(
    image: Path | bytes, error: type[SpineLiftError], words: str
) -> None:
    with pytest.raises(error, match=words):
        exported([ExportItem("arm", image, DISC.fields)])
