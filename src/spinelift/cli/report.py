"""What a run says: JSON or a table on stdout, sentences on stderr, an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spinelift.cli.console import say, table
from spinelift.cli.exits import HOW_TO_REPORT, Exit, UsageError
from spinelift.cli.sources import NO_IMAGES, FailedInput
from spinelift.engine.work import INTERNAL
from spinelift.mesh.errors import ImageNotFound, ImageTooLarge, ImageUnreadable
from spinelift.mesh.quality import Quality
from spinelift.mesh.types import Mesh
from spinelift.spine.errors import DocumentUnreadable

NOT_READ = frozenset(
    error.code for error in (ImageNotFound, ImageUnreadable, ImageTooLarge, DocumentUnreadable)
) | {NO_IMAGES}
"""Failures that mean: this input was never read."""

HEADINGS = ("image", "vertices", "hull", "triangles", "covered", "overdraw", "smallest angle", "ms")


@dataclass(frozen=True)
class MeshEntry:
    """One mesh as it is reported; the fields are those of the JSON."""

    name: str
    image: str
    width: int
    height: int
    vertices: int
    hull: int
    triangles: int
    quality: Quality
    milliseconds: float
    warnings: tuple[str, ...]

    @classmethod
    def of(
        cls, name: str, image: str, mesh: Mesh, milliseconds: float, warnings: Sequence[str]
    ) -> MeshEntry:
        """Describe a mesh whose quality is measured."""
        return cls(
            name=name,
            image=image,
            width=mesh.width,
            height=mesh.height,
            vertices=len(mesh.vertices),
            hull=mesh.hull,
            triangles=len(mesh.triangles),
            quality=mesh.quality,
            milliseconds=round(milliseconds, 3),
            warnings=tuple(warnings),
        )

    def row(self) -> tuple[str, ...]:
        """Its line in the table, below `HEADINGS`."""
        return (
            self.name,
            str(self.vertices),
            str(self.hull),
            str(self.triangles),
            percentage(self.quality),
            f"{self.quality.overdraw:.3f}",
            f"{self.quality.smallest_angle_degrees:.1f}",
            f"{self.milliseconds:.1f}",
        )


def percentage(quality: Quality) -> str:
    """The covered share of pixels; 100 only where none is missing, however many there are."""
    if quality.uncovered_pixels == 0:
        return "100.00 %"
    return f"{min(quality.coverage * 100, 99.99):.2f} %"


def failure_entry(failed: FailedInput) -> dict[str, Any]:
    """A failure as it is in the JSON."""
    return {
        "image": failed.image,
        "error": {"code": failed.error.code, "message": failed.error.message},
    }


def write_json(value: object) -> None:
    """Write one line of JSON to stdout, at once."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=not is_unicode) + "\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Report:
    """How to say it: `as_lines` as JSON lines, `as_json` as one JSON object, else as a table."""

    as_json: bool
    as_lines: bool
    is_quiet: bool
    is_verbose: bool
    warnings: list[str] = field(default_factory=list)
    """What was said about the run as a whole; what concerns an image is with its meshes."""

    def __post_init__(self) -> None:
        if self.as_json and self.as_lines:
            raise UsageError("Choose one of --json and --jsonl.")

    def detail(self, sentence: str) -> None:
        """Say what only interests those who asked for more."""
        if self.is_verbose:
            say(sentence)

    def warn(self, sentence: str) -> None:
        """Say what concerns no image of its own."""
        self.warnings.append(sentence)
        self.line({"warning": sentence})
        if not self.is_quiet:
            say(f"warning: {sentence}")

    def line(self, value: dict[str, Any]) -> None:
        """Write a JSON line, where lines were asked for."""
        if self.as_lines:
            write_json(value)

    def finish(
        self, skeleton: Path | None, meshed: Sequence[MeshEntry], failed: Sequence[FailedInput]
    ) -> Exit:
        """Say all of it, once everything is written."""
        path = str(skeleton) if skeleton is not None else None
        if self.as_json:
            entries = [asdict(entry) for entry in meshed]
            failures = [failure_entry(failure) for failure in failed]
            write_json(
                {
                    "skeleton": path,
                    "meshes": entries,
                    "failed": failures,
                    "warnings": self.warnings,
                }
            )
        elif self.as_lines:
            write_json(
                {"summary": {"skeleton": path, "meshes": len(meshed), "failed": len(failed)}}
            )
        elif meshed and not self.is_quiet:
            sys.stdout.write(table(HEADINGS, [entry.row() for entry in meshed]))
            sys.stdout.flush()
        if not self.is_quiet:
            warn_of_images(meshed)
        complain(failed, is_verbose=self.is_verbose)
        if path is not None and not self.is_quiet:
            count = len({entry.image for entry in meshed})
            say(f"Wrote {path}: {count} image{'s' if count != 1 else ''}.")
        return exit_code(len(meshed), failed)


def warn_of_images(meshed: Sequence[MeshEntry]) -> None:
    """Say what there is to say about images that were meshed; the same of many in one line."""
    images: dict[str, list[str]] = {}
    for entry in meshed:
        for warning in entry.warnings:
            concerned = images.setdefault(warning, [])
            if entry.image not in concerned:
                concerned.append(entry.image)
    for warning, concerned in images.items():
        who = concerned[0] if len(concerned) == 1 else f"{len(concerned)} images"
        say(f"warning: {who}: {warning}")


def complain(failed: Sequence[FailedInput], *, is_verbose: bool) -> None:
    """Say what failed."""
    for failure in failed:
        say(f"failed: {failure.image}: {failure.error.message}")
        if failure.error.trace and is_verbose:
            sys.stderr.write(failure.error.trace)
    if any(failure.error.code == INTERNAL for failure in failed):
        say(HOW_TO_REPORT)


def exit_code(successes: int, failed: Sequence[FailedInput]) -> Exit:
    """What became of a run with so many results and these failures."""
    codes = {failure.error.code for failure in failed}
    if INTERNAL in codes:
        return Exit.INTERNAL
    if not successes and codes <= NOT_READ:
        return Exit.NO_INPUT
    return Exit.FAILED if failed else Exit.GOOD
