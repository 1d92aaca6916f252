"""Meshes in, the answer that every client gets out: plain data, whole in itself; and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.quality import Quality, measured
from spinelift.mesh.types import NO_PIXELS, Islands, Mesh
from spinelift.spine.document import mesh_attachment


def result_fields(
    name: str, meshes: Mapping[str, Mesh], parameters: MeshParameters, warnings: Sequence[str]
) -> dict[str, Any]:
    """Describe an image's meshes, whose quality is measured.

    The first mesh's fields stand at the top. `others` has the same fields for each further island,
    with `islands="split"`. `vertices` and `uvs` are [x, y] pairs, in image pixels with y down and
    in 0 to 1; `triangles` and `edges` are index triples and pairs; `attachment` is Spine's.
    """
    first, *others = [
        {"name": own_name, **_mesh_fields(mesh, name if own_name != name else None)}
        for own_name, mesh in meshes.items()
    ]
    return {
        **first,
        "others": others,
        "parameters": parameters.to_mapping(),
        "warnings": list(warnings),
    }


def read_results(fields: Mapping[str, Any]) -> dict[str, Mesh]:
    """Name to mesh, as `result_fields` was given them.

    Their quality is what was measured; the pixels that it was measured against are not there.
    """
    return {one["name"]: _read_mesh(one) for one in (fields, *fields["others"])}


def _read_mesh(fields: Mapping[str, Any]) -> Mesh:
    quality = Quality(**fields["quality"])
    mesh = Mesh(
        vertices=np.array(fields["vertices"], dtype=np.float64),
        triangles=np.array(fields["triangles"], dtype=np.int32),
        hull=fields["hull"],
        width=fields["width"],
        height=fields["height"],
        required=NO_PIXELS,
        islands=Islands(kept=quality.islands_kept, dropped=quality.islands_dropped),
    )
    return measured(mesh, quality)


def _mesh_fields(mesh: Mesh, path: str | None) -> dict[str, Any]:
    return {
        "width": mesh.width,
        "height": mesh.height,
        "vertices": mesh.vertices.tolist(),
        "triangles": mesh.triangles.tolist(),
        "uvs": mesh.uvs.tolist(),
        "hull": mesh.hull,
        "edges": mesh.edges.tolist(),
        "quality": asdict(mesh.quality),
        "attachment": mesh_attachment(mesh, path=path),
    }
