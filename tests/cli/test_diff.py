"""`spinelift diff`: what changed."""

from __future__ import annotations

import numpy as np
import pytest

from ..art import disc, write_png
from .conftest import Studio


@pytest.fixture
def made(studio: Studio) -> Studio:
    """Skeletons of `arm` and `leg` in `one`, of `leg` and `head` in `two`."""
    for name in ("arm", "leg", "head"):
        write_png(studio.folder / f"{name}.png", disc(200))
    studio.run("mesh", "arm.png", "leg.png", "-o", "one")
    studio.run("mesh", "leg.png", "head.png", "-o", "two", "--max-vertices", "6")
    return studio


def test_equal_skeletons_do_not_differ(made: Studio) -> None:
    ran = made.run("diff", "one/skeleton.json", "one/skeleton.json", "--exit-code")

    assert ran.code == 0
    assert ran.out == ""


def test_changes_are_listed(made: Studio) -> None:
    ran = made.run("diff", "one/skeleton.json", "two/skeleton.json", "--json")

    assert ran.code == 0
    changes = {change["attachment"]: change for change in ran.json["changes"]}
    assert {name: change["change"] for name, change in changes.items()} == {
        "arm": "removed",
        "leg": "changed",
        "head": "added",
    }
    assert changes["leg"]["before"]["vertices"] > changes["leg"]["after"]["vertices"] == 6
    assert changes["leg"]["before"]["area"] < changes["leg"]["after"]["area"]
    assert changes["arm"]["after"] is None
    assert changes["head"]["before"] is None


def test_table_shows_before_and_after(made: Studio) -> None:
    ran = made.run("diff", "one/skeleton.json", "two/skeleton.json")

    leg = next(line for line in ran.out.splitlines() if line.startswith("leg"))
    assert "-> 6" in leg


def test_largest_move_is_given_where_vertices_correspond(studio: Studio) -> None:
    square = np.zeros((100, 100, 4), dtype=np.uint8)
    square[20:80, 20:80] = 255
    write_png(studio.folder / "arm.png", square)
    studio.run("mesh", "arm.png", "-o", "one", "--max-vertices", "4")
    studio.run("mesh", "arm.png", "-o", "two", "--max-vertices", "4", "--padding", "5")

    ran = studio.run("diff", "one/skeleton.json", "two/skeleton.json", "--json")

    assert 0 < ran.json["changes"][0]["largest_move"] < 20


def test_exit_code_tells_when_asked(made: Studio) -> None:
    assert made.run("diff", "one/skeleton.json", "two/skeleton.json", "--exit-code").code == 1


def test_skeleton_that_cannot_be_read_is_no_input(made: Studio) -> None:
    (made.folder / "broken.json").write_text("{")

    for other in ("broken.json", "nowhere.json"):
        ran = made.run("diff", "one/skeleton.json", other)
        assert ran.code == 3
        assert other in ran.err


def test_one_skeleton_is_wrong_usage(made: Studio) -> None:
    assert made.run("diff", "one/skeleton.json").code == 2
