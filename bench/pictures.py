"""The README's pictures, drawn art with the meshes that this code makes of it; and operations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import operations
from bench.table import Row, Table
from spinelift import images
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Mesh, Rgba
from spinelift.preview import contact_sheet
from spinelift.samples import draw

Sheet = dict[str, tuple[str, MeshParameters]]
"""Caption to the sample and how it is meshed."""

DEFAULTS = MeshParameters()

SHEETS: dict[str, Sheet] = {
    "meshes": {
        name: (name, DEFAULTS)
        for name in ("head", "hair", "torso", "front-forearm", "front-hand", "tail", "cape", "leaf")
    },
    "budgets": {
        f"hair, {budget} vertices": ("hair", MeshParameters(max_hull_vertices=budget))
        for budget in (8, 16, 32, 64)
    },
    "bending": {
        f"{name}, density {density}": (name, MeshParameters(internal_vertex_density=density))
        for name, density in (("tail", 5), ("cape", 5), ("front-forearm", 5), ("torso", 10))
    },
}


def tables(folder: Path | None) -> Iterator[Table]:
    """Draw every sheet; write them where a folder is given."""
    rows = []
    for title, sheet in SHEETS.items():
        items = {caption: _meshed(*made) for caption, made in sheet.items()}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{title}.png").write_bytes(images.encode_png(contact_sheet(items)))
        meshes = [mesh for _, mesh in items.values()]
        overdraw = np.median([mesh.quality.overdraw for mesh in meshes])
        uncovered = sum(mesh.quality.uncovered_pixels for mesh in meshes)
        cells = [title, str(len(meshes)), f"{overdraw:.3f}", str(uncovered)]
        rows.append(Row(cells, uncovered == 0))
    if folder:
        for name, picture in operations.pictures():
            picture.save(folder / f"outline-{name}.png", optimize=True)
    columns = ["sheet", "meshes", "overdraw median", "uncovered pixels"]
    yield Table("Pictures", columns, rows, goal="no visible pixel outside its mesh")


def _meshed(name: str, parameters: MeshParameters) -> tuple[Rgba, Mesh]:
    image = draw(name)
    return image, generate(np.ascontiguousarray(image[..., 3]), parameters)[0]
