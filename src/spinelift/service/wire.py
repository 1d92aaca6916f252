"""What travels over HTTP, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from spinelift.mesh.parameters import PARAMETERS, ParameterSpec
from spinelift.mesh.quality import Quality
from spinelift.service.records import JobId, Status

MOST_ITEMS = 100
MOST_PARAMETERS = 64
LONGEST_NAME = 200
LONGEST_URL = 2048
LONGEST_KEY = 512


def status_url(job_id: str) -> str:
    """Where a job's status is."""
    return f"/api/v1/mesh/{job_id}/status"


def result_url(job_id: str) -> str:
    """Where its result will be."""
    return f"/api/v1/mesh/{job_id}/result"


Url = Annotated[str, Field(max_length=LONGEST_URL)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _parameter_schema(spec: ParameterSpec) -> dict[str, Any]:
    kinds = {"integer": "integer", "number": "number", "choice": "string"}
    kind: Any = kinds[spec.kind]
    schema = {
        "type": [kind, "null"] if spec.optional else kind,
        "description": spec.help,
        "default": spec.default,
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "enum": list(spec.choices) or None,
    }
    return {key: value for key, value in schema.items() if value is not None}


MESH_PARAMETERS = {
    "type": "object",
    "title": "MeshParameters",
    "additionalProperties": False,
    "properties": {name: _parameter_schema(spec) for name, spec in PARAMETERS.items()},
}
"""JSON Schema of what `MeshParameters` takes, which checks it better than pydantic would."""

Parameters = Annotated[
    dict[str, Any], Field(max_length=MOST_PARAMETERS), WithJsonSchema(MESH_PARAMETERS)
]
ObjectKey = Annotated[str, Field(max_length=LONGEST_KEY)]


class _Settings(_Fields):
    """What many images can have in common."""

    parameters: Parameters = {}
    preset: Annotated[
        str | None, Field(description="Where parameters start from, by its name.")
    ] = None
    spine_version: Annotated[
        str | None, Field(description="Of the Spine document: 3.8 to 4.3; 4.2 if not given.")
    ] = None
    callback_url: Annotated[
        Url | None, Field(description="Where to POST progress and the end, signed.")
    ] = None


class GenerateRequest(_Settings):
    """One image to mesh."""

    job_id: Annotated[
        JobId | None,
        Field(description="The same id with the same request is the same job; made if not given."),
    ] = None
    name: Annotated[
        str | None,
        Field(
            description=f"Of slot and attachment, 1 to {LONGEST_NAME} characters; else the file's."
        ),
    ] = None
    image_url: Annotated[
        Url | None, Field(description="Where to fetch the image from; redirects are not followed.")
    ] = None
    image_key: Annotated[
        ObjectKey | None, Field(description="Where the image lies in the service's storage.")
    ] = None


class ValidateRequest(_Fields):
    """Parameters to check, and the image to check them for."""

    parameters: Parameters = {}
    preset: str | None = None
    target: Annotated[str, Field(description="What the mesh is for.")] = "balanced"
    image_url: Url | None = None
    image_key: ObjectKey | None = None


class BatchRequest(_Settings):
    """Many images to mesh; what an item says itself counts before what is said here for all."""

    items: Annotated[
        list[dict[str, Any]],
        Field(min_length=1, max_length=MOST_ITEMS),
        WithJsonSchema(
            {
                "type": "array",
                "items": {"$ref": "#/components/schemas/GenerateRequest"},
                "minItems": 1,
                "maxItems": MOST_ITEMS,
            }
        ),
    ]
    """Each a GenerateRequest, which is checked by itself."""


class Problem(BaseModel):
    """Why something was not done."""

    code: Annotated[str, Field(description="For programs, such as IMAGE_UNREADABLE.")]
    message: Annotated[str, Field(description="One sentence for people.")]
    details: dict[str, Any]


class ProblemAnswer(BaseModel):
    """The one shape of every error."""

    error: Problem


class JobStatus(BaseModel):
    """How far a job is."""

    job_id: str
    status: Status
    progress: Annotated[int, Field(ge=0, le=100)]
    stage: str
    message: str
    status_url: str
    result_url: Annotated[str | None, Field(description="Of a completed job.")] = None
    error: Annotated[Problem | None, Field(description="Of a failed job.")] = None
    estimated_time: Annotated[float | None, Field(description="Seconds for all of it.")] = None
    estimated_remaining: Annotated[float | None, Field(description="Seconds until its end.")] = None


Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class MeshFields(BaseModel):
    """One mesh."""

    name: str
    width: Annotated[int, Field(description="Of the image, in pixels.")]
    height: int
    vertices: Annotated[list[Pair], Field(description="Image pixels, y down; the hull first.")]
    triangles: Annotated[
        list[Annotated[list[int], Field(min_length=3, max_length=3)]],
        Field(description="Indices of vertices, clockwise on screen."),
    ]
    uvs: Annotated[list[Pair], Field(description="0 to 1, v down.")]
    hull: Annotated[int, Field(description="How many vertices walk the outline.")]
    edges: Annotated[
        list[Annotated[list[int], Field(min_length=2, max_length=2)]],
        Field(description="Indices of vertices."),
    ]
    quality: Quality
    attachment: Annotated[dict[str, Any], Field(description="A mesh attachment of Spine's JSON.")]


class MeshAnswer(MeshFields):
    """What came of a job."""

    job_id: str
    others: Annotated[
        list[MeshFields], Field(description="The further islands, where islands are split.")
    ]
    parameters: Annotated[dict[str, Any], Field(description="All that were used.")]
    warnings: list[str]
    cached: Annotated[bool, Field(description="Whether it was made before.")]
    milliseconds: Annotated[float, Field(description="Of work; what is cached takes none.")]


class BatchItem(BaseModel):
    """What became of one image of a batch, in the order of the request."""

    status: Status | Literal["refused"]
    job: Annotated[JobStatus | None, Field(description="Unless it was refused.")] = None
    result: Annotated[MeshAnswer | None, Field(description="Where it is completed.")] = None
    error: Annotated[Problem | None, Field(description="Where it was refused or failed.")] = None


class BatchAnswer(BaseModel):
    """What became of a batch: 200 where all of it has ended, else 202."""

    items: list[BatchItem]


class ProgressEvent(BaseModel):
    """A line of a stream; `index` is the image's in its batch."""

    event: Literal["progress"]
    progress: Annotated[int, Field(ge=0, le=100)]
    stage: str
    message: str
    estimated_remaining: float | None
    job_id: str
    index: int | None = None


class ResultEvent(BaseModel):
    """The last line of a job that is completed."""

    event: Literal["result"]
    result: MeshAnswer
    index: int | None = None


class ErrorEvent(BaseModel):
    """The last line of a job that is not."""

    event: Literal["error"]
    error: Problem
    index: int | None = None


class ParameterFault(BaseModel):
    """One thing wrong with one parameter."""

    parameter: str
    given: Any
    allowed: Annotated[str, Field(description="In words.")]


class Validation(BaseModel):
    """What came of checking parameters."""

    valid: bool
    errors: list[ParameterFault]
    warnings: list[str]
    parameters: Annotated[
        dict[str, Any] | None, Field(description="All of them, where there are no errors.")
    ]
    recommendation: Annotated[
        dict[str, Any] | None, Field(description="What suits the image, where one was sent.")
    ] = None


class ParameterDeclaration(BaseModel):
    """What one parameter may be."""

    name: str
    kind: Literal["integer", "number", "choice"]
    default: float | int | str | None
    minimum: float | None
    maximum: float | None
    step: float | None
    unit: str | None
    choices: list[str]
    optional: Annotated[bool, Field(description="Whether it may be null, which sets no limit.")]
    help: str


class Catalogue(BaseModel):
    """What can be asked for."""

    parameters: list[ParameterDeclaration]
    presets: dict[str, dict[str, Any]]
    targets: Annotated[
        dict[str, int | None], Field(description="The most vertices of a mesh for each.")
    ]


class Health(BaseModel):
    """That the service answers."""

    status: Literal["ok"]
    version: str
    timestamp: str
