"""The library's front door: an array, a path or bytes in; a mesh out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import spinelift
from spinelift.mesh.errors import ImageEmpty, ImageNotFound, ImageUnreadable, InvalidParameters
from spinelift.mesh.types import Rgba
from spinelift.samples.families import islands, limb


def picture() -> Rgba:
    alpha = limb(60, 120)
    return np.dstack([np.full((*alpha.shape, 3), 200, dtype=np.uint8), alpha])


def png() -> bytes:
    is_written, encoded = cv2.imencode(".png", picture())
    assert is_written
    return encoded.tobytes()


def same(one: spinelift.Mesh, other: spinelift.Mesh) -> bool:
    return bool(
        np.array_equal(one.vertices, other.vertices)
        and np.array_equal(one.triangles, other.triangles)
        and one.hull == other.hull
    )


def test_array_path_and_bytes_give_the_same_mesh(tmp_path: Path) -> None:
    path = tmp_path / "腕 arm.png"
    path.write_bytes(png())
    parameters = spinelift.MeshParameters(max_vertices=24)

    from_array = spinelift.generate_mesh(picture(), parameters)

    assert len(from_array.vertices) <= 24
    assert (from_array.width, from_array.height) == (60, 120)
    assert same(from_array, spinelift.generate_mesh(png(), parameters))
    assert same(from_array, spinelift.generate_mesh(path, parameters))
    assert same(from_array, spinelift.generate_mesh(str(path), parameters))


def test_parameters_are_the_defaults_unless_given() -> None:
    defaults = spinelift.generate_mesh(picture(), spinelift.MeshParameters())

    assert same(spinelift.generate_mesh(picture()), defaults)


def test_colour_does_not_matter() -> None:
    dark = picture()
    dark[..., :3] = 0

    assert same(spinelift.generate_mesh(picture()), spinelift.generate_mesh(dark))


def test_array_need_not_be_contiguous() -> None:
    wide = np.repeat(picture(), 2, axis=1)

    assert same(spinelift.generate_mesh(wide[:, ::2]), spinelift.generate_mesh(picture()))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.float32),
        np.zeros((0, 4, 4), dtype=np.uint8),
    ],
    ids=["no channels", "no alpha", "floats", "no pixels"],
)
def test_array_that_is_no_rgba_image_is_refused(array: Rgba) -> None:
    with pytest.raises(ImageUnreadable, match=r"give \(height, width, 4\) uint8 RGBA"):
        spinelift.generate_mesh(array)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound):
        spinelift.generate_mesh(tmp_path / "nobody.png")


def test_transparent_image_has_no_mesh() -> None:
    with pytest.raises(ImageEmpty):
        spinelift.generate_mesh(np.zeros((4, 4, 4), dtype=np.uint8))


def test_one_mesh_cannot_be_split_into_islands() -> None:
    with pytest.raises(InvalidParameters, match="generate_meshes takes split"):
        spinelift.generate_mesh(picture(), spinelift.MeshParameters(islands="split"))


def test_meshes_of_split_islands_come_from_the_sister_function() -> None:
    alpha = islands(60, 60, count=4)
    image = np.dstack([alpha, alpha, alpha, alpha])

    meshes = spinelift.generate_meshes(image, spinelift.MeshParameters(islands="split"))

    assert len(meshes) == 4


def test_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'generate_cat'"):
        _ = spinelift.generate_cat
