"""Real art and its artists' meshes, from a folder with a pairs.json.

Each record of pairs.json has `image` (a path in the folder), `vertices` (image pixels, y down,
origin at the top-left pixel corner; the hull's first), `triangles` and `hull` (a count).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.art import Piece
from spinelift import images
from spinelift.mesh.quality import triangle_areas
from spinelift.mesh.types import Mesh


@dataclass(frozen=True, eq=False)
class Pair:
    """An image and the mesh that its artist made for it."""

    piece: Piece
    artist: Mesh


def read_pairs(directory: Path) -> list[Pair]:
    """Read the folder; several meshes may share one image, and then share its piece."""
    records = json.loads((directory / "pairs.json").read_text(encoding="utf-8"))
    pieces: dict[str, Piece] = {}
    pairs = []
    for record in records:
        name = record["image"]
        if name not in pieces:
            alpha, _ = images.decode_alpha(images.read_file(directory / name), name=name)
            pieces[name] = Piece(name, alpha)
        pairs.append(Pair(pieces[name], artist_mesh(record, pieces[name])))
    return pairs


def artist_mesh(record: dict[str, list[list[float]]], piece: Piece) -> Mesh:
    """Make a mesh of ours of a record, so that one measure is used for all."""
    height, width = piece.alpha.shape
    # Beyond the image there is nothing to draw: a vertex there counts as one on its border.
    vertices = np.clip(np.array(record["vertices"], dtype=np.float64), 0, (width, height))
    triangles = np.array(record["triangles"], dtype=np.int32)
    is_turned = triangle_areas(vertices, triangles) < 0
    triangles[is_turned] = triangles[is_turned, ::-1]
    return Mesh(
        vertices=vertices,
        triangles=triangles,
        hull=int(record["hull"]),  # type: ignore[call-overload]  # the one key that is a number
        width=width,
        height=height,
        required=(piece.alpha > 0).astype(np.uint8),
    )


def distinct_pieces(pairs: list[Pair]) -> list[Piece]:
    """Every image once, in order."""
    return list({pair.piece.name: pair.piece for pair in pairs}.values())
