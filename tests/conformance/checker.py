"""Checks documents against the rules of docs/spine-format.md, and pictures against the art.

The rules here are written from the format alone and share no code with what writes documents.
Each violation starts with its rule's name; test_checker.py shows that each rule can be broken.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from spinelift.mesh.types import Rgba

from .picture import difference, expected_picture, runtime_picture
from .scenes import Scene

EXACT_VERSION = {
    "3.8": "3.8.99",
    "4.0": "4.0.64",
    "4.1": "4.1.24",
    "4.2": "4.2.43",
    "4.3": "4.3.23",
}

VERSIONS_OF_KEY = {
    ("document", "ik"): ("3.8", "4.0", "4.1", "4.2"),
    ("document", "transform"): ("3.8", "4.0", "4.1", "4.2"),
    ("document", "path"): ("3.8", "4.0", "4.1", "4.2"),
    ("document", "physics"): ("4.2",),
    ("document", "constraints"): ("4.3",),
    ("skeleton", "referenceScale"): ("4.2", "4.3"),
    ("bone", "transform"): ("3.8", "4.0", "4.1"),
    ("bone", "inherit"): ("4.2", "4.3"),
    ("attachment", "parent"): ("3.8", "4.0", "4.1", "4.2"),
    ("attachment", "source"): ("4.3",),
    ("attachment", "deform"): ("3.8", "4.0"),
    ("attachment", "timelines"): ("4.1", "4.2", "4.3"),
    ("attachment", "sequence"): ("4.1", "4.2", "4.3"),
}
"""Runtimes ignore a key of another version without a word: the artist's setting is lost."""

PLACEMENT_TOLERANCE = 0.02
"""Pixels: uvs and vertices are rounded separately, and runtimes compute in 32 bits."""

PICTURE_BOUND = 0.44
"""Of 255, the mean over what either picture shows."""


class Violation(NamedTuple):
    """A broken rule, and where."""

    rule: str
    where: str


def check_document(text: str, version: str, scene: Scene) -> list[Violation]:
    """Check what can be seen in the document alone."""
    document = json.loads(text)
    return [
        *_skeleton_violations(document, version),
        *_bone_violations(document["bones"]),
        *_slot_violations(document, scene),
        *_skin_violations(document, scene),
        *_version_key_violations(document, version),
    ]


def check_drawing(
    text: str, scene: Scene, loaded: dict[str, Any], textures: Mapping[str, Rgba]
) -> list[Violation]:
    """Check what a runtime made of the document, down to the picture."""
    if "error" in loaded:
        return [Violation("loads", loaded["error"])]
    empty = [slot["slot"] for slot in loaded["slots"] if slot["attachment"] is None]
    if empty:
        return [Violation("shows every slot", name) for name in empty]
    return [
        *_load_violations(json.loads(text), scene, loaded),
        *_box_violations(json.loads(text), loaded),
        *_picture_violations(scene, loaded, textures),
    ]


def _skeleton_violations(document: dict[str, Any], version: str) -> Iterator[Violation]:
    skeleton = document["skeleton"]
    if skeleton.get("spine") != EXACT_VERSION[version]:
        yield Violation("spine version", str(skeleton.get("spine")))
    for key, kind in (("hash", str), ("images", str)):
        if not isinstance(skeleton.get(key), kind) or not skeleton[key]:
            yield Violation("skeleton keys", key)
    for key in ("x", "y", "width", "height"):
        if not _is_finite(skeleton.get(key)):
            yield Violation("skeleton keys", key)


def _bone_violations(bones: list[dict[str, Any]]) -> Iterator[Violation]:
    seen: set[str] = set()
    for bone in bones:
        if ("parent" in bone) == (not seen):
            yield Violation("one root", bone["name"])
        elif "parent" in bone and bone["parent"] not in seen:
            yield Violation("parents first", bone["name"])
        if bone["name"] in seen:
            yield Violation("unique names", bone["name"])
        seen.add(bone["name"])


def _slot_violations(document: dict[str, Any], scene: Scene) -> Iterator[Violation]:
    names = [slot["name"] for slot in document["slots"]]
    if names != list(scene.meshes):
        yield Violation("draw order", str(names))
    bones = {bone["name"] for bone in document["bones"]}
    for slot in document["slots"]:
        if slot["bone"] not in bones:
            yield Violation("slot bone", slot["name"])


def _skin_violations(document: dict[str, Any], scene: Scene) -> Iterator[Violation]:
    skins = document["skins"]
    if not isinstance(skins, list) or [skin.get("name") for skin in skins] != ["default"]:
        yield Violation("skins array", str(type(skins)))
        return
    attachments = skins[0]["attachments"]
    if list(attachments) != list(scene.meshes):
        yield Violation("skin slots", str(list(attachments)))
    for slot in document["slots"]:
        if slot.get("attachment") not in attachments.get(slot["name"], {}):
            yield Violation("slot attachment", slot["name"])
    for slot_name, entries in attachments.items():
        for name, attachment in entries.items():
            yield from _lookup_violations(slot_name, name, attachment, scene)
            if attachment.get("type") == "mesh" and slot_name in scene.meshes:
                image = scene.images[scene.path(slot_name)]
                for rule in _broken_mesh_rules(attachment, image, len(document["bones"])):
                    yield Violation(rule, name)


def _lookup_violations(
    slot_name: str, name: str, attachment: dict[str, Any], scene: Scene
) -> Iterator[Violation]:
    if attachment.get("type") != "mesh":
        yield Violation("attachment type", name)
    path = attachment.get("path", attachment.get("name", name))
    if path not in scene.images or (slot_name in scene.meshes and path != scene.path(slot_name)):
        yield Violation("attachment path", path)
    if attachment.get("path") == name:
        yield Violation("path only where it differs", path)


def _version_key_violations(document: dict[str, Any], version: str) -> Iterator[Violation]:
    places = [("document", document), ("skeleton", document["skeleton"])]
    places += [("bone", bone) for bone in document["bones"]]
    skins = document["skins"] if isinstance(document["skins"], list) else []
    places += [
        ("attachment", attachment)
        for skin in skins
        for entries in skin["attachments"].values()
        for attachment in entries.values()
    ]
    for kind, place in places:
        for key in place:
            if version not in VERSIONS_OF_KEY.get((kind, key), (version,)):
                yield Violation("version keys", f"{kind} {key}")


def _broken_mesh_rules(attachment: dict[str, Any], image: Rgba, bone_count: int) -> Iterator[str]:
    height, width = image.shape[:2]
    if (attachment.get("width"), attachment.get("height")) != (width, height):
        yield "size equals the image's"
    uvs, triangles, hull = attachment["uvs"], attachment["triangles"], attachment["hull"]
    if len(uvs) % 2 or len(uvs) < 6 or not all(map(_is_finite, uvs)):
        yield "uvs in pairs"
        return
    if not all(0 <= coordinate <= 1 for coordinate in uvs):
        yield "uvs in range"
    count = len(uvs) // 2
    yield from _broken_vertex_rules(attachment["vertices"], count, bone_count)
    if len(triangles) % 3 or not all(_is_index(index, count) for index in triangles):
        yield "triangle indices"
        return
    if not _is_index(hull, count + 1) or hull < 3:
        yield "hull count"
        return
    corners = np.array(uvs).reshape(-1, 2) * [width, height]
    faces = np.array(triangles, dtype=np.int64).reshape(-1, 3)
    yield from _broken_triangulation_rules(corners, faces, hull)
    yield from _broken_edge_rules(attachment.get("edges"), faces, hull)


def _broken_vertex_rules(vertices: list[float], count: int, bone_count: int) -> Iterator[str]:
    """Weighted exactly when there are not two numbers to a vertex."""
    if not all(map(_is_finite, vertices)):
        yield "vertices finite"
        return
    if len(vertices) == 2 * count:
        return
    numbers = iter(vertices)
    try:
        for _ in range(count):
            bones = [tuple(itertools.islice(numbers, 4)) for _ in range(_whole(next(numbers)))]
            if not all(_is_index(bone, bone_count) for bone, _, _, _ in bones):
                yield "bone indices"
            if abs(math.fsum(weight for _, _, _, weight in bones) - 1) > 1e-5:
                yield "weights sum to one"
    except (StopIteration, ValueError):
        yield "vertices complete"
        return
    if next(numbers, None) is not None:
        yield "vertices complete"


def _broken_triangulation_rules(
    corners: NDArray[np.float64], faces: NDArray[np.int64], hull: int
) -> Iterator[str]:
    count = len(corners)
    if len(faces) != 2 * count - hull - 2:
        yield "triangle count"
    if set(faces.ravel().tolist()) != set(range(count)):
        yield "every vertex used"
    a, b, c = (corners[faces[:, corner]] for corner in range(3))
    doubled = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    if not (doubled > 0).all():
        yield "clockwise on screen"
    if len(np.unique(corners.round(3), axis=0)) != count:
        yield "no duplicate vertex"
    if _boundary(faces) != _ring(hull):
        yield "hull first"
    outline = shapely.Polygon(corners[:hull])
    if not outline.is_valid:
        yield "hull simple"
    elif not math.isclose(outline.area, np.abs(doubled).sum() / 2, rel_tol=1e-4):
        # With clockwise triangles only, equal areas mean no gap and no overlap. Uvs are rounded.
        yield "triangles fill the hull"


def _broken_edge_rules(
    edges: list[int] | None, faces: NDArray[np.int64], hull: int
) -> Iterator[str]:
    sides = set(_sides(faces))
    if edges is None or len(edges) % 2 or any(end % 2 for end in edges):
        yield "edges doubled"
        return
    halved = [end // 2 for end in edges]
    pairs = [_pair(*ends) for ends in zip(halved[::2], halved[1::2], strict=True)]
    if len(set(pairs)) != len(pairs):
        yield "edges once"
    if not set(pairs) <= sides:
        yield "edges of the triangulation"
    if not _ring(hull) <= set(pairs):
        yield "hull edges"
    if not sides <= set(pairs):
        yield "interior edges"


def _load_violations(
    document: dict[str, Any], scene: Scene, loaded: dict[str, Any]
) -> Iterator[Violation]:
    slots = loaded["slots"]
    if [slot["slot"] for slot in slots] != list(scene.meshes):
        yield Violation("draw order", str([slot["slot"] for slot in slots]))
        return
    if loaded["spine"] != document["skeleton"]["spine"]:
        yield Violation("spine version", str(loaded["spine"]))
    for slot in slots:
        name = slot["slot"]
        attachment = document["skins"][0]["attachments"][name][slot["attachment"]]
        if slot["path"] != scene.path(name):
            yield Violation("attachment path", name)
        for key in ("hull", "triangles", "edges", "width", "height"):
            if slot[key] != attachment[key]:
                yield Violation("loaded as written", f"{name} {key}")
        if None in slot["world"]:
            # JSON has no NaN: the runtime computed one.
            yield Violation("placement", name)
            continue
        height, width = scene.images[scene.path(name)].shape[:2]
        right, up = scene.position(name)
        on_image = np.array(attachment["uvs"]).reshape(-1, 2) * [width, height]
        expected = on_image * [1, -1] + [right - width / 2, up + height / 2]
        error = np.abs(np.array(slot["world"]).reshape(-1, 2) - expected).max()
        if error > PLACEMENT_TOLERANCE:
            yield Violation("placement", f"{name} by {error:.3f} px")


def _box_violations(document: dict[str, Any], loaded: dict[str, Any]) -> Iterator[Violation]:
    worlds = [np.array(slot["world"], dtype=np.float64).reshape(-1, 2) for slot in loaded["slots"]]
    corners = np.concatenate(worlds)
    low, high = corners.min(axis=0), corners.max(axis=0)
    stated = [document["skeleton"][key] for key in ("x", "y", "width", "height")]
    if not np.allclose(stated, [*low, *(high - low)], atol=0.01, rtol=0):
        yield Violation("bounding box", str(stated))


def _picture_violations(
    scene: Scene, loaded: dict[str, Any], textures: Mapping[str, Rgba]
) -> Iterator[Violation]:
    for slot in loaded["slots"]:
        count = len(slot["world"]) // 2
        if None in slot["world"] or not all(_is_index(index, count) for index in slot["triangles"]):
            yield Violation("picture", f"{slot['slot']} cannot be drawn")
            return
    apart = difference(runtime_picture(scene, loaded["slots"], textures), expected_picture(scene))
    if apart > PICTURE_BOUND:
        yield Violation("picture", f"differs by {apart:.2f} of 255")


def _sides(faces: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for a, b, c in faces.tolist():
        yield from (_pair(a, b), _pair(b, c), _pair(c, a))


def _boundary(faces: NDArray[np.int64]) -> set[tuple[int, int]]:
    """The sides of one triangle only."""
    return {side for side, uses in Counter(_sides(faces)).items() if uses == 1}


def _ring(hull: int) -> set[tuple[int, int]]:
    return {_pair(start, (start + 1) % hull) for start in range(hull)}


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _whole(value: float) -> int:
    if value != int(value) or value < 1:
        raise ValueError
    return int(value)


def _is_index(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
