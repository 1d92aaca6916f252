"""An HTTP request in, orders that can be carried out: everything in them checked."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from fastapi import Request
from pydantic import BaseModel, ValidationError

from spinelift.images.limits import shown
from spinelift.mesh.errors import InvalidParameters, ParameterProblem, SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.presets import PRESETS, TARGETS
from spinelift.service.forms import Form, read_form
from spinelift.service.orders import Link, Order, Question, Source, StoredImage, Upload
from spinelift.service.problems import RequestUnreadable, unreadable
from spinelift.service.storage import is_object_key
from spinelift.service.wire import (
    LONGEST_NAME,
    MOST_ITEMS,
    BatchRequest,
    GenerateRequest,
    ValidateRequest,
)
from spinelift.spine.document import DEFAULT_VERSION, check_version
from spinelift.spine.errors import NameUnusable
from spinelift.spine.names import check_name

MULTIPART = "multipart/form-data"
JSON = "application/json"

LARGEST_NUMBER = 2**53
NAMELESS = "image"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class _Body:
    """A request's fields and the images that came with them."""

    fields: dict[str, Any]
    uploads: list[tuple[str, Upload]] = field(default_factory=list)


class Intake:
    """Reads requests; their images lie in `folder` until the `with` block ends.

    Parameters
    ----------
    check_callback_url
        Raises for a URL that cannot be called back.
    """

    def __init__(self, folder: Path, check_callback_url: Callable[[str], None]) -> None:
        self._folder = folder
        self._check_callback_url = check_callback_url

    @asynccontextmanager
    async def one(self, request: Request) -> AsyncIterator[Order]:
        """Read a request for one image.

        Raises RequestUnreadable, InvalidParameters, NameUnusable, UnknownSpineVersion, UrlRefused.
        """
        async with self._body(request, most_images=1) as body:
            yield self._order(body.fields, body.uploads, _uses_cache(request))

    @asynccontextmanager
    async def many(self, request: Request) -> AsyncIterator[list[Order | SpineLiftError]]:
        """Read a request for many images: for each an order, or what is wrong with it."""
        async with self._body(request, most_images=MOST_ITEMS) as body:
            items, shared = _items(body)
            uses_cache = _uses_cache(request)

            def read(fields: dict[str, Any], uploads: Sequence[Any]) -> Order | SpineLiftError:
                try:
                    return self._order(shared | fields, uploads, uses_cache)
                except SpineLiftError as error:
                    return error

            yield [read(*item) for item in items]

    @asynccontextmanager
    async def question(self, request: Request) -> AsyncIterator[Question]:
        """Read a question about parameters, and about an image where there is one.

        Raises RequestUnreadable, and InvalidParameters for a preset or target that is none.
        """
        async with self._body(request, most_images=1) as body:
            wish = _checked(ValidateRequest, body.fields)
            if wish.target not in TARGETS:
                raise _unknown("target", wish.target, TARGETS)
            sources = _sources(wish, body.uploads)
            if len(sources) > 1:
                raise RequestUnreadable("The request has several images: send one, or none.")
            filename, source = sources[0] if sources else ("", None)
            yield Question(_values(wish), source, _name(None, filename), wish.target)

    @asynccontextmanager
    async def _body(self, request: Request, most_images: int) -> AsyncIterator[_Body]:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == JSON:
            yield _Body(_object(await request.body(), "request"))
        elif kind == MULTIPART:
            most_texts = most_images + len(GenerateRequest.model_fields)
            async with read_form(
                request, self._folder, most_images=most_images, most_texts=most_texts
            ) as form:
                yield _Body(_fields(form), form.images)
        else:
            raise RequestUnreadable(
                f"The request has the content type {shown(kind or 'nothing')}: "
                f"send {JSON}, or {MULTIPART} with a file named image."
            )

    def _order(
        self, fields: dict[str, Any], uploads: Sequence[tuple[str, Upload]], uses_cache: bool
    ) -> Order:
        wish = _checked(GenerateRequest, fields)
        version = wish.spine_version or DEFAULT_VERSION
        check_version(version)
        if wish.callback_url is not None:
            self._check_callback_url(wish.callback_url)
        filename, source = _source(wish, uploads)
        return Order(
            job_id=wish.job_id or secrets.token_urlsafe(16),
            source=source,
            name=_name(wish.name, filename),
            parameters=MeshParameters.from_mapping(_values(wish)),
            spine_version=version,
            callback_url=wish.callback_url,
            uses_cache=uses_cache,
        )


def _values(wish: GenerateRequest | ValidateRequest) -> dict[str, Any]:
    """The preset's values and those that are given, in a form that can be said back."""
    given = {shown(name): _plain(value) for name, value in wish.parameters.items()}
    return {**_preset(wish.preset), **given}


def _plain(value: object) -> object:
    """Words for what no parameter can be, and no JSON should hold."""
    match value:
        case None | bool():
            return value
        case int() | float() if abs(value) <= LARGEST_NUMBER:
            return value
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return shown(str(value))


def _preset(name: str | None) -> Mapping[str, Any]:
    """The preset's values; none where none is named."""
    if name is None:
        return {}
    if name not in PRESETS:
        raise _unknown("preset", name, PRESETS)
    return PRESETS[name].to_mapping()


def _unknown(what: str, given: str, allowed: Iterable[str]) -> InvalidParameters:
    return InvalidParameters([ParameterProblem(what, shown(given), " | ".join(allowed))])


def _items(body: _Body) -> tuple[list[tuple[dict[str, Any], list[Any]]], dict[str, Any]]:
    """Each item's own fields and image, and the fields that they share."""
    if not body.uploads:
        batch = _checked(BatchRequest, body.fields)
        return [(item, []) for item in batch.items], batch.model_dump(
            exclude={"items"}, exclude_none=True
        )
    ids = body.fields.pop("job_id", None)
    given = [ids] if isinstance(ids, str) else ids or []
    if given and len(given) != len(body.uploads):
        raise RequestUnreadable(
            f"There are {len(body.uploads)} images and {len(given)} job_ids: "
            "send one for each image, or none."
        )
    own = [{"job_id": job_id} for job_id in given] or [{} for _ in body.uploads]
    return [(one, [upload]) for one, upload in zip(own, body.uploads, strict=True)], body.fields


def _checked(model: type[Model], fields: dict[str, Any]) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise unreadable(error.errors()) from None


def _fields(form: Form) -> dict[str, Any]:
    """The fields of a form; one that is empty counts as missing."""
    fields: dict[str, Any] = {}
    for name, texts in form.texts.items():
        values = [text for text in texts if text]
        if values:
            fields[name] = values[0] if len(values) == 1 else values
    if isinstance(fields.get("parameters"), str):
        fields["parameters"] = _object(fields["parameters"], "field parameters")
    return fields


def _object(text: str | bytes, what: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise RequestUnreadable(f"The {what} is not a JSON object: send one, such as {{}}.")
    return given


def _source(wish: GenerateRequest, uploads: Sequence[tuple[str, Upload]]) -> tuple[str, Source]:
    """The name of the image's file, and the image."""
    found = _sources(wish, uploads)
    if len(found) != 1:
        raise RequestUnreadable(
            f"The request has {'several images' if found else 'no image'}: send one, "
            "as a file named image, as image_url or as image_key."
        )
    return found[0]


def _sources(
    wish: GenerateRequest | ValidateRequest, uploads: Sequence[tuple[str, Upload]]
) -> list[tuple[str, Source]]:
    found: list[tuple[str, Source]] = list(uploads)
    if wish.image_url is not None:
        found.append((unquote(_path_of(wish.image_url)), Link(wish.image_url)))
    if wish.image_key is not None:
        if not is_object_key(wish.image_key):
            raise RequestUnreadable(
                f"{shown(wish.image_key)} cannot be an image_key: give letters, digits, - . _ "
                "and / between folders."
            )
        found.append((wish.image_key, StoredImage(wish.image_key)))
    return found


def _path_of(url: str) -> str:
    """The URL's path; empty for what is no URL, which whoever opens it will say."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _name(given: str | None, filename: str) -> str:
    """The name of the slot: the one that is given, else the file's where a slot can have it."""
    if given is not None:
        if len(given) > LONGEST_NAME:
            raise NameUnusable(
                f"The name {shown(given)} has {len(given)} characters: choose one of at most "
                f"{LONGEST_NAME}."
            )
        check_name(given)
        return given
    stem = PurePosixPath(re.sub(r"[\\:]", "/", filename)).stem.strip()[:LONGEST_NAME].strip()
    try:
        check_name(stem)
    except NameUnusable:
        return NAMELESS
    return stem


def _uses_cache(request: Request) -> bool:
    return "no-cache" not in request.headers.get("cache-control", "").lower()
