"""`spinelift mesh`, as an artist meets it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinelift.cli import mesh as command
from spinelift.engine import work
from spinelift.images import decode
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha, Mesh, Rgba
from spinelift.spine.reading import parse, read_meshes

from ..art import disc, two_discs, write_png
from .conftest import Studio


def skeleton(studio: Studio, folder: str = "out") -> dict[str, object]:
    document = parse((studio.folder / folder / "skeleton.json").read_bytes())
    return {key.name: mesh for key, mesh in read_meshes(document).items()}


# What is written


def test_images_become_a_skeleton_with_its_images(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    write_png(studio.folder / "leg.png", disc(30))

    ran = studio.run("mesh", "arm.png", "leg.png", "-o", "out")

    assert ran.code == 0
    assert list(skeleton(studio)) == ["arm", "leg"]
    assert {"out/skeleton.json", "out/images/arm.png", "out/images/leg.png"} <= studio.files()


def test_png_is_copied_byte_for_byte(studio: Studio) -> None:
    source = write_png(studio.folder / "arm.png")
    source.write_bytes(source.read_bytes() + b"a trailer")

    studio.run("mesh", "arm.png", "-o", "out")

    assert (studio.folder / "out/images/arm.png").read_bytes() == source.read_bytes()


def test_other_formats_become_png(studio: Studio) -> None:
    _, webp = cv2.imencode(".webp", disc(), [cv2.IMWRITE_WEBP_QUALITY, 101])
    (studio.folder / "arm.webp").write_bytes(webp.tobytes())

    assert studio.run("mesh", "arm.webp", "-o", "out").code == 0
    written = decode((studio.folder / "out/images/arm.png").read_bytes())
    assert np.array_equal(written.rgba, decode(webp.tobytes()).rgba)


def test_second_run_touches_nothing(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    command = ("mesh", "arm.png", "-o", "out", "--atlas")
    studio.run(*command)
    before = {name: (studio.folder / name).stat().st_mtime_ns for name in studio.files()}

    studio.run(*command)

    assert {name: (studio.folder / name).stat().st_mtime_ns for name in studio.files()} == before


def test_bytes_do_not_depend_on_the_number_of_jobs(studio: Studio) -> None:
    for number in range(4):
        write_png(studio.folder / f"art/part{number}.png", disc(30 + 9 * number))

    studio.run("mesh", "art", "-o", "one", "-j", "1", "--no-cache")
    studio.run("mesh", "art", "-o", "two", "-j", "2", "--no-cache")

    first, second = (studio.folder / name / "skeleton.json" for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_atlas_comes_with_its_pages(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    assert studio.run("mesh", "arm.png", "-o", "out", "--atlas").code == 0
    assert {"out/skeleton.atlas", "out/skeleton.png"} <= studio.files()
    assert "bounds:" in (studio.folder / "out/skeleton.atlas").read_text()


def test_atlas_of_an_earlier_run_is_left_and_said(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-o", "out", "--atlas")
    before = (studio.folder / "out/skeleton.atlas").read_bytes()
    write_png(studio.folder / "arm.png", disc(90))

    ran = studio.run("mesh", "arm.png", "-o", "out", "--json")
    lines = studio.run("mesh", "arm.png", "-o", "out", "--jsonl").out.splitlines()

    assert ran.code == 0
    (warning,) = ran.json["warnings"]
    assert warning.startswith("out/skeleton.atlas is of an earlier run")
    assert ran.err.splitlines()[0] == f"warning: {warning}"
    assert [json.loads(line) for line in lines if "warning" in json.loads(line)] == [
        {"warning": warning}
    ]
    assert (studio.folder / "out/skeleton.atlas").read_bytes() == before


@pytest.mark.parametrize("flags", [("-o", "out", "--atlas"), ("-o", "out", "-n"), ("-o", "other")])
def test_atlas_that_cannot_mislead_is_not_mentioned(studio: Studio, flags: tuple[str, ...]) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-o", "out", "--atlas")

    assert "atlas" not in studio.run("mesh", "arm.png", *flags).err


def test_atlas_of_3_8_is_in_the_legacy_form(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    studio.run("mesh", "arm.png", "-o", "out", "--atlas", "--spine-version", "3.8")

    assert "rotate: false" in (studio.folder / "out/skeleton.atlas").read_text()


@pytest.mark.parametrize("version", ["3.8", "4.0", "4.1", "4.2", "4.3"])
def test_spine_version_is_that_of_the_document(studio: Studio, version: str) -> None:
    write_png(studio.folder / "arm.png")

    studio.run("mesh", "arm.png", "-o", "out", "--spine-version", version)

    document = json.loads((studio.folder / "out/skeleton.json").read_bytes())
    assert document["skeleton"]["spine"].startswith(version)


def test_layout_places_images_and_orders_them(studio: Studio) -> None:
    for name in ("arm", "head", "leg"):
        write_png(studio.folder / f"{name}.png")
    places = {"leg": {"x": 100, "y": 7}, "arm": {"x": -100, "y": 0.5}}
    (studio.folder / "layout.json").write_text(json.dumps(places))

    studio.run("mesh", "arm.png", "head.png", "leg.png", "-o", "out", "--layout", "layout.json")

    document = json.loads((studio.folder / "out/skeleton.json").read_bytes())
    assert [slot["name"] for slot in document["slots"]] == ["leg", "arm", "head"]
    corners = document["skins"][0]["attachments"]["leg"]["leg"]["vertices"]
    assert min(corners[::2]) > 50


def test_split_islands_share_their_image(studio: Studio) -> None:
    write_png(studio.folder / "eyes.png", two_discs())

    ran = studio.run("mesh", "eyes.png", "-o", "out", "--islands", "split", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["eyes-1", "eyes-2"]
    assert {mesh.path for mesh in skeleton(studio).values()} == {"eyes"}  # type: ignore[attr-defined]
    assert "out/images/eyes.png" in studio.files()


def test_dry_run_writes_nothing(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run("mesh", "arm.png", "-o", "out", "-n", "--json")

    assert ran.code == 0
    assert len(ran.json["meshes"]) == 1
    assert ran.json["skeleton"] is None
    assert studio.files() == {"arm.png"}


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_preview_is_drawn(studio: Studio, suffix: str) -> None:
    write_png(studio.folder / "arm.png")

    assert studio.run("mesh", "arm.png", "-n", "--preview", f"look{suffix}").code == 0
    start = {".png": b"\x89PNG", ".svg": b"<svg"}[suffix]
    assert (studio.folder / f"look{suffix}").read_bytes().startswith(start)


def test_preview_may_lie_beside_the_skeleton(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run("mesh", "arm.png", "-o", "out", "--preview", "out/skeleton-look.png")

    assert ran.code == 0


def test_preview_of_cached_meshes_is_the_same(studio: Studio) -> None:
    write_png(studio.folder / "a.png")
    write_png(studio.folder / "b.png", two_discs())

    for name in ("first.png", "second.png"):
        assert studio.run("mesh", "a.png", "b.png", "-n", "--preview", name).code == 0

    first, second = (studio.folder / name for name in ("first.png", "second.png"))
    assert first.read_bytes() == second.read_bytes()


# What is said


def test_table_has_a_line_for_each_image(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run("mesh", "arm.png", "-o", "out")

    heading, line = ran.out.splitlines()
    words = ["image", "vertices", "hull", "triangles", "covered", "overdraw", "smallest", "angle"]
    assert heading.split() == [*words, "ms"]
    assert line.split()[0] == "arm"
    assert "100.00 %" in line


def test_json_is_one_object_of_the_agreed_shape(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "bad.png").write_bytes(b"")

    ran = studio.spawn("mesh", "arm.png", "bad.png", "-o", "out", "--json")

    assert ran.code == 1
    assert set(ran.json) == {"skeleton", "meshes", "failed", "warnings"}
    assert ran.json["skeleton"] == "out/skeleton.json"
    (mesh,) = ran.json["meshes"]
    assert set(mesh) == {
        *("name", "image", "width", "height", "vertices", "hull", "triangles"),
        *("quality", "milliseconds", "warnings"),
    }
    assert mesh["triangles"] == 2 * mesh["vertices"] - mesh["hull"] - 2
    assert mesh["quality"]["uncovered_pixels"] == 0
    (failure,) = ran.json["failed"]
    assert failure["image"] == "bad.png"
    assert set(failure["error"]) == {"code", "message"}


def test_json_lines_come_one_an_image_and_a_summary(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "bad.png").write_bytes(b"")

    ran = studio.run("mesh", "arm.png", "bad.png", "nowhere", "-o", "out", "--jsonl")

    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert sorted(key for line in lines for key in line) == ["failed", "failed", "mesh", "summary"]
    assert lines[-1]["summary"] == {"skeleton": "out/skeleton.json", "meshes": 1, "failed": 2}


def test_quiet_run_only_says_what_failed(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "out").mkdir()
    (studio.folder / "out/skeleton.atlas").write_text("of an earlier run")
    (studio.folder / "bad.png").write_bytes(b"")

    ran = studio.run("mesh", "arm.png", "bad.png", "-o", "out", "-q")

    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert "bad.png" in ran.err


def test_warnings_are_shown_and_in_the_json(studio: Studio) -> None:
    write_png(studio.folder / "photo.png", np.full((20, 20, 4), 255, dtype=np.uint8))

    ran = studio.run("mesh", "photo.png", "-n", "--json")

    (warning,) = ran.json["meshes"][0]["warnings"]
    assert "no transparent pixels" in warning
    assert warning in ran.err


def test_name_cannot_steer_the_terminal(studio: Studio) -> None:
    (studio.folder / "\x1b[31mred.png").write_bytes(b"")

    ran = studio.run("mesh", "\x1b[31mred.png", "-n")

    assert "\x1b" not in ran.err


# Parameters


def test_flags_reach_the_mesh(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(200))

    ran = studio.run("mesh", "arm.png", "-n", "--max-hull-vertices", "7", "--json")

    assert ran.json["meshes"][0]["hull"] <= 7


def test_every_wrong_flag_is_reported_at_once(studio: Studio) -> None:
    ran = studio.run(
        *("mesh", "arm.png", "-n", "--alpha-threshold", "999", "--detail-factor", "-1"),
        *("--islands", "many", "--padding", "wide"),
    )

    assert ran.code == 2
    for flag in ("--alpha-threshold", "--detail-factor", "--islands", "--padding"):
        assert flag in ran.err


@pytest.mark.parametrize("name", list(MeshParameters().to_mapping()))
def test_every_parameter_has_a_flag(studio: Studio, name: str) -> None:
    write_png(studio.folder / "arm.png")
    default = MeshParameters().to_mapping()[name]
    text = "none" if default is None else str(default)

    assert studio.run("mesh", "arm.png", "-n", f"--{name.replace('_', '-')}", text).code == 0


def test_target_is_a_ceiling(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(900))
    command = ("mesh", "arm.png", "-n", "--json", "--internal-vertex-density", "100")

    free = studio.run(*command).json["meshes"][0]["vertices"]
    capped = studio.run(*command, "--target", "mobile").json["meshes"][0]["vertices"]

    assert capped <= 300 < free


def test_limits_are_configurable(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(60))

    ran = studio.run("mesh", "arm.png", "-n", "--max-side", "59", "--json")

    assert ran.code == 3
    assert ran.json["failed"][0]["error"]["code"] == "IMAGE_TOO_LARGE"


# Odd input


def test_odd_files_fail_alone_and_leave_nothing(studio: Studio) -> None:
    whole = write_png(studio.folder / "good.png").read_bytes()
    odd = {
        "empty.png": b"",
        "cut.png": whole[: len(whole) // 2],
        "text.png": b"dear Bob, this is not an image",
        "bomb.png": whole[:16] + (60_000).to_bytes(4, "big") * 2 + whole[24:],
    }
    for name, content in odd.items():
        (studio.folder / name).write_bytes(content)
    write_png(studio.folder / "clear.png", disc(alpha=0))

    ran = studio.spawn("mesh", "good.png", *odd, "clear.png", "gone.png", "-o", "out", "--json")

    assert ran.code == 1
    assert [entry["name"] for entry in ran.json["meshes"]] == ["good"]
    failed = {failure["image"]: failure["error"] for failure in ran.json["failed"]}
    assert set(failed) == {*odd, "clear.png", "gone.png"}
    assert failed["clear.png"]["code"] == "IMAGE_EMPTY"
    assert failed["gone.png"]["code"] == "IMAGE_NOT_FOUND"
    assert "Traceback" not in ran.err
    written = {name for name in studio.files() if name.startswith("out")}
    assert written == {"out/images/good.png", "out/skeleton.json"}


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.full((1, 1, 4), 255, np.uint8), id="one pixel"),
        pytest.param(np.full((1, 300, 4), 255, np.uint8), id="row"),
        pytest.param(np.full((300, 1, 4), 255, np.uint8), id="column"),
        pytest.param(
            np.repeat((np.indices((32, 32)).sum(axis=0) % 2 * 255)[..., None], 4, 2).astype(
                np.uint8
            ),
            id="checkerboard",
        ),
        pytest.param(np.full((64, 8192, 4), 255, np.uint8), id="8192 x 64"),
    ],
)
def test_odd_shapes_are_meshed(studio: Studio, image: Rgba) -> None:
    write_png(studio.folder / "odd.png", image)

    ran = studio.run("mesh", "odd.png", "-o", "out", "--json")

    assert ran.code == 0
    assert ran.json["meshes"][0]["quality"]["uncovered_pixels"] == 0


def test_dust_is_meshed_even_as_one_attachment_a_speck(studio: Studio) -> None:
    dust = np.zeros((200, 200, 4), np.uint8)
    dust[::4, ::4] = 255
    write_png(studio.folder / "dust.png", dust)

    flags = ("--islands", "split", "--min-contour-area", "1", "--json")
    ran = studio.run("mesh", "dust.png", "-n", *flags)

    assert len(ran.json["meshes"]) == 2500


def test_wrong_extension_is_read_by_its_bytes(studio: Studio) -> None:
    write_png(studio.folder / "arm.png").rename(studio.folder / "arm.jpg")

    ran = studio.run("mesh", "arm.jpg", "-o", "out", "--json")

    assert ran.code == 0
    assert "in fact a PNG" in ran.json["meshes"][0]["warnings"][0]


@pytest.mark.parametrize("name", ["左腕", "my arm", "rücken", "팔", "arm.v2"])
def test_names_survive(studio: Studio, name: str) -> None:
    write_png(studio.folder / "art" / f"{name}.png")

    ran = studio.spawn("mesh", "art", "-o", "out", "--atlas", "--json")

    assert ran.code == 0
    assert ran.json["meshes"][0]["name"] == name
    assert list(skeleton(studio)) == [name]
    assert f"out/images/{name}.png" in studio.files()


@pytest.mark.parametrize("name", ["two\nlines", "back\\slash", "col:on", " blank"])
def test_names_that_no_skeleton_can_hold_are_refused(studio: Studio, name: str) -> None:
    write_png(studio.folder / "art" / f"{name}.png")
    write_png(studio.folder / "art" / "good.png")

    ran = studio.run("mesh", "art", "-o", "out", "--json")

    assert ran.code == 1
    assert ran.json["failed"][0]["error"]["code"] == "NAME_UNUSABLE"
    assert list(skeleton(studio)) == ["good"]


def test_name_that_is_not_unicode_is_refused(studio: Studio) -> None:
    write_png(studio.folder / "good.png")
    shutil.copy("good.png", os.fsdecode(b"\xff.png"))

    ran = studio.spawn("mesh", "good.png", os.fsdecode(b"\xff.png"), "-n", "--json")

    assert ran.code == 1
    assert ran.json["failed"][0]["error"]["code"] == "NAME_UNUSABLE"


def test_two_images_of_one_name_fail_and_the_others_go_on(studio: Studio) -> None:
    for place in ("a/arm.png", "b/arm.png", "b/leg.png"):
        write_png(studio.folder / place, disc(30 + len(place) + ord(place[0])))

    ran = studio.run("mesh", "a/arm.png", "b/arm.png", "b/leg.png", "-o", "out", "--json")

    assert ran.code == 1
    assert list(skeleton(studio)) == ["leg"]
    assert [failure["image"] for failure in ran.json["failed"]] == ["a/arm.png", "b/arm.png"]
    for failure in ran.json["failed"]:
        assert failure["error"]["code"] == "NAME_TAKEN"
        assert "a/arm.png" in failure["error"]["message"]
        assert "b/arm.png" in failure["error"]["message"]


def test_island_with_the_name_of_another_image_fails(studio: Studio) -> None:
    write_png(studio.folder / "eyes.png", two_discs())
    write_png(studio.folder / "eyes-1.png")

    flags = ("-o", "out", "--islands", "split", "--json")
    ran = studio.run("mesh", "eyes.png", "eyes-1.png", *flags)

    assert ran.json["failed"][0]["error"]["code"] == "NAME_TAKEN"
    assert list(skeleton(studio)) == ["eyes-1"]
    assert "out/images/eyes.png" not in studio.files()


def test_one_image_given_twice_is_one(studio: Studio) -> None:
    write_png(studio.folder / "art" / "arm.png")

    ran = studio.run("mesh", "art", "art/arm.png", "art/../art/arm.png", "-n", "--json")

    assert ran.code == 0
    assert len(ran.json["meshes"]) == 1


def test_folder_without_images_is_no_input(studio: Studio) -> None:
    (studio.folder / "art").mkdir()
    (studio.folder / "art" / "notes.txt").write_text("none yet")

    ran = studio.run("mesh", "art", "-o", "out", "--json")

    assert ran.code == 3
    assert ran.json == {
        "skeleton": None,
        "meshes": [],
        "failed": [{"image": "art", "error": ran.json["failed"][0]["error"]}],
        "warnings": [],
    }
    assert ran.json["failed"][0]["error"]["code"] == "NO_IMAGES"
    assert not (studio.folder / "out").exists()


def test_images_that_are_all_empty_were_read(studio: Studio) -> None:
    write_png(studio.folder / "clear.png", disc(alpha=0))

    assert studio.run("mesh", "clear.png", "-n").code == 1


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_target_that_cannot_be_written_is_one_sentence(studio: Studio, out: str) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "file").write_text("in the way")

    ran = studio.spawn("mesh", "arm.png", "-o", out)

    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert "cannot be written" in ran.err


def test_folder_in_the_place_of_the_skeleton_is_one_sentence(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "out/skeleton.json/inside").mkdir(parents=True)

    ran = studio.run("mesh", "arm.png", "-o", "out")

    assert ran.code == 2
    assert not list((studio.folder / "out").glob(".spinelift-*"))


def test_pipes_and_devices_are_refused_without_waiting(studio: Studio) -> None:
    os.mkfifo(studio.folder / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        ran = studio.spawn("mesh", "pipe.png", "socket.png", "/dev/zero", "-n", "--json")

    assert ran.code == 3
    assert {failure["error"]["code"] for failure in ran.json["failed"]} == {"IMAGE_NOT_FOUND"}


TOO_LONG = 300 * "a"
"""No file system has such a name: to ask what it is fails, as below a folder without rights."""


def test_path_that_cannot_be_looked_at_fails_alone(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run("mesh", f"{TOO_LONG}.png", f"{TOO_LONG}/*.png", "arm.png", "-n", "--json")

    assert ran.code == 1
    assert [entry["name"] for entry in ran.json["meshes"]] == ["arm"]
    codes = [failure["error"]["code"] for failure in ran.json["failed"]]
    assert sorted(codes) == ["IMAGE_NOT_FOUND", "NO_IMAGES"]


def test_standard_input_is_an_image(studio: Studio) -> None:
    content = write_png(studio.folder / "arm.png").read_bytes()

    ran = studio.spawn("mesh", "-", "-o", "out", "--json", stdin=content)

    assert ran.code == 0
    assert (studio.folder / "out/images/stdin.png").read_bytes() == content


def test_empty_standard_input_is_no_input(studio: Studio) -> None:
    assert studio.spawn("mesh", "-", "-n").code == 3


def test_output_inside_the_input_folder_is_not_meshed_again(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    for _ in range(2):
        ran = studio.run("mesh", ".", "-o", "out", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["arm"]


def test_folder_of_nothing_but_output_is_said_to_be_one(studio: Studio) -> None:
    write_png(studio.folder / "out" / "arm.png")

    ran = studio.run("mesh", "out", "-o", "out")

    assert ran.code == 3
    assert "output folder" in ran.err


def test_failed_run_leaves_the_last_good_skeleton(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-o", "out")
    before = (studio.folder / "out/skeleton.json").read_bytes()
    (studio.folder / "arm.png").write_bytes(b"")

    ran = studio.run("mesh", "arm.png", "-o", "out")

    assert ran.code == 3
    assert (studio.folder / "out/skeleton.json").read_bytes() == before


def test_second_run_comes_from_the_cache(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-n", "--cache-dir", "kept")

    assert len(list((studio.folder / "kept").rglob("*.mesh"))) == 1
    assert not (studio.folder / ".cache").exists()


@pytest.mark.parametrize("folder", [TOO_LONG, f"{TOO_LONG}/kept", "arm.png", "arm.png/kept"])
def test_cache_that_cannot_be_is_no_failure(studio: Studio, folder: str) -> None:
    write_png(studio.folder / "arm.png")

    assert studio.run("mesh", "arm.png", "-n", "--cache-dir", folder).code == 0
    assert studio.files() == {"arm.png"}


def test_user_without_a_home_has_no_cache(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    write_png(studio.folder / "arm.png")
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 7)

    assert studio.run("mesh", "arm.png", "-n").code == 0
    assert studio.run("cache").code == 2
    assert studio.files() == {"arm.png"}


def test_no_cache_keeps_nothing(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-n", "--no-cache")

    assert not (studio.folder / ".cache").exists()


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("mesh",),
        ("mesh", "arm.png"),
        ("mesh", "arm.png", "-n", "--no-such-flag"),
        ("mesh", "arm.png", "-n", "--jobs", "0"),
        ("mesh", "arm.png", "-n", "--jobs", "many"),
        ("mesh", "arm.png", "-n", "--preset", "best"),
        ("mesh", "arm.png", "-n", "--target", "moon"),
        ("mesh", "arm.png", "-n", "--json", "--jsonl"),
        ("mesh", "arm.png", "-n", "--preview", "look.bmp"),
        ("mesh", "arm.png", "-n", "--preview", "arm.png"),
        ("mesh", "arm.png", "-o", "out", "--preview", "out/skeleton.png"),
        ("mesh", "arm.png", "-o", "out", "--preview", "out/../out/skeleton_2.png"),
        ("mesh", "arm.png", "-o", "out", "--preview", "out/images/look.png"),
        ("mesh", "arm.png", "-n", "--max-side", "0"),
        ("mesh", "", "-n"),
        ("mesh", "arm.png", "-o", ""),
        ("check", ""),
        ("mesh", "arm.png", "-n", "--layout", "nowhere.json"),
        ("mesh", "arm.png", "-o", "out", "--spine-version", "2.1"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_exit_code_2(studio: Studio, arguments: tuple[str, ...]) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert ran.err
    assert studio.files() == {"arm.png"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"arm": [1, 2]}',
        '{"arm": {"x": 1}}',
        '{"arm": {"x": 1, "y": "2"}}',
        '{"arm": {"x": NaN, "y": 2}}',
        '{"arm": {"x": 1e999, "y": 2}}',
        '{"arm": {"x": true, "y": 2}}',
        '{"arm": {"x": ' + "9" * 400 + ', "y": 2}}',
    ],
)
def test_wrong_layout_is_exit_code_2(studio: Studio, text: str) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "layout.json").write_text(text)

    assert studio.run("mesh", "arm.png", "-o", "out", "--layout", "layout.json").code == 2


def test_layout_that_names_no_image_warns(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    (studio.folder / "layout.json").write_text('{"amr": {"x": 1, "y": 2}}')

    ran = studio.run("mesh", "arm.png", "-n", "--layout", "layout.json", "--json")

    assert ran.code == 0
    (warning,) = ran.json["warnings"]
    assert "did you mean 'arm'" in warning
    assert ran.err == f"warning: {warning}\n"


def test_bug_is_exit_code_4_with_a_sentence(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*arguments: object) -> None:  # noqa: ARG001
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("spinelift.cli.mesh.find_sources", stumble)

    quiet, verbose = studio.run("mesh", "a.png", "-n"), studio.run("mesh", "a.png", "-n", "-v")

    assert (quiet.code, verbose.code) == (4, 4)
    assert "bug in SpineLift" in quiet.err
    assert "Traceback" not in quiet.err
    assert "Traceback" in verbose.err


def test_bug_in_one_image_leaves_the_others(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(alpha: Alpha, parameters: MeshParameters) -> list[Mesh]:
        if alpha.shape == (48, 48):
            raise ZeroDivisionError("oh")
        return generate(alpha, parameters)

    monkeypatch.setattr(work, "generate", stumble)
    write_png(studio.folder / "arm.png")
    write_png(studio.folder / "leg.png", disc(60))

    ran = studio.run("mesh", "arm.png", "leg.png", "-o", "out", "-j", "1", "--json")

    assert ran.code == 4
    assert list(skeleton(studio)) == ["leg"]
    assert ran.json["failed"][0]["error"]["code"] == "INTERNAL"


def test_folder_is_searched_with_paths_as_names(studio: Studio) -> None:
    for place in ("b/hand.png", "a.png", "b/arm/upper.webp", ".hidden/x.png", "b/._arm.png"):
        write_png(studio.folder / "art" / place)
    (studio.folder / "art/readme.txt").write_text("no image")

    ran = studio.run("mesh", "art", "-n", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["a", "b/arm/upper", "b/hand"]


def test_glob_is_expanded(studio: Studio) -> None:
    for place in ("knight/head.png", "knight/arm.png", "mage/head.png", "mage/notes.txt"):
        write_png(studio.folder / "art" / place)

    ran = studio.run("mesh", "art/*/head.*", "-n", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["knight/head", "mage/head"]


def test_glob_that_matches_nothing_is_no_input(studio: Studio) -> None:
    assert studio.run("mesh", "*.png", "-n").code == 3


def test_glob_that_matches_nothing_fails_beside_those_that_do(studio: Studio) -> None:
    write_png(studio.folder / "art" / "arm.png")

    ran = studio.run("mesh", "art/*.png", "art/*.webp", "-o", "out", "--json")

    assert ran.code == 1
    assert list(skeleton(studio)) == ["arm"]
    assert [(one["image"], one["error"]["code"]) for one in ran.json["failed"]] == [
        ("art/*.webp", "NO_IMAGES")
    ]


def test_linked_folder_is_searched(studio: Studio) -> None:
    write_png(studio.folder / "shared" / "arm.png")
    (studio.folder / "art").mkdir()
    (studio.folder / "art" / "linked").symlink_to("../shared")

    ran = studio.run("mesh", "art", "-n", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["linked/arm"]


def test_folder_linked_from_beside_it_is_found_once_in_its_own_place(studio: Studio) -> None:
    write_png(studio.folder / "art" / "real" / "arm.png")
    (studio.folder / "art" / "alias").symlink_to("real")

    ran = studio.run("mesh", "art", "-n", "--json")

    assert [entry["name"] for entry in ran.json["meshes"]] == ["real/arm"]


def test_loops_of_links_end(studio: Studio) -> None:
    write_png(studio.folder / "art" / "arm.png")
    (studio.folder / "art" / "again").symlink_to("..")
    (studio.folder / "art" / "self.png").symlink_to("self.png")
    (studio.folder / "art" / "gone.png").symlink_to("nowhere.png")

    ran = studio.run("mesh", "art", "art/**/*.png", "-n", "--json")

    assert ran.code == 1
    assert [entry["name"] for entry in ran.json["meshes"]] == ["arm"]


def test_paths_with_dots_cannot_escape_the_output(studio: Studio) -> None:
    write_png(studio.folder / "art" / "arm.png")
    (studio.folder / "art" / "sub").mkdir()

    ran = studio.run("mesh", "art/*/../arm.png", "-o", "deep/out", "--json")

    assert ran.code in {1, 3}
    assert ran.json["failed"][0]["error"]["code"] == "NAME_UNUSABLE"
    assert studio.files() == {"art/arm.png"}


@pytest.mark.parametrize("becomes", [None, b"other bytes"])
def test_file_that_changes_after_meshing_is_one_sentence(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, becomes: bytes | None
) -> None:
    path = write_png(studio.folder / "arm.png")
    content = path.read_bytes()
    mesh_all = command._mesh_all

    def mesh_all_then_change(*arguments: object) -> object:
        result = mesh_all(*arguments)  # type: ignore[arg-type]
        path.unlink()
        if becomes is not None:
            path.write_bytes(content + becomes)
        return result

    monkeypatch.setattr(command, "_mesh_all", mesh_all_then_change)

    ran = studio.run("mesh", "arm.png", "-o", "out", "--atlas")

    assert ran.code == 2
    assert "arm.png" in ran.err
    assert not (studio.folder / "out").exists()


def test_svg_of_several_images_is_refused_before_anything_is_written(studio: Studio) -> None:
    for name in ("a", "b"):
        write_png(studio.folder / f"{name}.png", disc())

    ran = studio.run("mesh", "a.png", "b.png", "-o", "out", "--preview", "look.svg")

    assert ran.code == 2
    assert "use a .png" in ran.err
    assert not (studio.folder / "out").exists()


def test_full_output_is_no_bug(studio: Studio) -> None:
    write_png(studio.folder / "a.png", disc())

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            studio.command(["mesh", "a.png", "-n", "--json"]),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == 2
    assert b"cannot be written" in done.stderr
