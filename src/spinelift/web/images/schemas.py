"""Images and what is uploaded as the API shows and takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.urls import reverse
from ninja import Field, Schema
from pydantic import StringConstraints

from spinelift.web.http.problems import problem_of
from spinelift.web.http.values import Asked
from spinelift.web.images.archives import MOST_FILES
from spinelift.web.images.batches import Outcome, Refusal
from spinelift.web.images.models import ProjectImage

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""In hexadecimal, as `sha256sum` prints it."""


class ImageOut(Schema):
    """An image of a project; width and height are in pixels, its size in bytes."""

    id: UUID
    project_id: UUID
    name: str
    sha256: str = Field(alias="blob_id")
    size: int = Field(alias="blob.size")
    format: str = Field(alias="blob.format")
    width: int = Field(alias="blob.width")
    height: int = Field(alias="blob.height")
    created_at: datetime
    updated_at: datetime
    content_url: str
    art_url: str
    thumbnail_url: str

    @staticmethod
    def resolve_content_url(image: ProjectImage) -> str:
        return reverse("api:read_content", args=[image.id])

    @staticmethod
    def resolve_art_url(image: ProjectImage) -> str:
        """Another for other bytes, so that it can be remembered for ever."""
        return f"{reverse('api:read_art', args=[image.id])}?v={image.blob_id}"

    @staticmethod
    def resolve_thumbnail_url(image: ProjectImage) -> str:
        """Another for other bytes, too."""
        return f"{reverse('api:read_thumbnail', args=[image.id])}?v={image.blob_id}"


class ImageChange(Asked):
    """What is to be another; the rest stays."""

    name: str | None = None


class ImageFromBlob(Asked):
    """An image to make of bytes that the user has uploaded, or can see."""

    name: str
    sha256: Sha256


class ReasonOut(Schema):
    """Why a file was not taken."""

    code: str
    message: str


class RefusedOut(Schema):
    """A file that was not taken, as its sender calls it."""

    name: str
    error: ReasonOut

    @classmethod
    def of(cls, refusal: Refusal) -> RefusedOut:
        return cls(name=refusal.name, error=ReasonOut(**problem_of(refusal.error)))


class AddedOut(Schema):
    """What has become of the files that were sent."""

    images: list[ImageOut]
    refused: list[RefusedOut]

    @staticmethod
    def resolve_refused(outcome: Outcome) -> list[RefusedOut]:
        return [RefusedOut.of(refusal) for refusal in outcome.refused]


class ImageIds(Asked):
    """Several images of a project."""

    ids: list[UUID] = Field(max_length=MOST_FILES)


class BlobOut(Schema):
    """Bytes that are kept, as they were found to be."""

    sha256: str
    size: int
    format: str
    width: int
    height: int


class UploadIn(Asked):
    """A file to send, by its size in bytes."""

    size: int = Field(ge=1)


class UploadOut(Schema):
    """Where to put the file, and until when; a path is one of this server."""

    id: UUID
    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime
