"""The stages of a job and the share of its time that is over when each begins."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias

JobStage: TypeAlias = Literal[
    "mask", "outline", "polygon", "interior", "triangles", "quality", "document"
]

BEGINNINGS: MappingProxyType[JobStage, int] = MappingProxyType(
    {
        "mask": 0,
        "outline": 25,
        "polygon": 34,
        "interior": 64,
        "triangles": 65,
        "quality": 68,
        "document": 94,
    }
)
"""Stage to percent, in their order: the means of `make bench ARGS=progress` for sheets of 1024 px.
Reading the image counts as part of the mask."""

SENTENCES: MappingProxyType[JobStage, str] = MappingProxyType(
    {
        "mask": "Finding the visible pixels",
        "outline": "Walking round them",
        "polygon": "Choosing the outline's vertices",
        "interior": "Adding vertices inside",
        "triangles": "Triangulating",
        "quality": "Measuring the mesh",
        "document": "Writing it for Spine",
    }
)
"""What to tell the artist."""
