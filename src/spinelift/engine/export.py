"""Images and what came of them in, a skeleton with its images and its atlas out, in one zip.

`spinelift mesh` writes the same files into a folder.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

from spinelift import images
from spinelift.contract.results import read_results
from spinelift.engine.generation import OnStage
from spinelift.engine.work import Failure, as_png, attempt, read
from spinelift.images import DEFAULT_LIMITS, ImageLimits
from spinelift.images.limits import shown
from spinelift.mesh.errors import ImageChanged
from spinelift.mesh.types import Mesh, Rgba
from spinelift.spine.atlas import atlas_text, pack
from spinelift.spine.document import DEFAULT_VERSION, serialize, skeleton_document
from spinelift.spine.errors import NameTaken
from spinelift.spine.names import attachment_names, check_name, without_case

SKELETON = "skeleton.json"
ATLAS = "skeleton.atlas"
IMAGES = "images"


@dataclass(frozen=True, eq=False)
class ExportItem:
    """One image of a skeleton.

    Attributes
    ----------
    name
        Of its slot, its attachment and its file, whatever it was called when it was meshed.
    image
        The file it came as, or that file's bytes. Files are read one at a time.
    fields
        A stored result, `contract.results`'.
    """

    name: str
    image: Path | bytes
    fields: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class ExportTask:
    """A zip to write into a file that is there."""

    items: tuple[ExportItem, ...]
    version: str
    atlas: bool
    target: Path

    @property
    def label(self) -> str:
        """What messages call it."""
        return "The export"


def export_zip(task: ExportTask, on_stage: OnStage) -> Failure | None:
    """Write the zip, in a worker, or say why not."""
    on_stage("document")
    return attempt(_export_zip, task, task.label)


def _export_zip(task: ExportTask) -> None:
    with task.target.open("wb") as file:
        write_export(file, task.items, task.version, atlas=task.atlas)


def export_document(items: Sequence[ExportItem], version: str = DEFAULT_VERSION) -> bytes:
    """The skeleton alone, as `write_export` writes it; the items' images are not read."""
    meshes, paths = _named_meshes(items)
    return serialize(skeleton_document(meshes, version, paths=paths, images=f"./{IMAGES}/"))


def write_export(
    file: IO[bytes],
    items: Sequence[ExportItem],
    version: str = DEFAULT_VERSION,
    *,
    atlas: bool = False,
    limits: ImageLimits = DEFAULT_LIMITS,
) -> None:
    """Write the zip; the same items give the same bytes, to a file or to a stream.

    Parameters
    ----------
    file
        Only written to; it need not be seekable, which makes the headers other ones.
    items
        In draw order: the first is drawn at the back.
    version
        Of Spine, one of `SPINE_VERSIONS`.
    atlas
        Whether the atlas and its pages are wanted too. It takes all images at once, decoded.

    Raises
    ------
    UnknownSpineVersion, NothingToWrite, NameUnusable, NameTaken
        Before anything is written.
    ImageError, AtlasPageTooLarge
        The zip is of no use then.
    """
    meshes, paths = _named_meshes(items)
    document = export_document(items, version)
    pixels = {}
    # Stored: pictures do not get smaller, and a deflated skeleton would not be the same bytes
    # with every zlib.
    with ZipFile(file, "w") as archive:
        _add(archive, SKELETON, document)
        for item in items:
            content = read(item.image, limits, item.name)
            _check_image(item, content)
            _add(archive, picture_path(item.name), as_png(content, limits, item.name))
            if atlas:
                pixels[item.name] = images.decode(content, limits, name=item.name).rgba
        if atlas:
            for name, content in atlas_files(pixels, meshes, paths, version):
                _add(archive, name, content)


def picture_path(name: str) -> str:
    """Where the PNG of an image is, seen from the skeleton."""
    return f"{IMAGES}/{name}.png"


def atlas_files(
    pixels: Mapping[str, Rgba], meshes: Mapping[str, Mesh], paths: Mapping[str, str], version: str
) -> Iterator[tuple[str, bytes]]:
    """Pack an atlas, and give the name and the content of its pages, then of itself."""
    atlas = pack(pixels, meshes, paths=paths)
    for page in atlas.pages:
        yield page.file_name, images.encode_png(page.pixels)
    yield ATLAS, atlas_text(atlas, legacy=version == "3.8").encode()


def _named_meshes(items: Sequence[ExportItem]) -> tuple[dict[str, Mesh], dict[str, str]]:
    """Name of the attachment to its mesh, and to its image."""
    meshes: dict[str, Mesh] = {}
    paths: dict[str, str] = {}
    _check_files([item.name for item in items])
    for item in items:
        found = read_results(item.fields).values()
        for name, mesh in zip(attachment_names(item.name, len(found)), found, strict=True):
            if name in meshes:
                island_of = item.name if name != item.name else paths[name]
                raise NameTaken(
                    f"{shown(island_of)} has an island that would be named {name!r}, like another "
                    "image: rename one of the two."
                )
            meshes[name], paths[name] = mesh, item.name
    return meshes, paths


def _check_files(names: Sequence[str]) -> None:
    """Refuse names that are no files, or one file on some of the systems that unpack zips."""
    taken: dict[str, str] = {}
    for name in names:
        check_name(name)
        key = without_case(name)
        other = taken.get(key)
        if other == name:
            raise NameTaken(f"Two images have the name {name!r}: rename one of the two.")
        if other is not None:
            raise NameTaken(
                f"The images {other!r} and {name!r} would be one file where upper and lower case "
                "are the same: rename one of the two."
            )
        taken[key] = name


def _check_image(item: ExportItem, content: bytes) -> None:
    header = images.sniff(content, name=item.name)
    width, height = item.fields["width"], item.fields["height"]
    if (header.width, header.height) != (width, height):
        raise ImageChanged(
            f"{shown(item.name)} is {header.width} x {header.height} px, its mesh was made of "
            f"{width} x {height} px: mesh it again."
        )


def _add(archive: ZipFile, name: str, content: bytes) -> None:
    """A file that anybody may read, written on a Unix in 1980."""
    entry = ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    archive.writestr(entry, content)
