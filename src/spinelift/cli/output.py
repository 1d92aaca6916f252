"""What `spinelift mesh` writes: the skeleton, its images, its atlas, and a picture to look at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinelift import images
from spinelift.cli.exits import UsageError
from spinelift.cli.layout import Layout, drawing_order
from spinelift.cli.sources import Source, Sources, real_path
from spinelift.engine.export import IMAGES, SKELETON, atlas_files, picture_path
from spinelift.engine.files import publish, write_whole
from spinelift.engine.work import MeshedImage, PictureFile, read
from spinelift.images.limits import ImageLimits, shown
from spinelift.mesh.errors import ImageNotFound
from spinelift.mesh.types import Mesh, Rgba
from spinelift.spine.document import serialize, skeleton_document

PAGE = re.compile(r"skeleton(_\d+)?\.png")
"""What the atlas calls its pages."""

PREVIEW_SUFFIXES = (".png", ".svg")


@dataclass(frozen=True)
class Output:
    """What to write, and where."""

    folder: Path | None
    spine_version: str
    has_atlas: bool
    layout: Layout


@dataclass(frozen=True, eq=False)
class MeshedSource:
    """A source with its meshes; each has the name of an attachment."""

    source: Source
    result: MeshedImage
    names: tuple[str, ...]

    def named_meshes(self) -> dict[str, Mesh]:
        """Name of the attachment to its mesh."""
        return dict(zip(self.names, self.result.meshes, strict=True))


@dataclass(frozen=True)
class Destination:
    """The folder to write to, and the one inside it where everything waits until all is done."""

    folder: Path
    staged: Path

    def picture_file(self, name: str) -> PictureFile:
        """Where the PNG of an image goes, and where it waits."""
        return PictureFile(self.folder, self.staged, picture_path(name))


def write_output(
    to: Destination, meshed: Sequence[MeshedSource], output: Output, limits: ImageLimits
) -> Path:
    """Write everything, the skeleton last, so that it never names an image that is not there.

    Raises `SpineLiftError` and OSError.
    """
    by_name = {one.source.name: one for one in meshed}
    ordered = [by_name[name] for name in drawing_order(by_name, output.layout)]
    meshes = {name: mesh for one in ordered for name, mesh in one.named_meshes().items()}
    paths = {name: one.source.name for one in ordered for name in one.names}
    layout = output.layout
    document = skeleton_document(
        meshes,
        output.spine_version,
        positions={name: layout[path] for name, path in paths.items() if path in layout},
        paths=paths,
        images=f"./{IMAGES}/",
    )
    files = [picture_path(one.source.name) for one in meshed]
    if output.has_atlas:
        files += _stage_atlas(to.staged, ordered, meshes, paths, output.spine_version, limits)
    write_whole(to.staged / SKELETON, serialize(document))
    publish(to.staged, to.folder, [*files, SKELETON])
    return to.folder / SKELETON


def _stage_atlas(
    staged: Path,
    ordered: Sequence[MeshedSource],
    meshes: Mapping[str, Mesh],
    paths: Mapping[str, str],
    version: str,
    limits: ImageLimits,
) -> list[str]:
    pixels = {one.source.name: read_pixels(one, limits) for one in ordered}
    files = []
    for name, content in atlas_files(pixels, meshes, paths, version):
        write_whole(staged / name, content)
        files.append(name)
    return files


def read_pixels(meshed: MeshedSource, limits: ImageLimits) -> Rgba:
    """Decode a meshed image again; raises `SpineLiftError`, also where it is not the same now."""
    label = meshed.source.label
    content = read(meshed.source.content, limits, label)
    if hashlib.sha256(content).hexdigest() != meshed.result.sha256:
        raise ImageNotFound(f"{shown(label)} changed while it was being meshed: run it again.")
    return images.decode(content, limits, name=label).rgba


def check_preview(path: Path, sources: Sources, folder: Path | None) -> None:
    """Refuse a preview of a kind that is not drawn, of too many images, or in the place of one."""
    count = len(sources.found)
    if path.suffix.lower() == ".svg" and count > 1:
        raise UsageError(
            f"--preview {path} shows one mesh, and there are {count} images: use a .png for all."
        )
    if path.suffix.lower() not in PREVIEW_SUFFIXES:
        raise UsageError(f"--preview {path} must end in {' or '.join(PREVIEW_SUFFIXES)}.")
    place = real_path(path)
    given = [one.image for one in sources.found] + [one.image for one in sources.failed]
    if place in {real_path(Path(image)) for image in given}:
        raise UsageError(f"--preview {path} would replace an image that is given: rename it.")
    if folder is None:
        return
    is_page = place.parent == real_path(folder) and PAGE.fullmatch(place.name)
    if is_page or real_path(folder / IMAGES) in place.parents:
        raise UsageError(f"--preview {path} is in the place of the skeleton's images: rename it.")


def write_preview(path: Path, meshed: Sequence[MeshedSource], limits: ImageLimits) -> None:
    """Draw the meshes over their art, several of them as a contact sheet.

    Raises `UsageError`, `SpineLiftError` and OSError.
    """
    from spinelift.preview import contact_sheet, preview_pixels, preview_svg

    drawn = {
        name: (pixels, mesh)
        for one in meshed
        for pixels in (read_pixels(one, limits),)
        for name, mesh in one.named_meshes().items()
    }
    ((name, (pixels, mesh)), *others) = drawn.items()
    if path.suffix.lower() == ".svg":
        if others:
            raise UsageError(
                f"--preview {path} shows one mesh, and there are {len(drawn)}: use a .png for all."
            )
        content = preview_svg(pixels, mesh, name=name).encode()
    else:
        picture = contact_sheet(drawn) if others else preview_pixels(pixels, mesh)
        content = images.encode_png(picture)
    write_whole(path, content)
