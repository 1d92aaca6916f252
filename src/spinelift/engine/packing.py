"""Meshes as bytes for the cache, and back. Plain JSON: what a cache folder holds is never run."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from spinelift.mesh.quality import Quality, measured
from spinelift.mesh.types import Islands, Mask, Mesh


def pack_meshes(meshes: Sequence[Mesh], warnings: Sequence[str]) -> bytes:
    """Write an image's meshes with their quality, and the warnings about the image."""
    packed = {"meshes": [_pack(mesh) for mesh in meshes], "warnings": list(warnings)}
    return json.dumps(packed, separators=(",", ":")).encode()


def unpack_meshes(content: bytes) -> tuple[tuple[Mesh, ...], tuple[str, ...]]:
    """Read what `pack_meshes` wrote; raises ValueError for anything else."""
    try:
        packed = json.loads(content)
        return tuple(_unpack(mesh) for mesh in packed["meshes"]), tuple(packed["warnings"])
    except (KeyError, TypeError, zlib.error, RecursionError) as error:
        raise ValueError("these are not packed meshes") from error


def _pack(mesh: Mesh) -> dict[str, Any]:
    required = zlib.compress(np.packbits(mesh.required).tobytes(), level=1)
    return {
        "vertices": mesh.vertices.tolist(),
        "triangles": mesh.triangles.tolist(),
        "hull": mesh.hull,
        "width": mesh.width,
        "height": mesh.height,
        "required": base64.b64encode(required).decode(),
        "required_shape": mesh.required.shape,
        "required_origin": mesh.required_origin,
        "islands": asdict(mesh.islands),
        "warnings": mesh.warnings,
        "quality": asdict(mesh.quality),
    }


def _unpack(packed: dict[str, Any]) -> Mesh:
    mesh = Mesh(
        vertices=np.array(packed["vertices"], dtype=np.float64).reshape(-1, 2),
        triangles=np.array(packed["triangles"], dtype=np.int32).reshape(-1, 3),
        hull=packed["hull"],
        width=packed["width"],
        height=packed["height"],
        required=_mask(packed["required"], tuple(packed["required_shape"])),
        required_origin=tuple(packed["required_origin"]),
        islands=Islands(**packed["islands"]),
        warnings=tuple(packed["warnings"]),
    )
    return measured(mesh, Quality(**packed["quality"]))


def _mask(text: str, shape: tuple[int, int]) -> Mask:
    bits = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8)
    return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape)
