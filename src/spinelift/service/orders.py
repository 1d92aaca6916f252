"""What a client has ordered: one image to mesh, everything about it checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from pydantic import JsonValue

from spinelift.engine.cache import engine_fingerprint
from spinelift.mesh.parameters import MeshParameters
from spinelift.service.storage import RESULTS


@dataclass(frozen=True)
class Upload:
    """An image that came with the request, in a file that may be taken away."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Link:
    """An image somewhere on the Web."""

    url: str


@dataclass(frozen=True)
class StoredImage:
    """An image that somebody else has put into the storage, and keeps there."""

    key: str


Source: TypeAlias = Upload | Link | StoredImage


@dataclass(frozen=True)
class Order:
    """One image to mesh.

    Attributes
    ----------
    uses_cache
        Whether an answer that was made before will do.
    """

    job_id: str
    source: Source
    name: str
    parameters: MeshParameters
    spine_version: str
    callback_url: str | None
    uses_cache: bool

    @cached_property
    def fingerprint(self) -> str:
        """The same for two orders that ask for the same: SHA-256 of all but id and cache."""
        match self.source:
            case Upload(sha256=origin) | Link(url=origin) | StoredImage(key=origin):
                pass
        kind = type(self.source).__name__
        return _digest(kind, origin, self.callback_url, self.decisions)

    @cached_property
    def decisions(self) -> dict[str, JsonValue]:
        """What the answer depends on, beside the image."""
        return {
            "name": self.name,
            "parameters": dict(self.parameters.to_mapping()),
            "spine_version": self.spine_version,
        }

    def result_key(self, sha256: str) -> str:
        """Where in the storage the answer for the image with this hash lies."""
        return f"{RESULTS}{_digest(engine_fingerprint(), sha256, self.decisions)}"


@dataclass(frozen=True)
class Question:
    """Which parameters are good for an image, if there is one, and for a target."""

    values: Mapping[str, object]
    source: Source | None
    name: str
    target: str


def _digest(*parts: JsonValue) -> str:
    canonical = json.dumps(parts, sort_keys=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
