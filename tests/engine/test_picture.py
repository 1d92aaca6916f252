"""Pictures of stored results."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.picture import PictureTask, draw_picture
from spinelift.engine.work import Failure
from spinelift.images import decode, encode_png
from spinelift.library import generate_meshes
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Rgba
from spinelift.preview import RED, preview_pixels, preview_svg

from ..art import disc, two_discs


def result(image: bytes, **values: Any) -> dict[str, Any]:
    task = GenerationTask(image, "eyes", MeshParameters(**values))
    answer = generate_answer(task, lambda _: None)
    assert isinstance(answer, Answer), answer
    fields: dict[str, Any] = json.loads(answer.result)
    return fields


def picture(image: bytes, fields: dict[str, Any], **changes: Any) -> bytes:
    drawn = draw_picture(PictureTask(image, "eyes", fields, **changes), lambda _: None)
    assert isinstance(drawn, bytes), drawn
    return drawn


def reds(png: bytes) -> int:
    rgba: Rgba = decode(png).rgba
    return int((rgba[..., :3] == RED).all(axis=2).sum())


@pytest.mark.parametrize("islands", ["bridge", "split", "largest"])
def test_picture_is_that_of_the_meshes_as_they_were_made(islands: str) -> None:
    art = two_discs()
    fields = result(encode_png(art), islands=islands)
    meshes = generate_meshes(art, MeshParameters.from_mapping({"islands": islands}))

    png = picture(encode_png(art), fields)
    svg = picture(encode_png(art), fields, kind="svg", scale=3)

    assert (decode(png).rgba == preview_pixels(art, *meshes)).all()
    assert svg.decode() == preview_svg(art, *meshes, name="eyes", scale=3)
    assert reds(png) == 0


def test_visible_pixels_outside_the_mesh_are_red() -> None:
    image = encode_png(disc())
    fields = result(image)
    vertices = np.array(fields["vertices"])
    fields["vertices"] = (vertices + (24 - vertices) / 2).tolist()

    assert reds(picture(image, fields)) > 0


def test_pixels_that_a_parameter_gave_up_are_not_red() -> None:
    art = disc()
    art[:4, :4, 3] = 255
    fields = result(encode_png(art), min_contour_area=100.0)

    assert reds(picture(encode_png(art), fields)) == 0


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"no image", "IMAGE_UNREADABLE"),
        (encode_png(disc(47)), "IMAGE_CHANGED"),
        (encode_png(np.zeros((40, 80, 4), dtype=np.uint8)), "IMAGE_EMPTY"),
        (encode_png(np.full((40, 80, 4), 255, dtype=np.uint8)), "IMAGE_CHANGED"),
    ],
)
def test_image_that_is_not_the_one_that_was_meshed_is_a_failure(image: bytes, code: str) -> None:
    fields = result(encode_png(two_discs()), islands="split")

    failure = draw_picture(PictureTask(image, "eyes", fields), lambda _: None)

    assert isinstance(failure, Failure)
    assert failure.code == code
