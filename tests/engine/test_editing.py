"""Meshes edited by hand: what comes out is a mesh, or a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinelift.contract.results import read_results
from spinelift.engine.editing import EditTask, edit_answer
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner
from spinelift.engine.work import Failure
from spinelift.images import encode_png
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.quality import violations
from spinelift.mesh.types import GRID, Alpha

from ..art import disc, two_discs
from ..drawing import alphas, mesh_parameters

Fields = dict[str, Any]


def png(alpha: Alpha) -> bytes:
    return encode_png(np.dstack([alpha] * 4))


def generated(image: bytes, parameters: MeshParameters, name: str = "arm") -> Fields:
    answer = generate_answer(GenerationTask(image, name, parameters), lambda _: None)
    assert isinstance(answer, Answer), answer
    fields: Fields = json.loads(answer.result)
    return fields


def meshes_of(fields: Fields) -> list[Fields]:
    return [fields, *fields["others"]]


def edit(image: bytes, fields: Fields, **changes: Any) -> Answer | Failure:
    one = meshes_of(fields)[changes.get("island", 0)]
    task = EditTask(image, "arm", fields, one["vertices"], one["hull"])
    return edit_answer(replace(task, **changes), lambda _: None)


def edited(image: bytes, fields: Fields, **changes: Any) -> Fields:
    answer = edit(image, fields, **changes)
    assert isinstance(answer, Answer), answer
    result: Fields = json.loads(answer.result)
    return result


@settings(max_examples=60)
@given(alphas(40), mesh_parameters(), st.data())
def test_edit_that_changes_nothing_gives_the_same_answer(
    alpha: Alpha, parameters: MeshParameters, data: st.DataObject
) -> None:
    image = png(alpha)
    task = GenerationTask(image, "arm", parameters)
    before = generate_answer(task, lambda _: None)
    assert isinstance(before, Answer)
    fields = json.loads(before.result)
    island = data.draw(st.integers(0, len(fields["others"])))

    after = edit(image, fields, island=island)

    assert isinstance(after, Answer)
    assert after.result == before.result
    for mesh in read_results(fields).values():
        assert violations(mesh) == []
        assert mesh.quality.uncovered_pixels == 0


@st.composite
def changes(draw: st.DrawFn, one: Fields) -> tuple[list[list[float]], int]:
    """A mesh's vertices, some of them moved, removed or added; and the hull."""
    vertices, hull = [list(place) for place in one["vertices"]], one["hull"]
    steps = st.floats(-3, 3) | st.sampled_from([0.0, 1 / GRID, 0.5])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(vertices) - 1))
        x, y = vertices[at]
        moved = [x + draw(steps), y + draw(steps)]
        match draw(st.sampled_from(["move", "move", "remove", "add"])):
            case "move":
                vertices[at] = moved
            case "add":
                vertices.insert(at, moved)
                hull += at < hull
            case "remove" if len(vertices) > 1:
                del vertices[at]
                hull -= at < hull
    return vertices, hull


@settings(max_examples=300)
@given(alphas(40), mesh_parameters(), st.data())
def test_edit_gives_a_mesh_or_a_reason(
    alpha: Alpha, parameters: MeshParameters, data: st.DataObject
) -> None:
    image = png(alpha)
    fields = generated(image, parameters)
    island = data.draw(st.integers(0, len(fields["others"])))
    vertices, hull = data.draw(changes(meshes_of(fields)[island]))

    answer = edit(image, fields, island=island, vertices=vertices, hull=hull)

    if isinstance(answer, Failure):
        assert answer.code == "EDIT_REFUSED", answer.trace
        return
    result = json.loads(answer.result)
    mesh = [*read_results(result).values()][island]
    assert violations(mesh) == []
    assert len(mesh.vertices) == len(vertices)
    assert mesh.hull == hull
    missed = sum(one["quality"]["uncovered_pixels"] for one in meshes_of(result))
    about = [words for words in result["warnings"] if words.endswith("outside the mesh.")]
    assert [words.split()[0] for words in about] == ([str(missed)] if missed else [])
    assert result["parameters"] == fields["parameters"]


DISC = png(disc()[..., 3])
MESH = generated(DISC, MeshParameters(internal_vertex_density=10))


def towards_the_middle(fields: Fields, share: float) -> list[list[float]]:
    vertices = np.array(fields["vertices"])
    middle = np.array([fields["width"], fields["height"]]) / 2
    moved: list[list[float]] = (vertices + (middle - vertices) * share).tolist()
    return moved


def test_pixels_outside_the_mesh_are_counted_and_allowed() -> None:
    result = edited(DISC, MESH, vertices=towards_the_middle(MESH, 0.1))

    missed = result["quality"]["uncovered_pixels"]
    assert missed > 1
    assert result["quality"]["coverage"] < 1
    assert result["warnings"] == [f"{missed} visible pixels are outside the mesh."]


def test_warning_of_an_edit_goes_with_the_next_one() -> None:
    once = edited(DISC, MESH, vertices=towards_the_middle(MESH, 0.1))

    twice = edited(DISC, once, vertices=towards_the_middle(once, 0.05))
    back = edited(DISC, twice, vertices=MESH["vertices"])

    assert len(twice["warnings"]) == 1
    assert twice["warnings"] != once["warnings"]
    assert back == MESH


def test_one_pixel_is_one() -> None:
    alpha = np.zeros((16, 16), dtype=np.uint8)
    cv2.rectangle(alpha, (4, 4), (11, 11), 255, cv2.FILLED)
    fields = generated(png(alpha), MeshParameters())
    square = [[4, 4], [11, 4], [12, 5.5], [12, 12], [4, 12]]

    result = edited(png(alpha), fields, vertices=square, hull=5)

    assert result["warnings"] == ["1 visible pixel is outside the mesh."]


def test_what_was_said_of_the_image_is_kept() -> None:
    art = two_discs()
    art[:, 40:, 3] //= 2
    image = encode_png(art)
    fields = generated(image, MeshParameters(islands="largest", max_hull_vertices=6))
    assert fields["warnings"]

    result = edited(image, fields, vertices=towards_the_middle(fields, 0.001))

    assert result["warnings"][: len(fields["warnings"])] == fields["warnings"]


def test_islands_are_edited_one_by_one() -> None:
    image = encode_png(two_discs())
    fields = generated(image, MeshParameters(islands="split"), "arm")
    square = [[44, 4], [76, 4], [76, 36], [44, 36]]

    result = edited(image, fields, island=1, vertices=square, hull=4)

    assert {**result, "others": []} == {**fields, "others": []}
    (other,) = result["others"]
    assert other["name"] == "arm-2"
    assert other["vertices"] == square
    assert other["attachment"]["path"] == "arm"
    assert other["quality"]["uncovered_pixels"] == 0
    assert other["quality"]["islands_kept"] == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vertices": [[float("nan"), 1], [9, 1], [9, 9]], "hull": 3}, "EDIT_REFUSED"),
        ({"vertices": [["1", 1], [9, 1], [9, 9]], "hull": 3}, "EDIT_REFUSED"),
        ({"vertices": [[1e300, 1], [9, 1], [9, 9]], "hull": 3}, "EDIT_REFUSED"),
        ({"vertices": [[1, 1], [9, 9], [9, 1], [1, 9]], "hull": 4}, "EDIT_REFUSED"),
        ({"island": 1, "vertices": [[1, 1], [9, 1], [9, 9]], "hull": 3}, "EDIT_REFUSED"),
        ({"image": b"no image"}, "IMAGE_UNREADABLE"),
        ({"image": png(disc(47)[..., 3])}, "IMAGE_CHANGED"),
        ({"name": "../arm"}, "NAME_UNUSABLE"),
    ],
)
def test_what_cannot_be_is_a_failure(changed: dict[str, Any], code: str) -> None:
    task = replace(EditTask(DISC, "arm", MESH, MESH["vertices"], MESH["hull"]), **changed)

    failure = edit_answer(task, lambda _: None)

    assert isinstance(failure, Failure)
    assert failure.code == code, failure.trace


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    runner = JobRunner(workers=1, waiting=4, limits=JobLimits())
    yield runner
    runner.close()


def test_edit_can_be_a_job(runner: JobRunner) -> None:
    task = EditTask(DISC, "arm", MESH, MESH["vertices"], MESH["hull"])

    good = runner.submit(edit_answer, task).result()
    bad = runner.submit(edit_answer, replace(task, hull=2)).result()

    assert isinstance(good, Answer)
    assert json.loads(good.result) == MESH
    assert isinstance(bad, Failure)
    assert (bad.code, bad.message) == ("EDIT_REFUSED", "The outline has fewer than 3 vertices.")
