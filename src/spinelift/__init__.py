"""Images in, Spine meshes out.

Names are resolved when first used, so that importing the package (and asking for its version)
does not load OpenCV.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from spinelift.version import __version__

if TYPE_CHECKING:
    from spinelift.batch_mesh_processor import BatchMeshProcessor
    from spinelift.library import generate_mesh, generate_meshes
    from spinelift.mesh.errors import SpineLiftError
    from spinelift.mesh.parameters import MeshParameters
    from spinelift.mesh.types import Mesh
    from spinelift.spine.document import skeleton_document

__all__ = [
    "BatchMeshProcessor",
    "Mesh",
    "MeshParameters",
    "SpineLiftError",
    "__version__",
    "generate_mesh",
    "generate_meshes",
    "skeleton_document",
]

_HOMES = {
    "BatchMeshProcessor": "spinelift.batch_mesh_processor",
    "Mesh": "spinelift.mesh.types",
    "MeshParameters": "spinelift.mesh.parameters",
    "SpineLiftError": "spinelift.mesh.errors",
    "generate_mesh": "spinelift.library",
    "generate_meshes": "spinelift.library",
    "skeleton_document": "spinelift.spine.document",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'spinelift' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
