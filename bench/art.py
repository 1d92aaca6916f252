"""Images to mesh: drawn ones, of the samples and of families of shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spinelift import samples
from spinelift.mesh.types import Alpha
from spinelift.samples.families import FAMILIES

FAMILY_SIZES = ((160, 160), (96, 240))


@dataclass(frozen=True, eq=False)
class Piece:
    """One image, of which meshing needs the alpha only."""

    name: str
    alpha: Alpha

    @property
    def pixels(self) -> int:
        return self.alpha.size


def sample_pieces() -> list[Piece]:
    """The samples at their natural size."""
    drawn = samples.draw_all()
    return [Piece(name, np.ascontiguousarray(image[..., 3])) for name, image in drawn.items()]


def family_pieces() -> list[Piece]:
    """Every family of shapes, square and tall."""
    return [
        Piece(f"{name} {width} x {height}", draw(width, height))
        for name, draw in FAMILIES.items()
        for width, height in FAMILY_SIZES
    ]
