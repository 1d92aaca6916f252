"""The library's front door: an image in, a mesh out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinelift import images
from spinelift.mesh.errors import ImageUnreadable, InvalidParameters, ParameterProblem
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate
from spinelift.mesh.types import Alpha, Mesh

Image = NDArray[np.uint8] | str | os.PathLike[str] | bytes


def generate_mesh(image: Image, parameters: MeshParameters | None = None) -> Mesh:
    """Return the mesh that covers every visible pixel of an image.

    Parameters
    ----------
    image
        (H, W, 4) uint8 RGBA array, a path, or the bytes of an image file.
    parameters
        The defaults where None. `islands="split"` gives several meshes: see `generate_meshes`.

    Raises
    ------
    ImageError
        The file is missing, damaged, too large, or not an image.
    ImageEmpty
        No pixel is above the alpha threshold.
    InvalidParameters
        The parameters ask for one mesh an island.
    """
    parameters = parameters or MeshParameters()
    if parameters.islands == "split":
        allowed = "bridge | largest here; generate_meshes takes split"
        raise InvalidParameters([ParameterProblem("islands", "split", allowed)])
    return generate_meshes(image, parameters)[0]


def generate_meshes(image: Image, parameters: MeshParameters | None = None) -> list[Mesh]:
    """Return the meshes of an image: one, or with `islands="split"` one an island, largest first.

    Takes and raises what `generate_mesh` does.
    """
    alpha, notes = _alpha(image)
    meshes = generate(alpha, parameters or MeshParameters())
    return [replace(mesh, warnings=(*notes, *mesh.warnings)) for mesh in meshes]


def _alpha(image: Image) -> tuple[Alpha, tuple[str, ...]]:
    """The image's alpha, and what there is to say about its file."""
    if isinstance(image, np.ndarray):
        if image.ndim != 3 or image.shape[2] != 4 or image.dtype != np.uint8 or 0 in image.shape:
            raise ImageUnreadable(
                f"The array has shape {image.shape} and type {image.dtype}: "
                "give (height, width, 4) uint8 RGBA."
            )
        return np.ascontiguousarray(image[..., 3]), ()
    if isinstance(image, bytes):
        return images.decode_alpha(image)
    path = Path(image)
    return images.decode_alpha(images.read_file(path), name=path.name)
