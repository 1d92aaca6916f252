"""An HTTP request in, an order that can be carried out: everything in it checked."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import anyio.to_thread
from fastapi import Request
from pydantic import JsonValue
from starlette.datastructures import FormData, UploadFile

from spinelift.engine.cache import engine_fingerprint
from spinelift.mesh.errors import InvalidParameters, ParameterProblem
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.presets import PRESETS
from spinelift.service.problems import RequestUnreadable
from spinelift.service.records import is_job_id
from spinelift.spine.document import SPINE_VERSIONS
from spinelift.spine.errors import NameUnusable, UnknownSpineVersion
from spinelift.spine.names import check_name

FIELDS = ("parameters", "preset", "job_id", "spine_version")
LONGEST_FIELD = 64 * 1024
LONGEST_NAME = 200
NAMELESS = "image"
NEWEST_SPINE = "4.2"


@dataclass(frozen=True)
class Order:
    """What is to be done, and with which image."""

    job_id: str
    fingerprint: str
    request: dict[str, JsonValue]
    image: Path


@asynccontextmanager
async def read_order(request: Request, folder: Path) -> AsyncIterator[Order]:
    """Read a multipart request; its image lies in `folder` until the block ends.

    Raises RequestUnreadable, InvalidParameters, NameUnusable, UnknownSpineVersion.
    """
    async with _form(request) as form:
        upload = form.get("image")
        if not isinstance(upload, UploadFile):
            raise RequestUnreadable("The request has no file named image: send one.")
        fields = {name: _field(form, name) for name in FIELDS}
        path = folder / secrets.token_hex(16)
        try:
            digest = await anyio.to_thread.run_sync(_save, upload, path)
            uses_cache = "no-cache" not in request.headers.get("cache-control", "")
            yield _order(fields, upload.filename or NAMELESS, path, digest, uses_cache)
        finally:
            path.unlink(missing_ok=True)


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise RequestUnreadable(
            f"The request has the content type {kind[:80] or 'nothing'!r}: "
            "send multipart/form-data with a file named image."
        )
    # Files go to disk as they come.
    async with request.form(
        max_files=1, max_fields=len(FIELDS), max_part_size=LONGEST_FIELD
    ) as form:
        yield form


def _field(form: FormData, name: str) -> str | None:
    values = [value for value in form.getlist(name) if value != ""]
    if not values:
        return None
    if len(values) > 1 or not isinstance(values[0], str):
        raise RequestUnreadable(f"The field {name} has to be one text.")
    return values[0]


def _save(upload: UploadFile, path: Path) -> str:
    """Write the file down, and give its SHA-256."""
    with path.open("w+b") as file:
        shutil.copyfileobj(upload.file, file)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _order(
    fields: Mapping[str, str | None], filename: str, image: Path, digest: str, uses_cache: bool
) -> Order:
    job_id = fields["job_id"] or secrets.token_urlsafe(16)
    if not is_job_id(job_id):
        raise RequestUnreadable("A job_id has 8 to 64 letters, digits, - and _: choose another.")
    version = fields["spine_version"] or NEWEST_SPINE
    if version not in SPINE_VERSIONS:
        raise UnknownSpineVersion(
            f"Spine version {version[:20]!r} is not supported: "
            f"use one of {', '.join(SPINE_VERSIONS)}."
        )
    parameters = parameters_from(fields["parameters"], fields["preset"])
    name = slot_name(filename)
    decided: dict[str, JsonValue] = {
        "name": name,
        "parameters": dict(parameters.to_mapping()),
        "spine_version": version,
    }
    canonical = json.dumps(decided, sort_keys=True, allow_nan=False)
    fingerprint = hashlib.sha256(f"{digest}\n{canonical}".encode()).hexdigest()
    key = hashlib.sha256(f"{engine_fingerprint()}\n{fingerprint}".encode()).hexdigest()
    request: dict[str, JsonValue] = {
        **decided,
        "result_key": f"results/{key}",
        "uses_cache": uses_cache,
    }
    return Order(job_id, fingerprint, request, image)


def parameters_from(text: str | None, preset: str | None) -> MeshParameters:
    """Make parameters of a JSON object, on top of a preset's where one is named."""
    values: dict[str, Any] = {}
    if preset is not None:
        if preset not in PRESETS:
            allowed = " | ".join(PRESETS)
            raise InvalidParameters([ParameterProblem("preset", preset[:80], allowed)])
        values = dict(PRESETS[preset].to_mapping())
    return MeshParameters.from_mapping(values | _object(text or "{}"))


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise RequestUnreadable("The parameters are not a JSON object: send one, such as {}.")
    return given


def slot_name(filename: str) -> str:
    """The file's name without folders and suffix, where a slot can be called so."""
    stem = PurePosixPath(re.sub(r"[\\:]", "/", filename)).stem.strip()[:LONGEST_NAME].strip()
    try:
        check_name(stem)
    except NameUnusable:
        return NAMELESS
    return stem
