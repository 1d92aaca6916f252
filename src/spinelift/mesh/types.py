"""The values that the stages pass on, and the coordinate convention, said once.

Image coordinates: x grows right, y grows DOWN, the origin is the top-left CORNER of the top-left
pixel, the unit is a pixel. The pixel in column i and row j is the square [i, i + 1] x [j, j + 1].
An image of width W spans x from 0 to W. Rings and triangles are clockwise on screen, so their
shoelace area is positive in these coordinates.

Inside the core, coordinates are integers: a ring that was traced counts whole pixels, everything
after it counts *grid* units of 1/64 px (`GRID`). Every decision is made on those integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spinelift.mesh.quality import Quality

GRID = 64
"""Grid units in a pixel; vertices lie on multiples of 1/64 px."""

Rgba: TypeAlias = NDArray[np.uint8]
"""(H, W, 4) uint8, straight (not premultiplied) alpha."""

Alpha: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8."""

Mask: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: 1 for a pixel that is in, else 0."""

NO_PIXELS: Mask = np.zeros((0, 0), dtype=np.uint8)
"""What a mesh that was measured is left with where its required pixels would only be in the way."""

Ring: TypeAlias = NDArray[np.int32]
"""(N, 2) int32: corners of a closed polygon, clockwise on screen; whole pixels."""

GridPoints: TypeAlias = NDArray[np.int32]
"""(N, 2) int32 in grid units of 1/64 px."""

Triangles: TypeAlias = NDArray[np.int32]
"""(M, 3) int32 indices into the vertices, clockwise on screen."""

Edges: TypeAlias = NDArray[np.int32]
"""(K, 2) int32 pairs of vertex indices."""


@dataclass(frozen=True)
class Islands:
    """How many separate pieces of art the mesh covers, and how many a parameter dropped."""

    kept: int
    dropped: int


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangulated simple polygon over an image, as Spine wants it.

    Attributes
    ----------
    vertices
        (N, 2) float64, image coordinates in pixels, multiples of 1/64. The first `hull` of them
        walk the outline, clockwise on screen; the others lie inside.
    triangles
        (M, 3) int32, clockwise on screen, with M = 2 N - hull - 2.
    hull
        How many vertices the outline has.
    width, height
        Size of the whole image in pixels.
    required
        Mask of the pixels that the mesh must cover: of the whole image, or of the part of it that
        begins at pixel `required_origin` (x, y).
    islands
        Pieces of art kept and dropped.
    warnings
        Sentences for the artist about this image.
    """

    vertices: NDArray[np.float64]
    triangles: Triangles
    hull: int
    width: int
    height: int
    required: Mask = field(repr=False)
    required_origin: tuple[int, int] = (0, 0)
    islands: Islands = Islands(kept=1, dropped=0)
    warnings: tuple[str, ...] = ()

    @cached_property
    def uvs(self) -> NDArray[np.float64]:
        """(N, 2) texture coordinates in [0, 1], origin at the top left of the whole image."""
        return self.vertices / np.array([self.width, self.height], dtype=np.float64)

    @cached_property
    def boundary_edges(self) -> Edges:
        """(hull, 2) edges of the outline, in order."""
        start = np.arange(self.hull, dtype=np.int32)
        return np.stack([start, np.roll(start, -1)], axis=1)

    @cached_property
    def internal_edges(self) -> Edges:
        """(K, 2) edges between two triangles, each once, smaller index first, sorted."""
        corners = self.triangles
        sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        sides = np.unique(np.sort(sides, axis=1), axis=0)
        low, high = sides[:, 0], sides[:, 1]
        is_hull = (high < self.hull) & ((high - low == 1) | ((low == 0) & (high == self.hull - 1)))
        return np.ascontiguousarray(sides[~is_hull], dtype=np.int32)

    @cached_property
    def edges(self) -> Edges:
        """(hull + K, 2) the outline's edges, then the internal ones."""
        return np.concatenate([self.boundary_edges, self.internal_edges])

    @cached_property
    def quality(self) -> Quality:
        """What this mesh is worth, measured when first asked."""
        from spinelift.mesh.quality import measure

        return measure(self)
