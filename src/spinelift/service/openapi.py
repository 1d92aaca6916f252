"""What the OpenAPI document says beyond what FastAPI sees for itself.

Bodies are read by `intake`, in two content types, and results are JSON that no model has parsed; so
both are described here.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Path
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from spinelift.service.answers import LONGEST_WAIT, NDJSON
from spinelift.service.intake import JSON, MULTIPART
from spinelift.service.wire import (
    BatchAnswer,
    BatchRequest,
    ErrorEvent,
    GenerateRequest,
    JobStatus,
    MeshAnswer,
    ProblemAnswer,
    ProgressEvent,
    ResultEvent,
    ValidateRequest,
    Validation,
)

_SCHEMAS = "#/components/schemas/"

_DESCRIPTIONS = {
    401: "The token is missing or wrong.",
    404: "There is no such job or image.",
    408: "The request came too slowly.",
    409: "The id belongs to another request, or the job is not done yet.",
    410: "The job was cancelled, or its result is gone.",
    413: "The image or the request is too large.",
    422: "The request, its image or its parameters are not as they have to be.",
    500: "A bug of the service, or an image that crashed its worker.",
    502: "What the URL leads to does not answer, or not with an image.",
    503: "There is too much to do, or something that is needed does not answer: try again.",
    504: "The job took longer than it may.",
}

_PREFER = {
    "name": "Prefer",
    "in": "header",
    "schema": {"type": "string"},
    "description": f"`wait=N`: answer when it is done, at the latest after N (1 to {LONGEST_WAIT}) "
    "seconds.",
}
_CACHE_CONTROL = {
    "name": "Cache-Control",
    "in": "header",
    "schema": {"type": "string"},
    "description": "`no-cache`: mesh it even where that was done before.",
}

JOB_ID = Path(description="8 to 64 letters, digits, - and _; any other is no job's.")


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route can answer with."""
    return {
        code: {"model": ProblemAnswer, "description": _DESCRIPTIONS[code]} for code in sorted(codes)
    }


def _refers_to(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _SCHEMAS + model.__name__}


def _body(model: type[BaseModel], form: dict[str, Any]) -> dict[str, Any]:
    """A JSON object, or a form with the same fields and the image itself."""
    content = {JSON: {"schema": _refers_to(model)}, MULTIPART: {"schema": form}}
    return {"required": True, "content": content}


def _form(model: type[BaseModel], image: dict[str, Any]) -> dict[str, Any]:
    texts: dict[str, Any] = {
        name: {"type": "string"}
        for name in model.model_fields
        if name not in {"image_url", "image_key", "items"}
    }
    texts["parameters"]["description"] = "A JSON object."
    return {"type": "object", "required": ["image"], "properties": {"image": image, **texts}}


_FILE = {"type": "string", "format": "binary", "description": "PNG, WebP, TIFF, GIF, JPEG, BMP."}
_FILES = {"type": "array", "items": _FILE, "minItems": 1}

_STREAM = {
    NDJSON: {
        "schema": {
            "description": "A line each; the last of a job is its result or its error.",
            "oneOf": [_refers_to(event) for event in (ProgressEvent, ResultEvent, ErrorEvent)],
        }
    }
}
_EVERY_REFUSAL = refusals(401, 404, 408, 409, 410, 413, 422, 500, 502, 503, 504)

_SKELETON = {
    "title": "SpineSkeleton",
    "type": "object",
    "required": ["skeleton", "bones", "slots", "skins"],
}

GENERATE: dict[str, Any] = {
    "responses": {
        **_EVERY_REFUSAL,
        200: {
            "model": MeshAnswer,
            "description": "The result, for who waits or streams.",
            "content": _STREAM,
        },
        202: {"model": JobStatus, "description": "Taken on, or known already."},
    },
    "openapi_extra": {
        "parameters": [_PREFER, _CACHE_CONTROL],
        "requestBody": _body(GenerateRequest, _form(GenerateRequest, _FILE)),
    },
}
BATCH: dict[str, Any] = {
    "responses": {
        **refusals(401, 408, 413, 422, 503),
        200: {
            "model": BatchAnswer,
            "description": "What became of all, for who waits or streams.",
            "content": _STREAM,
        },
        202: {"model": BatchAnswer, "description": "Taken on, or refused, each by itself."},
    },
    "openapi_extra": {
        "parameters": [_PREFER, _CACHE_CONTROL],
        "requestBody": _body(BatchRequest, _form(BatchRequest, _FILES)),
    },
}
VALIDATE: dict[str, Any] = {
    "responses": {
        **refusals(401, 404, 408, 413, 422, 500, 502, 503, 504),
        200: {"model": Validation},
    },
    "openapi_extra": {"requestBody": _body(ValidateRequest, _form(ValidateRequest, _FILE))},
}
RESULT: dict[str, Any] = {
    "responses": {
        **refusals(401, 404, 409, 410, 413, 422, 500, 503, 504),
        200: {
            "description": "A MeshAnswer; with `format=spine`, a Spine skeleton document.",
            "content": {JSON: {"schema": {"anyOf": [_refers_to(MeshAnswer), _SKELETON]}}},
        },
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Make the document: for `app.openapi`."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        told = (
            GenerateRequest,
            BatchRequest,
            ValidateRequest,
            ProgressEvent,
            ResultEvent,
            ErrorEvent,
        )
        _, extra = models_json_schema(
            [(model, "validation") for model in told], ref_template=_SCHEMAS + "{model}"
        )
        components = document["components"]
        components["schemas"] = dict(sorted({**extra["$defs"], **components["schemas"]}.items()))
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, methods in document["paths"].items():
            for operation in methods.values():
                if path.startswith("/api/"):
                    operation["security"] = [{"token": []}, {}]
                _forget_validation_of_fastapi(operation["responses"])
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def _forget_validation_of_fastapi(responses: dict[str, Any]) -> None:
    """Its own shape of 422 is not ours, and it says so of routes that cannot answer it."""
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
