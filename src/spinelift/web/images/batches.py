"""Many files in, images and refusals out; one that cannot be used does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar

from django.conf import settings

from spinelift.mesh.errors import SpineLiftError
from spinelift.web.actors import Actor
from spinelift.web.errors import StorageUnavailable, WebError
from spinelift.web.images.archives import Archive, is_archive
from spinelift.web.images.files import ImageFile, examine
from spinelift.web.images.models import ProjectImage
from spinelift.web.images.names import checked_image_name, name_of_file
from spinelift.web.images.services import add_image, image_named, replace_image
from spinelift.web.projects.models import Project

MOST_SAID = 3
"""Reasons in one message."""


class NothingAdded(WebError):
    """Every file was refused.

    Attributes
    ----------
    refused
        What is wrong with each.
    reason
        The code of all that is wrong, where it is one; else this error's own.
    """

    code: ClassVar[str] = "NOTHING_ADDED"

    def __init__(self, refused: Sequence[Refusal]) -> None:
        super().__init__(_in_short(refused))
        codes = {refusal.error.code for refusal in refused}
        self.refused = refused
        self.reason = codes.pop() if len(codes) == 1 else self.code


@dataclass(frozen=True)
class Refusal:
    """A file, as its sender calls it, and what is wrong."""

    name: str
    error: WebError | SpineLiftError


@dataclass(frozen=True)
class Outcome:
    """What has become of the files."""

    images: list[ProjectImage] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def add_images(
    *, actor: Actor, project: Project, files: Sequence[tuple[str, BinaryIO]], replace: bool = False
) -> Outcome:
    """Make images of files and of what is in archives among them, each on its own.

    With `replace` a file takes the place of the bytes of the image that has its name. Raises
    NothingAdded, and StorageUnavailable where that is why there is nothing.
    """
    outcome = Outcome()
    for path, file in _unpacked(files):
        try:
            if isinstance(file, Exception):
                raise file
            name = checked_image_name(name_of_file(path))
            upload = examine(file, path)
            outcome.images.append(_add(actor, project, name, upload, replace))
        except StorageUnavailable as error:
            if not outcome.images:
                raise
            outcome.refused.append(Refusal(path, error))
            break  # the next ones would each wait for it to fail
        except (WebError, SpineLiftError) as error:
            outcome.refused.append(Refusal(path, error))
    if not outcome.images:
        raise NothingAdded(outcome.refused)
    return outcome


def _add(
    actor: Actor, project: Project, name: str, upload: ImageFile, replace: bool
) -> ProjectImage:
    if replace:
        image = image_named(project, name)
        if image is not None:
            return replace_image(actor=actor, image=image, upload=upload)
    return add_image(actor=actor, project=project, name=name, upload=upload)


def _unpacked(
    files: Sequence[tuple[str, BinaryIO]],
) -> Iterator[tuple[str, BinaryIO | WebError | SpineLiftError]]:
    """What is in archives may be as much as what may be sent, in all of them together."""
    left = settings.LIMITS.request_bytes
    for name, file in files:
        if not is_archive(file, name):
            yield name, file
            continue
        try:
            archive = Archive(file, name, most_bytes=left)
        except WebError as error:
            yield name, error
            continue
        left -= archive.size
        yield from archive


def _in_short(refused: Sequence[Refusal]) -> str:
    if not refused:
        return "There is no image in the zip: it is empty, or has hidden files alone."
    reasons = [str(refusal.error) for refusal in refused]
    said = list(dict.fromkeys(reasons))[:MOST_SAID]
    more = sum(reason not in said for reason in reasons)
    number = f"None of the {len(refused)} files could be added. " if len(refused) > 1 else ""
    return number + " ".join(said) + (f" And {more} more." if more else "")
