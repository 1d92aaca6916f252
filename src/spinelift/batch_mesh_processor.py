"""The old class's face over the engine, for code that was written against it: dicts in and out.

What it promises is kept and what it did wrong is not: see `spinelift.generate_mesh`, which new
code should use.
"""

from __future__ import annotations

import difflib
import logging
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spinelift.engine.batch import run_batch
from spinelift.engine.work import Failure, MeshedImage, MeshTask, mesh_image
from spinelift.mesh.errors import InvalidParameters, ParameterProblem
from spinelift.mesh.parameters import PARAMETERS, MeshParameters

logger = logging.getLogger(__name__)


class BatchMeshProcessor:
    """Meshes images, one or many, with one set of parameters.

    Parameters
    ----------
    params
        Name to value; names that are left out have their defaults. Names that do not exist are
        reported by a warning and a log line, kept in `unknown_params`, and otherwise ignored.

    Raises
    ------
    InvalidParameters
        A value is out of range, or `islands` is "split": a dict holds one mesh.
    """

    DEFAULT_PARAMS: Mapping[str, Any] = MeshParameters().to_mapping()

    def __init__(self, params: Mapping[str, Any] | None = None) -> None:
        given = dict(params or {})
        self.unknown_params = tuple(name for name in given if name not in PARAMETERS)
        for name in self.unknown_params:
            _report_unknown(name)
        known = {name: value for name, value in given.items() if name in PARAMETERS}
        self._parameters = MeshParameters.from_mapping(known)
        if self._parameters.islands == "split":
            raise InvalidParameters([ParameterProblem("islands", "split", "bridge | largest here")])

    @property
    def params(self) -> dict[str, Any]:
        """Every parameter that is used, defaults included."""
        return self._parameters.to_mapping()

    def generate_mesh_data(self, image_path: str | os.PathLike[str]) -> dict[str, Any] | None:
        """Mesh one image.

        Returns
        -------
        A dict, or None where the image gives no mesh; the log has the reason. Its keys:

        image_path, image_name
            The path as it was given, and the file's name without extension.
        width, height
            Pixels.
        vertices
            (N, 2) float64, image pixels, y down, the hull first.
        triangles
            (M, 3) int32.
        uvs
            2 N floats, u and v in turn, origin at the top left.
        boundary_indices
            Indices of the hull's vertices, in order.
        boundary_edges, internal_edges
            Vertex indices, two to an edge.
        params_used
            As `params`.
        x, y
            The image's centre, in pixels.
        """
        return self._mesh_data(image_path, mesh_image(self._task(image_path)))

    def process_image_batch(
        self, image_paths: Iterable[str | os.PathLike[str]], jobs: int = 1
    ) -> list[dict[str, Any]]:
        """Mesh many images; those that give no mesh are logged and left out.

        With more than one of `jobs`, processes are started, which import the calling script again:
        it then needs the usual `if __name__ == "__main__":`.
        """
        paths = list(image_paths)
        results = run_batch(mesh_image, [self._task(path) for path in paths], jobs=jobs)
        found = (self._mesh_data(path, result) for path, result in zip(paths, results, strict=True))
        return [mesh_data for mesh_data in found if mesh_data is not None]

    def _task(self, path: str | os.PathLike[str]) -> MeshTask:
        return MeshTask(image=Path(path), parameters=self._parameters, label=Path(path).name)

    def _mesh_data(
        self, path: str | os.PathLike[str], result: MeshedImage | Failure
    ) -> dict[str, Any] | None:
        if isinstance(result, Failure):
            logger.error("%s: %s", os.fspath(path), result.message)
            return None
        for warning in result.warnings:
            logger.warning("%s: %s", os.fspath(path), warning)
        mesh = result.meshes[0]
        return {
            "image_path": os.fspath(path),
            "image_name": Path(path).stem,
            "width": mesh.width,
            "height": mesh.height,
            "vertices": mesh.vertices,
            "triangles": mesh.triangles,
            "uvs": mesh.uvs.ravel().tolist(),
            "boundary_indices": list(range(mesh.hull)),
            "boundary_edges": mesh.boundary_edges.ravel().tolist(),
            "internal_edges": mesh.internal_edges.ravel().tolist(),
            "params_used": self.params,
            "x": mesh.width / 2,
            "y": mesh.height / 2,
        }


def _report_unknown(name: str) -> None:
    close = difflib.get_close_matches(str(name), PARAMETERS, n=1)
    hint = f"; did you mean {close[0]}?" if close else "."
    sentence = f"There is no parameter {name!r}, and it is ignored{hint}"
    logger.warning(sentence)
    warnings.warn(sentence, stacklevel=3)
