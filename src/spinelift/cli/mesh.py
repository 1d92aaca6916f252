"""`spinelift mesh`: images in, a Spine skeleton with its images out."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.configuration import Configuration, nearest_configuration
from spinelift.cli.console import progress
from spinelift.cli.exits import UsageError, heed_interrupt
from spinelift.cli.layout import Layout, read_layout
from spinelift.cli.options import (
    LimitFlags,
    ParameterFlags,
    Recipe,
    RecipeFlags,
    RunFlags,
    check_jobs,
    check_paths,
)
from spinelift.cli.output import (
    Destination,
    MeshedSource,
    Output,
    check_preview,
    write_output,
    write_preview,
)
from spinelift.cli.report import MeshEntry, Report, failure_entry
from spinelift.cli.sources import NAME_TAKEN, FailedInput, Source, Sources, find_sources
from spinelift.cli.writing import writing
from spinelift.engine.batch import run_batch
from spinelift.engine.cache import Cache
from spinelift.engine.export import ATLAS
from spinelift.engine.files import staging
from spinelift.engine.work import Failure, MeshedImage, MeshTask, OutputUnwritable, mesh_image
from spinelift.images.limits import ImageLimits
from spinelift.spine.document import DEFAULT_VERSION, SPINE_VERSIONS
from spinelift.spine.names import attachment_names

NO_RECIPE, NO_LIMITS, PLAIN_RUN = RecipeFlags(), LimitFlags(), RunFlags()
NO_PARAMETERS = ParameterFlags()


def mesh(
    *paths: str,
    output: Annotated[
        Path | None, Parameter(name=("--output", "-o"), help="Folder to write to; it is made.")
    ] = None,
    spine_version: Annotated[
        str | None,
        Parameter(help=f"{', '.join(SPINE_VERSIONS)}; default {DEFAULT_VERSION}."),
    ] = None,
    atlas: Annotated[bool, Parameter(help="Write skeleton.atlas and its pages too.")] = False,
    layout: Annotated[
        Path | None,
        Parameter(help='JSON that places images: {"arm": {"x": 10, "y": 20}}; centres, y up.'),
    ] = None,
    preview: Annotated[
        Path | None, Parameter(help="Picture of the meshes to write: .png, or .svg of one mesh.")
    ] = None,
    dry_run: Annotated[
        bool, Parameter(name=("--dry-run", "-n"), help="Mesh and report; write no skeleton.")
    ] = False,
    json: Annotated[bool, Parameter(help="One JSON object on stdout.")] = False,
    jsonl: Annotated[
        bool, Parameter(help="A line of JSON for each image when it is ready, then a summary.")
    ] = False,
    recipe: RecipeFlags = NO_RECIPE,
    run: RunFlags = PLAIN_RUN,
    limits: LimitFlags = NO_LIMITS,
    parameters: ParameterFlags = NO_PARAMETERS,
) -> int:
    """Mesh images; write DIR/skeleton.json and DIR/images.

    Parameters
    ----------
    paths
        Images, folders (searched with their sub-folders), globs, or - for the standard input.
    """
    check_paths(paths)
    check_jobs(run.jobs)
    report = Report(as_json=json, as_lines=jsonl, is_quiet=run.quiet, is_verbose=run.verbose)
    configuration = nearest_configuration()
    if configuration.path is not None:
        report.detail(f"Settings of {configuration.path} are used.")
    image_limits, seconds = limits.combined(configuration)
    chosen = _output(configuration, output, spine_version, atlas, layout)
    if chosen.folder is None and not dry_run:
        raise UsageError("Say where to write with -o DIR, or use -n to write nothing.")
    sources = find_sources(paths, image_limits, without=chosen.folder)
    if preview is not None:
        check_preview(preview, sources, chosen.folder)
    _warn_of_unknown_places(chosen.layout, sources.found, report)
    folder = None if dry_run else chosen.folder
    order = _Order(
        recipe=Recipe(configuration, recipe, parameters),
        limits=image_limits,
        cache=run.cache(),
        keep_required=preview is not None,
        jobs=run.jobs,
        seconds=seconds,
    )
    skeleton = None
    with contextlib.ExitStack() as stack:
        to = None
        if folder is not None:
            with writing(folder):
                to = Destination(folder, stack.enter_context(staging(folder)))
        meshed, failed = _mesh_all(sources, order, to, report)
        if meshed and preview is not None:
            with writing(preview):
                write_preview(preview, meshed, image_limits)
        if meshed and to is not None:
            with writing(to.folder):
                skeleton = write_output(to, meshed, chosen, image_limits)
                _warn_of_old_atlas(to.folder / ATLAS, chosen, report)
    return report.finish(skeleton, [entry for one in meshed for entry in _entries(one)], failed)


@dataclass(frozen=True)
class _Order:
    """How the images are to be meshed."""

    recipe: Recipe
    limits: ImageLimits
    cache: Cache | None
    keep_required: bool
    jobs: int | None
    seconds: float

    def task(self, source: Source, to: Destination | None) -> MeshTask:
        """What a worker needs to know of one image."""
        parameters, ceiling = self.recipe.parameters_for(source.image)
        return MeshTask(
            image=source.content,
            parameters=parameters,
            label=source.label,
            ceiling=ceiling,
            limits=self.limits,
            cache=self.cache,
            picture=to.picture_file(source.name) if to is not None else None,
            keep_required=self.keep_required,
        )


def _mesh_all(
    sources: Sources, order: _Order, to: Destination | None, report: Report
) -> tuple[list[MeshedSource], list[FailedInput]]:
    """Mesh every source; both lists are in the order of the input."""
    for failure in sources.failed:
        report.line({"failed": failure_entry(failure)})
    names = {source.name for source in sources.found}
    done: dict[int, MeshedSource | FailedInput] = {}
    tasks = [order.task(source, to) for source in sources.found]
    for warning in order.recipe.warnings() if tasks else ():
        report.warn(warning)
    with progress(len(tasks), is_wanted=not report.is_quiet) as advance:

        def take(index: int, result: MeshedImage | Failure) -> None:
            heed_interrupt()
            if isinstance(result, Failure) and result.code == OutputUnwritable.code:
                raise UsageError(result.message)  # no other image would fare better
            one = _named(sources.found[index], result, names)
            done[index] = one
            if isinstance(one, FailedInput):
                report.line({"failed": failure_entry(one)})
            else:
                for entry in _entries(one):
                    report.line({"mesh": asdict(entry)})
            advance()

        run_batch(mesh_image, tasks, jobs=order.jobs, timeout_seconds=order.seconds, on_result=take)
    if order.cache is not None:
        order.cache.trim()
    ordered = [done[index] for index in range(len(tasks))]
    meshed = [one for one in ordered if isinstance(one, MeshedSource)]
    for one in meshed:
        source = "from the cache" if one.result.was_cached else "meshed"
        report.detail(f"{one.source.image}: {source}, {one.result.milliseconds:.1f} ms")
    return meshed, [*sources.failed, *(one for one in ordered if isinstance(one, FailedInput))]


def _named(
    source: Source, result: MeshedImage | Failure, names: Set[str]
) -> MeshedSource | FailedInput:
    """Name the attachments: like the image, and numbered where it has several."""
    if isinstance(result, Failure):
        return FailedInput(source.image, result)
    own = attachment_names(source.name, len(result.meshes))
    taken = [name for name in own if name in names and name != source.name]
    if not taken:
        return MeshedSource(source, result, own)
    message = (
        f"{source.image} has an island that would be named {taken[0]!r}, like another image: "
        "rename one of the two."
    )
    return FailedInput(source.image, Failure(NAME_TAKEN, message))


def _entries(one: MeshedSource) -> list[MeshEntry]:
    result = one.result
    return [
        MeshEntry.of(name, one.source.image, mesh, result.milliseconds, result.warnings)
        for name, mesh in one.named_meshes().items()
    ]


def _output(
    configuration: Configuration,
    folder: Path | None,
    spine_version: str | None,
    atlas: bool,
    layout: Path | None,
) -> Output:
    """Flags before the file before the defaults."""
    from_file = configuration.output
    version = spine_version or from_file.get("spine_version", DEFAULT_VERSION)
    if version not in SPINE_VERSIONS:
        raise UsageError(f"--spine-version is {version!r}; allowed: {', '.join(SPINE_VERSIONS)}.")
    layout = layout or from_file.get("layout")
    return Output(
        folder=folder or from_file.get("directory"),
        spine_version=version,
        has_atlas=atlas or from_file.get("atlas", False),
        layout=read_layout(layout) if layout is not None else {},
    )


def _warn_of_old_atlas(atlas: Path, output: Output, report: Report) -> None:
    if not output.has_atlas and atlas.exists():
        report.warn(
            f"{atlas} is of an earlier run and may not fit the new skeleton: renew it with "
            "--atlas, or delete it and its pages."
        )


def _warn_of_unknown_places(layout: Layout, found: Sequence[Source], report: Report) -> None:
    names = [source.name for source in found]
    for name in layout:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {close[0]!r}" if close else ""
            report.warn(f"The layout places {name!r}, and there is no such image{hint}.")
