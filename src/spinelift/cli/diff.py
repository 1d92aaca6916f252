"""`spinelift diff`: what changed between two skeletons."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from cyclopts import Parameter

from spinelift.cli.console import say, table
from spinelift.cli.documents import read_skeleton, short_name
from spinelift.cli.exits import Exit
from spinelift.cli.report import write_json
from spinelift.engine.work import failure
from spinelift.images.limits import DEFAULT_LIMITS
from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.quality import triangle_areas
from spinelift.spine.reading import AttachmentMesh, MeshKey

HEADINGS = ("attachment", "change", "vertices", "hull", "triangles", "area px2", "largest move px")


@dataclass(frozen=True)
class Shape:
    """What is compared of one mesh."""

    vertices: int
    hull: int
    triangles: int
    area: float
    width: float
    height: float
    path: str

    @classmethod
    def of(cls, mesh: AttachmentMesh) -> Shape:
        """Measure a mesh."""
        return cls(
            vertices=len(mesh.vertices),
            hull=mesh.hull,
            triangles=len(mesh.triangles),
            area=round(float(np.abs(triangle_areas(mesh.vertices, mesh.triangles)).sum()), 3),
            width=mesh.width,
            height=mesh.height,
            path=mesh.path,
        )


@dataclass(frozen=True)
class Change:
    """One attachment that is not the same in both; the fields are those of the JSON.

    `largest_move` is how far a vertex went at most, in pixels; None where vertices came or went.
    """

    attachment: str
    change: Literal["added", "removed", "changed"]
    before: Shape | None
    after: Shape | None
    largest_move: float | None = None

    def row(self) -> tuple[str, ...]:
        """Its line in the table."""
        move = "-" if self.largest_move is None else f"{self.largest_move:.3f}"
        names = ("vertices", "hull", "triangles", "area")
        return (self.attachment, self.change, *map(self._both, names), move)

    def _both(self, name: str) -> str:
        values = [
            f"{getattr(shape, name):.6g}"
            for shape in (self.before, self.after)
            if shape is not None
        ]
        return values[0] if len(set(values)) == 1 else " -> ".join(values)


def diff(
    before: str,
    after: str,
    /,
    *,
    json: Annotated[bool, Parameter(help="One JSON object on stdout.")] = False,
    exit_code: Annotated[bool, Parameter(help="Exit with 1 where they differ.")] = False,
) -> int:
    """Compare the meshes of two skeletons.

    Parameters
    ----------
    before
        Skeleton .json file.
    after
        Skeleton .json file.
    """
    documents = []
    for path in (before, after):
        try:
            documents.append(read_skeleton(Path(path), DEFAULT_LIMITS))
        except SpineLiftError as error:
            say(f"failed: {path}: {failure(error, Path(path).name).message}")
    if len(documents) < 2:
        return Exit.NO_INPUT
    changes = compare(*documents)
    if json:
        write_json({"changes": [asdict(change) for change in changes]})
    elif changes:
        sys.stdout.write(table(HEADINGS, [change.row() for change in changes]))
        sys.stdout.flush()
    else:
        say("No mesh differs.")
    return Exit.FAILED if changes and exit_code else Exit.GOOD


def compare(
    before: dict[MeshKey, AttachmentMesh], after: dict[MeshKey, AttachmentMesh]
) -> list[Change]:
    """What was removed or changed, in the order of the first, then what was added."""
    changes = []
    for key, old in before.items():
        if key not in after:
            changes.append(Change(short_name(key), "removed", Shape.of(old), None))
        elif not _are_equal(old, after[key]):
            new = after[key]
            changes.append(
                Change(
                    short_name(key),
                    "changed",
                    Shape.of(old),
                    Shape.of(new),
                    _largest_move(old, new),
                )
            )
    changes += [
        Change(short_name(key), "added", None, Shape.of(new))
        for key, new in after.items()
        if key not in before
    ]
    return changes


def _are_equal(old: AttachmentMesh, new: AttachmentMesh) -> bool:
    return (
        np.array_equal(old.vertices, new.vertices)
        and np.array_equal(old.triangles, new.triangles)
        and (old.hull, old.width, old.height, old.path, old.is_weighted)
        == (new.hull, new.width, new.height, new.path, new.is_weighted)
    )


def _largest_move(old: AttachmentMesh, new: AttachmentMesh) -> float | None:
    if old.vertices.shape != new.vertices.shape:
        return None
    moves: Sequence[float] = np.hypot(*(new.vertices - old.vertices).T).tolist()
    return round(max(moves), 6)
