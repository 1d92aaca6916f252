"""Named sets of parameters, and the vertex ceilings of target devices."""

from __future__ import annotations

from types import MappingProxyType

from spinelift.mesh.parameters import MeshParameters

BALANCED = "balanced"

PRESETS = MappingProxyType(
    {
        "high-detail": MeshParameters(
            detail_factor=0.002,
            concave_factor=50,
            internal_vertex_density=6,
            min_contour_area=1,
            refinement=1,
        ),
        BALANCED: MeshParameters(),
        "performance": MeshParameters(detail_factor=0.025),
        "simple-shapes": MeshParameters(
            detail_factor=0.050, min_contour_area=100, min_triangle_area=16
        ),
    }
)
"""Preset name to its parameters; Balanced is the defaults."""

TARGETS = MappingProxyType({"quality": None, "balanced": 1000, "performance": 500, "mobile": 300})
"""Target name to the most vertices that a mesh may have there; None sets no ceiling."""
