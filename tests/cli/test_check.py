"""`spinelift check`: a gate for build servers."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from ..art import disc, two_discs, write_png
from .conftest import Studio


@pytest.fixture
def made(studio: Studio) -> Studio:
    """A studio with a skeleton of two images in `out`."""
    write_png(studio.folder / "arm.png", disc(200))
    write_png(studio.folder / "eyes.png", two_discs())
    assert studio.run("mesh", "arm.png", "eyes.png", "-o", "out").code == 0
    return studio


def test_good_images_pass(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    ran = studio.run("check", "arm.png")

    assert ran.code == 0
    assert ran.out.splitlines()[1].endswith("good")


def test_nothing_is_written(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")

    studio.run("check", "arm.png")

    assert studio.files() == {"arm.png"}


def test_our_own_skeleton_passes(made: Studio) -> None:
    ran = made.run("check", "out/skeleton.json", "--json")

    assert ran.code == 0
    assert [one["name"] for one in ran.json["checked"]] == ["arm", "eyes"]
    assert all(one["faults"] == [] for one in ran.json["checked"])


def test_skeleton_of_split_islands_passes(studio: Studio) -> None:
    write_png(studio.folder / "eyes.png", two_discs())
    studio.run("mesh", "eyes.png", "-o", "out", "--islands", "split")

    assert studio.run("check", "out/skeleton.json").code == 0


def test_image_that_grew_is_outside_its_mesh(made: Studio) -> None:
    write_png(made.folder / "out/images/arm.png", np.full((200, 200, 4), 255, np.uint8))

    ran = made.run("check", "out/skeleton.json")

    assert ran.code == 1
    assert "visible pixels are outside the mesh" in ran.err


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--budget", "5"), "budget"),
        (("--max-vertices", "5"), "budget"),
        (("--max-hull-vertices", "5"), "hull"),
        (("--max-overdraw", "1.001"), "overdraw"),
        (("--max-slivers", "0"), "slivers"),
    ],
)
def test_limit_that_is_passed_fails(made: Studio, flags: tuple[str, str], word: str) -> None:
    ran = made.run("check", "out/skeleton.json", *flags)

    assert ran.code == 1
    assert word in ran.err


@pytest.mark.parametrize("flag", ["--max-slivers", "--max-overdraw"])
@pytest.mark.parametrize("limit", ["nan", "-0.5"])
def test_limit_that_nothing_can_be_compared_with_is_refused(
    made: Studio, flag: str, limit: str
) -> None:
    ran = made.run("check", "arm.png", f"{flag}={limit}")

    assert ran.code == 2
    assert f"{flag} is {limit}" in ran.err


def test_target_is_a_budget_for_a_skeleton(studio: Studio) -> None:
    write_png(studio.folder / "arm.png", disc(900))
    studio.run("mesh", "arm.png", "-o", "out", "--internal-vertex-density", "100")

    assert studio.run("check", "out/skeleton.json").code == 0
    assert studio.run("check", "out/skeleton.json", "--target", "mobile").code == 1


def test_some_uncovered_pixels_can_be_allowed(made: Studio) -> None:
    write_png(made.folder / "out/images/arm.png", np.full((200, 200, 4), 255, np.uint8))

    flags = ("--max-uncovered", "40000")
    assert made.run("check", "out/skeleton.json", *flags).code == 0


def test_missing_image_of_a_skeleton_fails(made: Studio) -> None:
    (made.folder / "out/images/arm.png").unlink()

    ran = made.run("check", "out/skeleton.json", "--json")

    assert ran.code == 1
    assert ran.json["failed"][0]["error"]["code"] == "IMAGE_NOT_FOUND"


def test_images_may_be_elsewhere(made: Studio) -> None:
    (made.folder / "out/images").rename(made.folder / "elsewhere")

    assert made.run("check", "out/skeleton.json", "--images", "elsewhere").code == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"skins": 3}', "[" * 100_000])
def test_skeleton_that_is_none_is_no_input(studio: Studio, text: str) -> None:
    (studio.folder / "skeleton.json").write_text(text)

    ran = studio.run("check", "skeleton.json", "--json")

    assert ran.code == 3
    assert ran.json["failed"][0]["error"]["code"] == "DOCUMENT_UNREADABLE"


def test_hostile_skeleton_cannot_hurt(made: Studio) -> None:
    path = made.folder / "out/skeleton.json"
    document = json.loads(path.read_bytes())
    arm = document["skins"][0]["attachments"]["arm"]["arm"]
    arm["uvs"] = [(-1) ** n * 1e300 for n in range(len(arm["uvs"]))]
    path.write_text(json.dumps(document))

    assert made.spawn("check", "out/skeleton.json").code == 1


def test_skeleton_with_an_impossible_image_fails_in_that_image_only(made: Studio) -> None:
    path = made.folder / "out/skeleton.json"
    document = json.loads(path.read_bytes())
    document["skins"][0]["attachments"]["arm"]["arm"]["path"] = 300 * "a"
    path.write_text(json.dumps(document))

    ran = made.run("check", "out/skeleton.json", "--json")

    assert ran.code == 1
    assert [one["name"] for one in ran.json["checked"]] == ["eyes"]
    assert [one["error"]["code"] for one in ran.json["failed"]] == ["IMAGE_NOT_FOUND"]


def test_junit_has_a_case_for_each_mesh_and_failure(made: Studio) -> None:
    (made.folder / "<b>&\x1b.png").write_bytes(b"")

    flags = ("--budget", "5", "--junit", "reports/check.xml")
    ran = made.run("check", "out/skeleton.json", "<b>&\x1b.png", "arm.png", *flags)

    assert ran.code == 1
    suite = ElementTree.parse(made.folder / "reports/check.xml").getroot()[0]  # noqa: S314 (ours)
    assert (suite.get("tests"), suite.get("failures")) == ("4", "4")
    assert {case.get("name") for case in suite} == {
        "arm",
        "eyes",
        "<b>&\N{REPLACEMENT CHARACTER}.png",
    }
    assert all(case[0].get("message") for case in suite)


def test_check_without_paths_is_wrong_usage(studio: Studio) -> None:
    assert studio.run("check").code == 2
