"""A kernel that asks after every move of the outline whether all still holds, over drawn art."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from hatch_build import CHECKED_FLAGS, MESH, compile_kernel

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Alpha
from spinelift.samples import draw_all
from spinelift.samples.families import FAMILIES

ROOT = Path(__file__).parents[2]

BUDGETS = (None, 4, 5, 7, 8, 12, 13, 16, 32, 64)
REFINEMENTS = (0, 1, 3)
OTHERS: tuple[dict[str, Any], ...] = (
    {},
    {"concave_factor": 100, "detail_factor": 0.03, "min_triangle_area": 0.1},
    {"padding": 2},
    {},
    {"internal_vertex_density": 10},
)
"""What goes with them by turns."""

DELICATE = {
    "two edges lean on one ring point, and the whole ring lies between them": """
        ..................
        ..................
        ..................
        ..................
        ..................
        .............##...
        ............##....
        ...........###....
        .........####.....
        .......#...##.....
        ......###..#......
        .....##.####......
        ....##...##.......
        ..###.....#.......
    """,
    "an edge faces, by its corners, ring that lies beyond the art beside it": """
        ..........................#..........................
        ........................######.......................
        ......................##########.....................
        ....................##############...................
        ..................##################.................
        ................######################...............
        ..............##########################.............
        ............##############################...........
        ...........##########.####.###..###########..........
        ..........#########...###..####...####.#####.........
        .........####..###....###...###....###...####........
        ........###....##.....##....###.....##.....###.......
        .......###....###.....##.....##......##.....##.......
        .......##.....##......##.....##......##......#.......
        .......##.....##......##.....##.......#......#.......
        .......#......#.......#......##.......#.......#......
        .......#......#.......#.......#......................
        ......#...............#.......#......................
        ......................#.......#......................
        ..............................#......................
    """,
}
"""Pictures that failed once; found at random."""

SCRIPT = """
import pathlib, sys
from spinelift.mesh import kernel
kernel.LIBRARY = pathlib.Path(sys.argv[1])
from spinelift.mesh.pipeline import generate
from tests.mesh.test_checked import cases
for name, alpha, parameters in cases():
    print(f"{name}, {parameters}", flush=True)
    generate(alpha, parameters)
print("all")
"""


def test_every_move_leaves_a_valid_outline(tmp_path: Path) -> None:
    library = tmp_path / "kernel.so"
    compile_kernel(ROOT / MESH, library, CHECKED_FLAGS)

    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(library)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        capture_output=True,
        text=True,
        check=False,
    )

    *_, last = run.stdout.splitlines()
    assert (last, run.stderr) == ("all", "")


def cases() -> Iterator[tuple[str, Alpha, MeshParameters]]:
    """All art with every budget and refinement."""
    others = itertools.cycle(OTHERS)
    for name, alpha in art().items():
        for budget, refinement in itertools.product(BUDGETS, REFINEMENTS):
            values = {"max_hull_vertices": budget, "refinement": refinement, **next(others)}
            yield name, alpha, MeshParameters(alpha_threshold=0, min_contour_area=1, **values)


def art() -> dict[str, Alpha]:
    """Every family and sample, small: what a check costs grows with the ring."""
    drawn = {name: draw(40, 32) for name, draw in FAMILIES.items()}
    drawn |= {name: image[..., 3].copy() for name, image in draw_all(0.08).items()}
    grit = np.random.default_rng(0).random((18, 22))
    drawn |= {f"noise, {full:.0%} full": _picture(grit < full) for full in (0.3, 0.5, 0.8)}
    for name, rows in DELICATE.items():
        drawn[name] = _picture([[sign == "#" for sign in row] for row in rows.split()])
    return drawn


def _picture(is_opaque: Any) -> Alpha:
    return np.asarray(is_opaque, dtype=np.uint8) * np.uint8(255)
