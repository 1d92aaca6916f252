"""`spinelift.toml`: file, rules and command line, each stronger than the one before."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.cli.configuration import Layer, combine, read_configuration
from spinelift.cli.init import template
from spinelift.mesh.parameters import PARAMETERS, MeshParameters
from spinelift.mesh.presets import PRESETS

from ..art import disc, write_png
from .conftest import Studio


def hull(studio: Studio, *flags: str, image: str = "arm.png") -> int:
    """Hull vertices of the mesh that these flags give."""
    ran = studio.run("mesh", image, "-n", "--json", *flags)
    assert ran.code == 0, ran.err
    count: int = ran.json["meshes"][0]["hull"]
    return count


@pytest.fixture
def drawn(studio: Studio) -> Studio:
    """A studio with art whose mesh has more than 12 hull vertices."""
    write_png(studio.folder / "arm.png", disc(400))
    write_png(studio.folder / "hair/front/lock.png", disc(400))
    return studio


def configure(studio: Studio, text: str) -> None:
    (studio.folder / "spinelift.toml").write_text(text, encoding="utf-8")


def test_file_sets_parameters(drawn: Studio) -> None:
    configure(drawn, "[parameters]\nmax_hull_vertices = 6\n")

    assert hull(drawn) == 6


def test_nearest_file_above_is_used(drawn: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(drawn, "[parameters]\nmax_hull_vertices = 6\n")
    monkeypatch.chdir(drawn.folder / "hair" / "front")

    assert hull(drawn, image="lock.png") == 6


def test_nearer_file_hides_the_farther(drawn: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(drawn, "[parameters]\nmax_hull_vertices = 6\n")
    (drawn.folder / "hair/spinelift.toml").write_text("[parameters]\nmax_hull_vertices = 8\n")
    monkeypatch.chdir(drawn.folder / "hair" / "front")

    assert hull(drawn, image="lock.png") == 8


def test_command_line_wins_over_the_file(drawn: Studio) -> None:
    configure(drawn, "[parameters]\nmax_hull_vertices = 6\n")

    assert hull(drawn, "--max-hull-vertices", "9") == 9
    assert hull(drawn, "--max-hull-vertices", "none") > 6


@pytest.mark.parametrize(
    "glob", ["hair/**/*.png", "hair/front/lock.png", "**/lock.png", "lock.*", "hair/**", "**"]
)
def test_rule_holds_for_the_images_that_it_matches(drawn: Studio, glob: str) -> None:
    configure(drawn, f'[[rules]]\nfiles = "{glob}"\nparameters.max_hull_vertices = 6\n')

    assert hull(drawn, image="hair/front/lock.png") == 6


@pytest.mark.parametrize("glob", ["hair/*.png", "hair/*/*.webp", "front/lock.png", "hair", "*.jpg"])
def test_rule_leaves_other_images_alone(drawn: Studio, glob: str) -> None:
    configure(drawn, f'[[rules]]\nfiles = ["{glob}"]\nparameters.max_hull_vertices = 6\n')

    assert hull(drawn, image="hair/front/lock.png") > 6


def test_later_rule_wins(drawn: Studio) -> None:
    configure(
        drawn,
        '[[rules]]\nfiles = "*.png"\nparameters.max_hull_vertices = 6\n'
        '[[rules]]\nfiles = "arm.*"\nparameters.max_hull_vertices = 8\n',
    )

    assert hull(drawn) == 8


def test_rule_wins_over_the_rest_of_the_file(drawn: Studio) -> None:
    configure(
        drawn,
        "parameters.max_hull_vertices = 6\n"
        '[[rules]]\nfiles = "arm.*"\nparameters.max_hull_vertices = 8\n',
    )

    assert hull(drawn) == 8


def test_rules_are_read_from_the_file_s_own_folder(
    drawn: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(drawn, '[[rules]]\nfiles = "hair/front/*"\nparameters.max_hull_vertices = 6\n')
    monkeypatch.chdir(drawn.folder / "hair")

    assert hull(drawn, image="front/lock.png") == 6


@given(lower=st.sampled_from(list(PRESETS)), preset=st.sampled_from(list(PRESETS)))
@settings(max_examples=16)
def test_preset_replaces_whatever_was_said_below_it(lower: str, preset: str) -> None:
    below = Layer(preset=lower, parameters={"padding": 9, "detail_factor": 0.033})

    values, _ = combine([below, Layer(preset=preset)])

    assert values == PRESETS[preset].to_mapping()


@given(st.data())
@settings(max_examples=30)
def test_last_word_on_each_parameter_holds(data: st.DataObject) -> None:
    names = st.sampled_from(list(PARAMETERS))
    layers = data.draw(st.lists(st.dictionaries(names, st.integers()), max_size=4))
    expected: dict[str, Any] = {**MeshParameters().to_mapping()}
    for layer in layers:
        expected.update(layer)

    values, _ = combine(Layer(parameters=layer) for layer in layers)

    assert values == expected


def test_rule_that_matches_no_image_is_said_with_its_globs(drawn: Studio) -> None:
    configure(
        drawn,
        '[[rules]]\nfiles = "hari/**"\npreset = "performance"\n'
        '[[rules]]\nfiles = "arm.*"\npreset = "performance"\n'
        '[[rules]]\nfiles = ["*.webp", "lock"]\npreset = "performance"\n',
    )

    ran = drawn.run("mesh", "arm.png", "hair", "-n", "--json")

    assert ran.code == 0
    (warning,) = ran.json["warnings"]
    assert "no image matches rules[1] ('hari/**') or rules[3] ('*.webp', 'lock')" in warning
    assert ran.err == f"warning: {warning}\n"


def test_rule_is_no_matter_where_there_is_no_image(drawn: Studio) -> None:
    configure(drawn, '[[rules]]\nfiles = "hari/**"\npreset = "performance"\n')

    ran = drawn.run("mesh", "nothing-*.png", "-n", "--json")

    assert ran.code == 3
    assert ran.json["warnings"] == []


@pytest.mark.parametrize(("glob", "count"), [("out/images/*", 0), ("arm.*", 0), ("leg.*", 1)])
def test_rule_may_match_the_images_of_a_skeleton(drawn: Studio, glob: str, count: int) -> None:
    assert drawn.run("mesh", "arm.png", "-o", "out").code == 0
    configure(drawn, f'[[rules]]\nfiles = "{glob}"\npreset = "performance"\n')

    ran = drawn.run("check", "out/skeleton.json", "--json")

    assert ran.code == 0
    assert len(ran.json["warnings"]) == count
    assert len(ran.err.splitlines()) == count


def test_output_settings_are_used(drawn: Studio) -> None:
    configure(
        drawn,
        '[output]\ndirectory = "made"\nspine_version = "4.0"\natlas = true\n'
        'layout = "where.json"\n',
    )
    (drawn.folder / "where.json").write_text('{"arm": {"x": 500, "y": 0}}')

    assert drawn.run("mesh", "arm.png").code == 0
    document = json.loads((drawn.folder / "made/skeleton.json").read_bytes())
    assert document["skeleton"]["spine"].startswith("4.0")
    assert document["skeleton"]["x"] > 300
    assert (drawn.folder / "made/skeleton.atlas").exists()


def test_limits_of_the_file_are_used_and_flags_win(drawn: Studio) -> None:
    configure(drawn, "[limits]\nmax_side = 100\n")

    assert drawn.run("mesh", "arm.png", "-n").code == 3
    assert drawn.run("mesh", "arm.png", "-n", "--max-side", "400").code == 0


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("prest = 'balanced'", "did you mean preset"),
        ("[parameters]\nalpha_treshold = 3", "did you mean alpha_threshold"),
        ("[parameters]\nalpha-threshold = 3", "did you mean alpha_threshold"),
        ("[output]\nfolder = 'x'", "known here: directory"),
        ("[output]\natlas = 'yes'", "output.atlas"),
        ("[output]\ndirectory = 3", "output.directory"),
        ("[output]\nspine_version = '2.1'", "output.spine_version is '2.1'; allowed: 3.8"),
        ("[limits]\nmax_side = -1", "limits.max_side"),
        ("[[rules]]\nfile = '*'", "did you mean files"),
        ("[[rules]]\npreset = 'balanced'", "rules[1].files"),
        ("[[rules]]\nfiles = '*'\nparameters.pading = 1", "did you mean padding"),
        ("rules = 3", "[[rules]]"),
        ("parameters = 3", "parameters must be a table"),
        ("preset = 'best'", "high-detail"),
        ("target = 3", "mobile"),
        ("[parameters]\npadding = -1\nislands = 'all'", "islands"),
        ("[parameters]\npadding = true", "padding"),
        ("preset = ", "is not TOML"),
    ],
)
def test_wrong_file_is_one_sentence_that_names_it(drawn: Studio, text: str, hint: str) -> None:
    configure(drawn, text)

    ran = drawn.run("mesh", "arm.png", "-n")

    assert ran.code == 2
    assert "spinelift.toml" in ran.err
    assert hint in ran.err


def test_file_that_is_not_utf_8_is_one_sentence(drawn: Studio) -> None:
    (drawn.folder / "spinelift.toml").write_bytes(b"# \xff\xfe")

    ran = drawn.run("mesh", "arm.png", "-n")

    assert ran.code == 2
    assert "UTF-8" in ran.err


def test_file_may_start_with_the_mark_of_utf_8(drawn: Studio) -> None:
    configure(drawn, "\ufeff[parameters]\nmax_hull_vertices = 6\n")

    assert hull(drawn) == 6


def test_file_of_endless_brackets_is_one_sentence(drawn: Studio) -> None:
    configure(drawn, f"preset = {100_000 * '['}")

    ran = drawn.run("mesh", "arm.png", "-n")

    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1


def test_template_is_a_good_file_that_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "spinelift.toml"
    path.write_text(template(), encoding="utf-8")

    configuration = read_configuration(path)
    values, ceiling = combine([configuration.base])

    assert configuration.rules == ()
    assert values == MeshParameters().to_mapping()
    assert ceiling is None


def test_every_setting_of_the_template_is_one_that_is_known(tmp_path: Path) -> None:
    settings_only = "\n".join(
        line.removeprefix("# ") if " = " in line or "[" in line[:4] else line
        for line in template().splitlines()
    )
    path = tmp_path / "spinelift.toml"
    path.write_text(settings_only, encoding="utf-8")

    assert set(tomllib.loads(settings_only)["parameters"]) == set(PARAMETERS)
    read_configuration(path)


def test_init_writes_a_file_and_never_over_one(studio: Studio) -> None:
    assert studio.run("init").code == 0
    configure(studio, "# mine\n")

    ran = studio.run("init")

    assert ran.code == 2
    assert "there already" in ran.err
    assert (studio.folder / "spinelift.toml").read_text() == "# mine\n"


def test_init_where_nothing_can_be_is_one_sentence(studio: Studio) -> None:
    ran = studio.run("init", "nowhere")

    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
