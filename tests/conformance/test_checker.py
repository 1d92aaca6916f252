"""The checker is proved by breaking good documents: each mutation must be caught, by its rules."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import pytest

from spinelift.spine.atlas import Atlas, Region, pack
from spinelift.spine.document import skeleton_document

from .checker import check_document, check_drawing
from .conftest import Load
from .runtimes import Request
from .scenes import SCENES

Document: TypeAlias = dict[str, Any]


class Mutation(NamedTuple):
    """How a document of a scene is broken, and which rules must notice."""

    mutate: Callable[[Document], None]
    caught_by: set[str]
    scene: str = "interior_vertices"
    version: str = "4.2"


def good_document(scene: str, version: str) -> Document:
    shown = SCENES[scene]
    return skeleton_document(shown.meshes, version, positions=shown.positions, paths=shown.paths)


def mesh(document: Document) -> Document:
    """The first attachment."""
    entries: Document = next(iter(document["skins"][0]["attachments"].values()))
    attachment: Document = next(iter(entries.values()))
    return attachment


def change(key: str, alter: Callable[[Any], Any]) -> Callable[[Document], None]:
    """Replace one value of the first attachment by what `alter` makes of it."""

    def mutate(document: Document) -> None:
        mesh(document)[key] = alter(mesh(document)[key])

    return mutate


def every_second(numbers: list[float], alter: Callable[[float], float], start: int) -> list[float]:
    return [alter(n) if at % 2 == start else n for at, n in enumerate(numbers)]


def renumber(order: list[int]) -> Callable[[Document], None]:
    """Put vertices in another order and leave the shape, triangles and edges as they are."""

    def mutate(document: Document) -> None:
        attachment = mesh(document)
        for key in ("uvs", "vertices"):
            pairs = list(zip(attachment[key][::2], attachment[key][1::2], strict=True))
            attachment[key] = [number for old in order for number in pairs[old]]
        new = {old: at for at, old in enumerate(order)}
        attachment["triangles"] = [new[old] for old in attachment["triangles"]]
        attachment["edges"] = [2 * new[end // 2] for end in attachment["edges"]]

    return mutate


def weight(document: Document) -> None:
    """Hang every vertex on two bones; the picture stays."""
    document["bones"].append({"name": "elbow", "parent": "root", "x": 5, "y": -3})
    at = mesh(document)["vertices"]
    pairs = zip(at[::2], at[1::2], strict=True)
    mesh(document)["vertices"] = [
        number for x, y in pairs for number in (2, 0, x, y, 0.25, 1, x - 5, y + 3, 0.75)
    ]


def weight_badly(at: int, value: float) -> Callable[[Document], None]:
    def mutate(document: Document) -> None:
        weight(document)
        mesh(document)["vertices"][at] = value

    return mutate


def weight_in_part(document: Document) -> None:
    weight(document)
    del mesh(document)["vertices"][-1]


def collapse_vertex(document: Document) -> None:
    """Put the last interior vertex on another one."""
    for key in ("uvs", "vertices"):
        mesh(document)[key][-2:] = mesh(document)[key][-4:-2]


def cross_hull(document: Document) -> None:
    """Pull a corner of the outline through the opposite side."""
    mesh(document)["uvs"][0:2] = [0.4, 1]


def reverse_first_triangle(triangles: list[int]) -> list[int]:
    return [*triangles[2::-1], *triangles[3:]]


def reorder_slots(document: Document) -> None:
    document["slots"].reverse()


def map_skins(document: Document) -> None:
    document["skins"] = {"default": document["skins"][0]["attachments"]}


def put(*place: str | int, value: object) -> Callable[[Document], None]:
    """Set a value anywhere in the document."""

    def mutate(document: Document) -> None:
        target: Any = document
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = value

    return mutate


HULL = 7
TOTAL = 11
SIZE = (72, 76)

MUTATIONS = {
    "hull one more": Mutation(change("hull", lambda n: n + 1), {"triangle count", "hull first"}),
    "hull one less": Mutation(change("hull", lambda n: n - 1), {"triangle count", "hull first"}),
    "hull of the file's numbers": Mutation(change("hull", lambda n: 2 * n), {"hull count"}),
    "hull out of order": Mutation(renumber([0, 3, 2, 1, *range(4, TOTAL)]), {"hull first"}),
    "interior vertex first": Mutation(renumber([TOTAL - 1, *range(TOTAL - 1)]), {"hull first"}),
    "hull crosses itself": Mutation(cross_hull, {"hull simple", "picture"}),
    "flipped v": Mutation(
        change("uvs", lambda uvs: every_second(uvs, lambda v: 1 - v, 1)),
        {"clockwise on screen", "picture"},
    ),
    "unflipped y": Mutation(
        change("vertices", lambda at: every_second(at, lambda y: -y, 1)), {"placement", "picture"}
    ),
    "winding": Mutation(change("triangles", lambda t: t[::-1]), {"clockwise on screen"}),
    "winding of one": Mutation(
        change("triangles", reverse_first_triangle), {"clockwise on screen"}
    ),
    "index out of range": Mutation(
        change("triangles", lambda t: [*t[:-1], TOTAL]), {"triangle indices", "picture"}
    ),
    "negative index": Mutation(
        change("triangles", lambda t: [*t[:-1], -1]), {"triangle indices", "picture"}
    ),
    "triangle missing": Mutation(
        change("triangles", lambda t: t[3:]),
        {"triangle count", "triangles fill the hull", "picture"},
    ),
    "triangle twice": Mutation(
        change("triangles", lambda t: t + t[:3]), {"triangle count", "triangles fill the hull"}
    ),
    "duplicate vertex": Mutation(collapse_vertex, {"no duplicate vertex", "clockwise on screen"}),
    "unused vertex": Mutation(
        change("triangles", lambda t: [i for i in t if i != TOTAL - 1][:9]), {"every vertex used"}
    ),
    "weights above one": Mutation(weight_badly(4, 0.2502), {"weights sum to one"}),
    "weight of no bone": Mutation(weight_badly(1, 2), {"bone indices", "loads"}),
    "weights cut off": Mutation(weight_in_part, {"vertices complete"}),
    "vertex not a number": Mutation(
        change("vertices", lambda at: [None, *at[1:]]), {"vertices finite"}
    ),
    "undoubled edges": Mutation(
        change("edges", lambda edges: [end // 2 for end in edges]), {"edges doubled"}
    ),
    "edges doubled twice": Mutation(
        change("edges", lambda edges: [2 * end for end in edges]),
        {"edges of the triangulation", "hull edges", "interior edges"},
    ),
    "no edges": Mutation(change("edges", lambda _: None), {"edges doubled"}),
    "hull edges only": Mutation(
        change("edges", lambda edges: edges[: 2 * HULL]), {"interior edges"}
    ),
    "interior edges only": Mutation(
        change("edges", lambda edges: edges[2 * HULL :]), {"hull edges"}
    ),
    "edge twice": Mutation(
        change("edges", lambda edges: [*edges, edges[1], edges[0]]), {"edges once"}
    ),
    "width one more": Mutation(change("width", lambda n: n + 1), {"size equals the image's"}),
    "height left out": Mutation(change("height", lambda _: 0), {"size equals the image's"}),
    "uv outside": Mutation(
        change("uvs", lambda uvs: [1.01, *uvs[1:]]), {"uvs in range", "picture"}
    ),
    "uv missing": Mutation(change("uvs", lambda uvs: uvs[:-1]), {"uvs in pairs"}),
    "vertices one pixel to the right": Mutation(
        change("vertices", lambda at: every_second(at, lambda x: x + 1, 0)),
        {"placement", "picture", "bounding box"},
    ),
    "vertices one pixel up": Mutation(
        change("vertices", lambda at: every_second(at, lambda y: y + 1, 1)),
        {"placement", "picture", "bounding box"},
    ),
    "uvs one pixel to the right": Mutation(
        change("uvs", lambda uvs: every_second(uvs, lambda u: u + 1 / SIZE[0], 0)),
        {"placement", "picture"},
    ),
    "draw order": Mutation(reorder_slots, {"draw order", "picture"}, scene="overlapping_layers"),
    "path of another image": Mutation(
        put("skins", 0, "attachments", "back", "back", "path", value="front"),
        {"attachment path", "picture"},
        scene="overlapping_layers",
    ),
    "path with extension": Mutation(
        put("skins", 0, "attachments", "disc", "disc", "path", value="disc.png"),
        {"attachment path", "loads"},
    ),
    "path that says nothing": Mutation(
        put("skins", 0, "attachments", "disc", "disc", "path", value="disc"),
        {"path only where it differs"},
    ),
    "not a mesh": Mutation(change("type", lambda _: "region"), {"attachment type", "loads"}),
    "bounding box": Mutation(put("skeleton", "x", value=0), {"bounding box"}),
    "no hash": Mutation(put("skeleton", "hash", value=""), {"skeleton keys"}),
    "skins by name": Mutation(map_skins, {"skins array", "shows every slot"}),
    "slot on no bone": Mutation(put("slots", 0, "bone", value="hip"), {"slot bone", "loads"}),
    "slot without attachment": Mutation(
        put("slots", 0, "attachment", value="hat"), {"slot attachment", "shows every slot"}
    ),
    "two roots": Mutation(put("bones", value=[{"name": "root"}, {"name": "other"}]), {"one root"}),
    "child before parent": Mutation(
        put(
            "bones",
            value=[{"name": "root"}, {"name": "a", "parent": "b"}, {"name": "b", "parent": "root"}],
        ),
        {"parents first"},
    ),
    "two bones of one name": Mutation(
        put("bones", value=[{"name": "root"}, {"name": "root", "parent": "root"}]), {"unique names"}
    ),
    "patch version that a runtime refuses": Mutation(
        put("skeleton", "spine", value="3.8.75"), {"spine version"}, version="3.8"
    ),
    "other minor version": Mutation(put("skeleton", "spine", value="4.1.24"), {"spine version"}),
    "transform in 4.2": Mutation(put("bones", 0, "transform", value="normal"), {"version keys"}),
    "inherit in 4.1": Mutation(
        put("bones", 0, "inherit", value="normal"), {"version keys"}, version="4.1"
    ),
    "constraints in 4.2": Mutation(put("constraints", value=[]), {"version keys"}),
    "ik in 4.3": Mutation(put("ik", value=[]), {"version keys"}, version="4.3"),
    "physics in 4.1": Mutation(put("physics", value=[]), {"version keys"}, version="4.1"),
    "sequence in 4.0": Mutation(
        put("skins", 0, "attachments", "disc", "disc", "sequence", value=None),
        {"version keys"},
        version="4.0",
    ),
}


def request(scene: str, version: str, document: Document, atlas: Atlas | None = None) -> Request:
    runtime = "4.0" if version == "3.8" else version
    if atlas is not None:
        return Request.packed(runtime, json.dumps(document), atlas)
    return Request(runtime, json.dumps(document), dict(SCENES[scene].images))


@pytest.fixture(scope="session")
def broken_rules(load: Load) -> dict[str, set[str]]:
    requests = {}
    for name, mutation in MUTATIONS.items():
        document = good_document(mutation.scene, mutation.version)
        mutation.mutate(document)
        requests[name] = request(mutation.scene, mutation.version, document)
    found = {}
    for (name, asked), answer in zip(requests.items(), load([*requests.values()]), strict=True):
        _, _, scene, version = MUTATIONS[name]
        violations = check_document(asked.document, version, SCENES[scene])
        violations += check_drawing(asked.document, SCENES[scene], answer, asked.textures)
        found[name] = {violation.rule for violation in violations}
    return found


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation_is_caught_by_its_rules(name: str, broken_rules: dict[str, set[str]]) -> None:
    assert MUTATIONS[name].caught_by <= broken_rules[name]


def test_good_weighted_document_passes(load: Load) -> None:
    document = good_document("interior_vertices", "4.2")
    weight(document)
    asked = request("interior_vertices", "4.2", document)
    scene = SCENES["interior_vertices"]

    violations = check_document(asked.document, "4.2", scene)
    violations += check_drawing(asked.document, scene, load([asked])[0], asked.textures)

    assert violations == []


REGION_MUTATIONS: dict[str, Callable[[Region], Region]] = {
    "one pixel to the right": lambda region: dataclasses.replace(region, x=region.x + 1),
    "one pixel down": lambda region: dataclasses.replace(region, y=region.y + 1),
    "trimmed one column less": lambda region: dataclasses.replace(region, left=region.left - 1),
    "trimmed one row less": lambda region: dataclasses.replace(region, top=region.top - 1),
    "another original size": lambda region: dataclasses.replace(
        region, image_width=region.image_width + 1
    ),
}


@pytest.mark.parametrize("name", REGION_MUTATIONS)
def test_misplaced_region_is_seen_in_the_picture(name: str, load: Load) -> None:
    scene = SCENES["interior_vertices"]
    atlas = pack(scene.images, scene.meshes)
    page = atlas.pages[0]
    regions = tuple(REGION_MUTATIONS[name](region) for region in page.regions)
    broken = Atlas((dataclasses.replace(page, regions=regions),))
    document = good_document("interior_vertices", "4.2")
    asked = request("interior_vertices", "4.2", document, broken)

    violations = check_drawing(asked.document, scene, load([asked])[0], asked.textures)

    assert [violation.rule for violation in violations] == ["picture"]
