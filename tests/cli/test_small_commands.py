"""`spinelift presets` and `spinelift cache`."""

from __future__ import annotations

from spinelift.mesh.parameters import PARAMETERS
from spinelift.mesh.presets import PRESETS, TARGETS

from ..art import write_png
from .conftest import Studio


def test_presets_show_every_preset_parameter_and_target(studio: Studio) -> None:
    ran = studio.run("presets")

    assert ran.code == 0
    for name in (*PRESETS, *PARAMETERS, *TARGETS):
        assert name in ran.out


def test_presets_as_json_hold_their_values(studio: Studio) -> None:
    values = studio.run("presets", "--json").json

    assert values["presets"] == {name: preset.to_mapping() for name, preset in PRESETS.items()}
    assert [spec["name"] for spec in values["parameters"]] == list(PARAMETERS)
    assert values["targets"] == dict(TARGETS)


def test_cache_is_shown_and_emptied(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-n")
    filled = studio.run("cache", "info", "--json").json

    assert studio.run("cache", "clear").code == 0
    emptied = studio.run("cache", "--json").json

    assert (filled["entries"], emptied["entries"]) == (1, 0)
    assert filled["bytes"] > 0


def test_cache_says_where_it_is(studio: Studio) -> None:
    assert studio.run("cache", "path").out == f"{studio.folder}/.cache/spinelift\n"
    assert studio.run("cache", "path", "--cache-dir", "kept").out == "kept\n"


def test_cache_that_is_not_there_is_empty(studio: Studio) -> None:
    assert studio.run("cache", "clear").code == 0
    assert "entries  0" in studio.run("cache").out


def test_unknown_action_is_wrong_usage(studio: Studio) -> None:
    assert studio.run("cache", "burn").code == 2


def test_size_of_a_small_cache_is_not_nothing(studio: Studio) -> None:
    write_png(studio.folder / "arm.png")
    studio.run("mesh", "arm.png", "-n")

    (line,) = (line for line in studio.run("cache").out.splitlines() if line.startswith("size"))

    assert line.endswith(" of 512 MB")
    assert not line.split()[1].startswith("0")
