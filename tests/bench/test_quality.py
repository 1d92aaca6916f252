from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from bench.art import Piece
from bench.corpus import distinct_pieces, read_pairs
from bench.quality import beside_artists, by_budget, row, score, sliver_share
from bench.recipe import recipe_mesh
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.images import encode_png
from spinelift.mesh.types import Alpha
from spinelift.samples.families import blob

SQUARE = {"vertices": [[0, 0], [40, 0], [40, 40], [0, 40]], "triangles": [[0, 1, 2], [0, 2, 3]]}


def diamond() -> Alpha:
    """40 x 40: half of the square is visible."""
    rows, columns = np.indices((40, 40))
    inside = np.abs(rows - 19.5) + np.abs(columns - 19.5) < 20
    return np.where(inside, 255, 0).astype(np.uint8)


def write_corpus(folder: Path, *records: Mapping[str, object]) -> Path:
    alpha = diamond()
    rgba = np.dstack([np.zeros((40, 40, 3), np.uint8), alpha])
    (folder / "diamond.png").write_bytes(encode_png(rgba))
    known = [{"image": "diamond.png", "hull": 4, **record} for record in records]
    (folder / "pairs.json").write_text(json.dumps(known), encoding="utf-8")
    return folder


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), budget=st.integers(4, 40))
def test_the_recipe_keeps_its_budget(seed: int, budget: int) -> None:
    mesh = recipe_mesh(blob(60, 60, seed=seed), budget)

    assert mesh is not None
    assert 3 <= len(mesh.vertices) <= budget
    assert mesh.quality.overdraw > 0  # its triangles run the way that ours do


def test_the_recipe_is_seen_to_cut() -> None:
    mesh = recipe_mesh(blob(60, 60), 6)

    assert mesh is not None
    assert mesh.quality.uncovered_pixels > 0


def test_the_recipe_runs_through_the_centres_of_pixels() -> None:
    mesh = recipe_mesh(np.full((20, 30), 255, dtype=np.uint8), 4)

    assert mesh is not None
    assert sorted(map(tuple, mesh.vertices)) == [(0.5, 0.5), (0.5, 19.5), (29.5, 0.5), (29.5, 19.5)]


def test_the_recipe_has_no_mesh_of_a_line() -> None:
    alpha = np.zeros((20, 20), dtype=np.uint8)
    alpha[10, 2:18] = 255

    assert recipe_mesh(alpha, 8) is None


def test_an_artists_mesh_is_read_whichever_way_its_triangles_run(tmp_path: Path) -> None:
    turned = {"vertices": SQUARE["vertices"], "triangles": [[2, 1, 0], [0, 2, 3]]}

    [pair] = read_pairs(write_corpus(tmp_path, turned))

    assert pair.artist.quality.coverage == 1
    assert pair.artist.quality.overdraw == pytest.approx(1600 / np.count_nonzero(diamond()))


def test_meshes_of_one_image_share_its_piece(tmp_path: Path) -> None:
    pairs = read_pairs(write_corpus(tmp_path, SQUARE, SQUARE))

    assert len(pairs) == 2
    assert pairs[0].piece is pairs[1].piece
    assert distinct_pieces(pairs) == [pairs[0].piece]


def test_ours_wins_where_the_artist_took_the_whole_rectangle(tmp_path: Path) -> None:
    pairs = read_pairs(write_corpus(tmp_path, SQUARE))

    artists, recipe, *ours = beside_artists(pairs).rows

    assert artists.is_met is None
    assert recipe.is_met is None
    assert {(line.cells[-2], line.cells[-1]) for line in ours} == {("1 / 0 / 0", "1")}
    assert all(line.is_met for line in ours)


def test_equal_areas_are_a_tie_and_pairs_not_chosen_do_not_count(tmp_path: Path) -> None:
    pairs = read_pairs(write_corpus(tmp_path, SQUARE, SQUARE))
    artists = [pair.artist for pair in pairs]

    assert score(artists, artists, [True, False]) == (0, 1, 0)


def test_a_row_counts_what_breaks_the_goal(tmp_path: Path) -> None:
    half = {"vertices": SQUARE["vertices"], "triangles": [[0, 1, 2]]}
    pairs = read_pairs(write_corpus(tmp_path, SQUARE, half))
    meshes = [pair.artist for pair in pairs]

    fine = row("whole", meshes[:1], [4], is_judged=True)
    over = row("over", meshes[:1], [3], is_judged=True)
    cut = row("half", meshes[1:], [4], is_judged=True)

    assert [fine.is_met, over.is_met, cut.is_met] == [True, False, False]
    assert over.cells[4] == "1"
    assert cut.cells[5] == "1"


def test_slivers_are_counted_among_all_triangles(tmp_path: Path) -> None:
    flat = {**SQUARE, "vertices": [[0, 0], [40, 0], [40, 1], [0, 1]]}
    pairs = read_pairs(write_corpus(tmp_path, SQUARE, flat))

    assert sliver_share([pair.artist for pair in pairs]) == pytest.approx(2 / 4)


def test_every_budget_has_a_row_of_ours_and_of_the_recipe() -> None:
    table = by_budget("tiny", [Piece("diamond", diamond())])

    names = [line.cells[0] for line in table.rows]
    assert names[:3] == ["8 SpineLift", "8 recipe", "12 SpineLift"]
    assert names[-1] == "defaults"
    assert all(line.is_met for line in table.rows if not line.cells[0].endswith("recipe"))
