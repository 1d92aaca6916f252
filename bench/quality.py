"""Overdraw, coverage and angles by hull vertices, beside the usual recipe and artists' meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from bench.art import Piece, family_pieces, sample_pieces
from bench.clock import median, percentile
from bench.corpus import Pair, distinct_pieces
from bench.recipe import recipe_mesh
from bench.table import Row, Table
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.quality import smallest_angles, triangle_areas
from spinelift.mesh.types import Mesh

BUDGETS = (8, 12, 16, 24, 32, 64)
TIE = 0.0001
"""Areas that differ by less than this share are a tie."""

ANGLE_GOALS = {"in all": (27.0, 24.0), "on the hull": (23.0, 20.0)}
"""Degrees, medians: the 5th percentile of a mesh's smallest angles, and the smallest."""

SLIVERS = 0.02
"""Of all triangles, at most."""

FAINT, NEARLY = 10, 0.999
"""Few artists cover the last trace of a soft edge: the wider comparison takes who covers nearly
all that is more visible than this."""

MAXIMUM = 65_535
"""Vertices that Spine can count."""

COLUMNS = (
    *("vertices med/p90", "images", "overdraw med/p90", "over budget", "not covered"),
    *("cut % med/p90", "angle p5", "smallest", "slivers %"),
)
BUDGET_GOAL = "no image over its budget, every pixel covered"
ARTISTS_GOAL = "covered, within the artist's count, no loss; with alpha > 10 and inside: more wins"
NOTES = (
    "overdraw: area of triangles / visible pixels (alpha > 0; defaults: > 10); "
    "cut: share of visible pixels outside",
    "angle p5, smallest: medians over images, degrees; slivers: share of all triangles below 10",
)


def tables(pairs: Sequence[Pair]) -> Iterator[Table]:
    """Drawn samples, drawn families, and where there are pairs real art."""
    yield by_budget("Quality by hull vertices: drawn samples", sample_pieces())
    yield by_budget("Quality by hull vertices: drawn families of shapes", family_pieces())
    if pairs:
        yield by_budget("Quality by hull vertices: real art", distinct_pieces(list(pairs)))
        yield beside_artists(pairs)
        yield triangles_beside_artists(pairs)
        yield sliver_thresholds(pairs)


def by_budget(title: str, pieces: Sequence[Piece]) -> Table:
    """Ours and the recipe's meshes of all pieces, for every budget; then ours by default."""
    rows = []
    for budget in BUDGETS:
        budgets = [budget] * len(pieces)
        ours = [outline_mesh(piece, budget) for piece in pieces]
        recipes = [recipe_mesh(piece.alpha, budget) for piece in pieces]
        rows += [
            row(f"{budget} SpineLift", ours, budgets, is_judged=True),
            row(f"{budget} recipe", recipes, budgets),
        ]
    defaults = [generate(piece.alpha, MeshParameters())[0] for piece in pieces]
    rows.append(row("defaults", defaults, [MAXIMUM] * len(pieces), is_judged=True))
    recipe = "recipe: findContours + approxPolyDP (epsilon searched) + Triangle"
    return Table(title, ("hull", *COLUMNS), rows, BUDGET_GOAL, (*NOTES, recipe))


def outline_mesh(piece: Piece, budget: int, alpha_threshold: int = 0) -> Mesh:
    """Mesh every pixel above the threshold, in every island, with that many hull vertices."""
    parameters = MeshParameters(
        alpha_threshold=alpha_threshold, min_contour_area=1, max_hull_vertices=max(4, budget)
    )
    return generate(piece.alpha, parameters)[0]


def bending_mesh(piece: Piece, budget: int, hull_budget: int | None = None) -> Mesh:
    """The same with that many vertices in all, of which a density of 50 puts some inside."""
    parameters = MeshParameters(
        alpha_threshold=0,
        min_contour_area=1,
        max_vertices=max(4, budget),
        max_hull_vertices=hull_budget and max(4, hull_budget),
        internal_vertex_density=50,
    )
    return generate(piece.alpha, parameters)[0]


def row(
    name: str, meshes: Sequence[Mesh | None], budgets: Sequence[int], *, is_judged: bool = False
) -> Row:
    """Summarize meshes; None stands for an image of which there is none."""
    made = [mesh for mesh in meshes if mesh is not None]
    qualities = [mesh.quality for mesh in made]
    over = sum(
        mesh is not None and len(mesh.vertices) > budget
        for mesh, budget in zip(meshes, budgets, strict=True)
    )
    uncovered = sum(quality.uncovered_pixels > 0 for quality in qualities)
    cells = (
        name,
        spread([len(mesh.vertices) for mesh in made], ".0f"),
        str(len(made)),
        spread([quality.overdraw for quality in qualities], ".3f"),
        str(over),
        str(uncovered),
        spread([100 * (1 - quality.coverage) for quality in qualities], ".2f"),
        f"{median([quality.angle_p5_degrees for quality in qualities]):.1f}",
        f"{median([quality.smallest_angle_degrees for quality in qualities]):.1f}",
        f"{100 * sliver_share(made):.1f}",
    )
    return Row(cells, not over and not uncovered if is_judged else None)


def spread(values: Sequence[float], form: str) -> str:
    """Median / 90th percentile."""
    if not values:
        return "-"
    return f"{median(values):{form}} / {percentile(values, 90):{form}}"


def sliver_share(meshes: Sequence[Mesh]) -> float:
    """Of all triangles of all meshes."""
    slivers = sum(mesh.quality.slivers * len(mesh.triangles) for mesh in meshes)
    return slivers / max(1, sum(len(mesh.triangles) for mesh in meshes))


# Beside the artists


def beside_artists(pairs: Sequence[Pair]) -> Table:
    """Each artist's mesh beside ours with as many vertices, pair by pair."""
    pieces, artists = [pair.piece for pair in pairs], [pair.artist for pair in pairs]
    hulls = [artist.hull for artist in artists]
    counts = [len(artist.vertices) for artist in artists]
    fully = [artist.quality.uncovered_pixels == 0 for artist in artists]
    nearly = [covers_nearly(pair) for pair in pairs]
    faint = partial(outline_mesh, alpha_threshold=FAINT)
    # The recipe cuts, so its smaller area is no merit.
    recipes = [recipe_mesh(piece.alpha, n) for piece, n in zip(pieces, hulls, strict=True)]
    rows = [
        Row((*row("artists", artists, counts).cells, "-", "-")),
        Row((*row("recipe, as many on the hull", recipes, hulls).cells, "-", "-")),
    ]
    ways = (
        ("SpineLift, as many on the hull", outline_mesh, hulls, fully),
        (f"SpineLift, same, alpha > {FAINT}", faint, hulls, nearly),
        ("SpineLift, as many in all, all on the hull", outline_mesh, counts, fully),
        ("SpineLift, as many in all, density 50", bending_mesh, counts, fully),
    )
    for name, way, budgets, among in ways:
        meshes = [way(piece, budget) for piece, budget in zip(pieces, budgets, strict=True)]
        summary = row(name, meshes, budgets, is_judged=True)
        won, tied, lost = score(meshes, artists, among)
        cells = (*summary.cells, f"{won} / {tied} / {lost}", str(sum(among)))
        may_lose = way is not outline_mesh
        rows.append(Row(cells, bool(summary.is_met) and (won > lost if may_lose else lost == 0)))
    columns = ("pairs", *COLUMNS, "won / tied / lost", "of")
    note = (
        f"won: less area by over {TIE:.2%}, of the {sum(fully)} pairs whose artist covers every "
        f"visible pixel; with alpha > {FAINT}, of the {sum(nearly)} where {NEARLY:.1%} are covered"
    )
    title = "Beside the artists' own meshes: real art"
    return Table(title, columns, rows, ARTISTS_GOAL, (*NOTES, note))


def triangles_beside_artists(pairs: Sequence[Pair]) -> Table:
    """How well shaped the triangles are, with the artists' counts and a density of 50."""
    artists = [pair.artist for pair in pairs]
    counts = [len(artist.vertices) for artist in artists]
    in_all = [bending_mesh(pair.piece, count) for pair, count in zip(pairs, counts, strict=True)]
    on_hull = [
        bending_mesh(pair.piece, count, pair.artist.hull)
        for pair, count in zip(pairs, counts, strict=True)
    ]
    rows = [Row(shape_cells("artists", artists))]
    for name, meshes in (("in all", in_all), ("on the hull", on_hull)):
        p5, smallest = shape(meshes)
        overdraw = [median([mesh.quality.overdraw for mesh in of]) for of in (meshes, artists)]
        p5_goal, smallest_goal = ANGLE_GOALS[name]
        is_met = p5 >= p5_goal and smallest >= smallest_goal and overdraw[0] < overdraw[1]
        cells = shape_cells(f"SpineLift, as many {name}", meshes)
        rows.append(Row(cells, is_met and sliver_share(meshes) <= SLIVERS))
    columns = ("pairs", "vertices med/p90", "angle p5", "smallest", "slivers %", "overdraw")
    goal = (
        f"angle p5 and smallest at least {ANGLE_GOALS['in all']} degrees as many in all, "
        f"{ANGLE_GOALS['on the hull']} on the hull; slivers at most {SLIVERS:.0%}; less overdraw"
    )
    return Table("Triangles beside the artists': real art, density 50", columns, rows, goal)


def shape(meshes: Sequence[Mesh]) -> tuple[float, float]:
    """Medians of the meshes' 5th percentile of smallest angles, and smallest; degrees."""
    p5 = median([mesh.quality.angle_p5_degrees for mesh in meshes])
    return p5, median([mesh.quality.smallest_angle_degrees for mesh in meshes])


def shape_cells(name: str, meshes: Sequence[Mesh]) -> tuple[str, ...]:
    p5, smallest = shape(meshes)
    return (
        name,
        spread([len(mesh.vertices) for mesh in meshes], ".0f"),
        f"{p5:.1f}",
        f"{smallest:.1f}",
        f"{100 * sliver_share(meshes):.2f}",
        f"{median([mesh.quality.overdraw for mesh in meshes]):.3f}",
    )


def covers_nearly(pair: Pair) -> bool:
    """Does the artist's mesh cover 99.9 % of what is more than a trace?"""
    seen = (pair.piece.alpha > FAINT).astype(np.uint8)
    return replace(pair.artist, required=seen).quality.coverage >= NEARLY


def score(
    meshes: Sequence[Mesh], artists: Sequence[Mesh], among: Sequence[bool]
) -> tuple[int, int, int]:
    """How many of the chosen pairs are won, tied and lost by area."""
    won = tied = lost = 0
    for mesh, artist, is_chosen in zip(meshes, artists, among, strict=True):
        if not is_chosen:
            continue
        ratio = area(mesh) / area(artist)
        won += ratio < 1 - TIE
        lost += ratio > 1 + TIE
        tied += abs(ratio - 1) <= TIE
    return won, tied, lost


def area(mesh: Mesh) -> float:
    return float(triangle_areas(mesh.vertices, mesh.triangles).sum())


def sliver_thresholds(pairs: Sequence[Pair]) -> Table:
    """How many of the artists' triangles would be slivers, by what a sliver is."""
    angles = [smallest_angles(pair.artist.vertices, pair.artist.triangles) for pair in pairs]
    rows = [
        Row(
            (
                f"{degrees} degrees",
                f"{100 * np.mean(np.concatenate(angles) < degrees):.2f}",
                f"{100 * np.mean([np.mean(of_mesh < degrees) for of_mesh in angles]):.2f}",
            )
        )
        for degrees in (8, 9, 10, 11, 12, 15)
    ]
    columns = ("smallest angle below", "% of all triangles", "mean of the meshes' %")
    return Table("What a sliver is: the artists' triangles", columns, rows)
