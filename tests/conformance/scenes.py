"""Drawn art, with meshes by hand and by the pipeline: what the documents of these tests show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from spinelift import MeshParameters, generate_mesh, generate_meshes
from spinelift.mesh.types import Mesh, Rgba

Points: TypeAlias = Iterable[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Scene:
    """Meshes in draw order, their images, and where they are."""

    images: Mapping[str, Rgba]
    meshes: Mapping[str, Mesh]
    positions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        return self.paths.get(name, name)

    def position(self, name: str) -> tuple[float, float]:
        return self.positions.get(name, (0.0, 0.0))


def paint(width: int, height: int, *shapes: Points, seed: int = 0) -> Rgba:
    """Colour the pixels well inside the shapes: no two places look alike, some are half clear."""
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    inside = np.zeros((height, width), dtype=bool)
    for shape in shapes:
        # A pixel's corner is 0.71 away from its centre.
        body = shapely.Polygon(list(shape)).buffer(-0.75, join_style="mitre")
        inside |= shapely.contains_xy(body, columns, rows)
    return _colour(inside, seed)


def fill(width: int, height: int, seed: int = 0) -> Rgba:
    """Colour every pixel, opaque."""
    image = _colour(np.ones((height, width), dtype=bool), seed)
    image[..., 3] = 255
    return image


def _colour(inside: NDArray[np.bool_], seed: int) -> Rgba:
    image = np.random.default_rng(seed).integers(0, 256, (*inside.shape, 4), dtype=np.uint8)
    rows, columns = np.indices(inside.shape)
    image[..., 3] = np.where((rows // 5 + columns // 7) % 3 == 0, 128, 255)
    image[~inside] = 0
    return image


def mesh_over(image: Rgba, outline: Points, interior: Points = ()) -> Mesh:
    """Triangulate a clockwise outline; each interior point splits the triangle that holds it."""
    corners = [*outline]
    triangles = [
        tuple(corners.index((x, y)) for x, y in triangle.exterior.coords[:3])
        for triangle in shapely.constrained_delaunay_triangles(shapely.Polygon(corners)).geoms
    ]
    hull = len(corners)
    for point in interior:
        a, b, c = next(
            triangle
            for triangle in triangles
            if shapely.Polygon([corners[i] for i in triangle]).contains(shapely.Point(point))
        )
        triangles.remove((a, b, c))
        added = len(corners)
        triangles += [(a, b, added), (b, c, added), (c, a, added)]
        corners.append(point)
    vertices = np.array(corners, dtype=np.float64)
    return Mesh(
        vertices=vertices,
        triangles=_clockwise(vertices, np.array(triangles, dtype=np.int32)),
        hull=hull,
        width=image.shape[1],
        height=image.shape[0],
        required=(image[..., 3] > 0).astype(np.uint8),
    )


def _clockwise(vertices: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return np.where((turn > 0)[:, None], triangles, triangles[:, ::-1]).astype(np.int32)


def quad(image: Rgba) -> Mesh:
    height, width = image.shape[:2]
    return mesh_over(image, [(0, 0), (width, 0), (width, height), (0, height)])


def limb() -> Scene:
    outline = [
        (20, 2),
        (44, 2),
        (52, 20),
        (46, 80),
        (54, 140),
        (40, 158),
        (22, 154),
        (26, 90),
        (10, 24),
    ]
    image = paint(64, 160, outline)
    return Scene({"limb": image}, {"limb": mesh_over(image, outline)})


LEFT_ISLAND = [(2, 2), (30, 2), (30, 20), (30, 21), (30, 40), (2, 40)]
RIGHT_ISLAND = [(60, 20), (60, 4), (94, 10), (90, 44), (60, 44), (60, 21)]


def bridged_islands() -> Scene:
    image = paint(96, 48, LEFT_ISLAND, RIGHT_ISLAND)
    outline = [*LEFT_ISLAND[:3], *RIGHT_ISLAND, *LEFT_ISLAND[3:]]
    return Scene({"islands": image}, {"islands": mesh_over(image, outline)})


def split_islands() -> Scene:
    image = paint(96, 48, LEFT_ISLAND, RIGHT_ISLAND)
    meshes = {
        "islands/1": mesh_over(image, LEFT_ISLAND),
        "islands/2": mesh_over(image, RIGHT_ISLAND),
    }
    return Scene({"islands": image}, meshes, paths=dict.fromkeys(meshes, "islands"))


def interior_vertices() -> Scene:
    outline = [(30, 1), (62, 14), (70, 40), (56, 70), (24, 74), (3, 50), (6, 18)]
    interior = [(34.5, 36.25), (20.015625, 40), (50, 30), (40, 60)]
    image = paint(72, 76, outline)
    return Scene({"disc": image}, {"disc": mesh_over(image, outline, interior)})


def opaque_quad() -> Scene:
    image = fill(32, 49)
    return Scene({"quad": image}, {"quad": quad(image)})


def one_pixel() -> Scene:
    image = fill(1, 1)
    return Scene({"dot": image}, {"dot": quad(image)})


def names_of_many_scripts() -> Scene:
    outline = [(2, 2), (26, 5), (29, 29), (6, 22)]
    names = ("arms/左手", "髪 の毛", "팔/a,b 1.5", "ひとみ👁️", "x__proto__", "0")
    images = {name: paint(30, 32, outline, seed=seed) for seed, name in enumerate(names)}
    meshes = {name: mesh_over(image, outline) for name, image in images.items()}
    return Scene(images, meshes, {name: (40.0 * at, 7.0) for at, name in enumerate(names)})


def overlapping_layers() -> Scene:
    """Odd and even sizes, placed so that all pixels share one grid."""
    outline = [(1, 1), (30, 3), (38, 20), (30, 30), (4, 28)]
    images = {
        "back": paint(40, 32, outline, seed=1),
        "middle": paint(41, 32, outline, seed=2),
        "front": paint(40, 33, outline, seed=3),
    }
    meshes = {name: mesh_over(image, outline) for name, image in images.items()}
    return Scene(images, meshes, {"back": (100, -50), "middle": (108.5, -44), "front": (95, -60.5)})


def generated_character() -> Scene:
    """Every kind of mesh that the pipeline makes, side by side."""
    limb_art, disc_art = limb().images["limb"], interior_vertices().images["disc"]
    islands_art = bridged_islands().images["islands"]
    images = {
        "脚/limb": limb_art,
        "disc": disc_art,
        "bridged": islands_art,
        "quad": fill(32, 48),
        "split": islands_art,
    }
    meshes = {
        "脚/limb": generate_mesh(limb_art),
        "disc": generate_mesh(disc_art, MeshParameters(internal_vertex_density=60)),
        "bridged": generate_mesh(islands_art, MeshParameters(max_hull_vertices=12)),
        "quad": generate_mesh(images["quad"]),
    }
    parts = generate_meshes(islands_art, MeshParameters(islands="split"))
    pieces = {f"split/{number}": part for number, part in enumerate(parts, start=1)}
    places = {name: (100.0 * at, -20.0) for at, name in enumerate(images)}
    positions = places | dict.fromkeys(pieces, places["split"])
    return Scene(images, meshes | pieces, positions, dict.fromkeys(pieces, "split"))


SCENES = {
    scene.__name__: scene()
    for scene in (
        limb,
        bridged_islands,
        split_islands,
        interior_vertices,
        opaque_quad,
        one_pixel,
        names_of_many_scripts,
        overlapping_layers,
        generated_character,
    )
}
