"""Pictures to send to a service, each with the mesh that the library itself makes of it."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spinelift import images, samples
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.pipeline import generate

END = 12
"""Bytes of a PNG's last chunk."""

_numbers = itertools.count()


@dataclass(frozen=True)
class Picture:
    """A PNG, and the vertices of its mesh."""

    name: str
    png: bytes
    vertices: list[list[float]]

    def is_of(self, fields: dict[str, Any]) -> bool:
        """Tell whether a service's result is this picture's."""
        return bool(fields["vertices"] == self.vertices)


def picture_of(name: str, png: bytes) -> Picture:
    alpha, _ = images.decode_alpha(png)
    return Picture(name, png, generate(alpha, MeshParameters())[0].vertices.tolist())


def draw_pictures(sizes: Sequence[int]) -> list[Picture]:
    """Draw every sample in every size; no two have the same mesh."""
    return [
        picture_of(f"{name}-{size}", images.encode_png(samples.draw(name, size)))
        for size in sizes
        for name in samples.SAMPLES
    ]


def fresh(png: bytes) -> bytes:
    """The same picture in a file that nobody has seen before: no cache knows it."""
    text = b"tEXtNumber\0%d" % next(_numbers)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return png[:-END] + chunk + png[-END:]
