"""`spinelift check`: are these meshes good enough? Writes nothing but the report it is told to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from spinelift.cli.configuration import nearest_configuration
from spinelift.cli.console import progress, say, table
from spinelift.cli.documents import images_folder, read_skeleton, short_name
from spinelift.cli.exits import Exit, UsageError, heed_interrupt
from spinelift.cli.junit import junit_xml
from spinelift.cli.options import (
    LimitFlags,
    ParameterFlags,
    Recipe,
    RecipeFlags,
    RunFlags,
    check_jobs,
    check_paths,
)
from spinelift.cli.report import (
    HEADINGS,
    MeshEntry,
    complain,
    exit_code,
    failure_entry,
    write_json,
)
from spinelift.cli.sources import IMAGE_SUFFIXES, FailedInput, find_sources
from spinelift.cli.writing import writing
from spinelift.engine.batch import run_batch
from spinelift.engine.files import write_whole
from spinelift.engine.judging import DocumentTask, JudgedImage, judge_document, judge_image
from spinelift.engine.work import Failure, MeshTask, failure
from spinelift.images.limits import ImageLimits
from spinelift.mesh.errors import SpineLiftError
from spinelift.mesh.parameters import MeshParameters
from spinelift.spine.reading import AttachmentMesh

GROUP = "What is good enough"
MAX_OVERDRAW = 3.0
MAX_SLIVERS = 1.0

NO_RECIPE, NO_LIMITS, PLAIN_RUN = RecipeFlags(), LimitFlags(), RunFlags()
NO_PARAMETERS = ParameterFlags()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a mesh may be."""

    max_uncovered: Annotated[
        int, Parameter(group=GROUP, help="Visible pixels that may be outside; default 0.")
    ] = 0
    budget: Annotated[
        int | None, Parameter(group=GROUP, help="Most vertices of a mesh; default any number.")
    ] = None
    max_slivers: Annotated[
        float,
        Parameter(
            group=GROUP,
            help=f"Share of triangles with an angle below 10 degrees; default {MAX_SLIVERS:g}.",
        ),
    ] = MAX_SLIVERS
    max_overdraw: Annotated[
        float,
        Parameter(
            group=GROUP,
            help=f"Area of the triangles / visible area; default {MAX_OVERDRAW:g}.",
        ),
    ] = MAX_OVERDRAW

    def __post_init__(self) -> None:
        """Refuse what no mesh could be compared with."""
        for flag, limit in (
            ("--max-slivers", self.max_slivers),
            ("--max-overdraw", self.max_overdraw),
        ):
            if not limit >= 0:
                raise UsageError(f"{flag} is {limit:g}; allowed is 0 or more.")


DEFAULT_LIMITS = Limits()


def check(
    *paths: str,
    json: Annotated[bool, Parameter(help="One JSON object on stdout.")] = False,
    images: Annotated[
        Path | None,
        Parameter(help="Folder of a skeleton's images; default where the skeleton says."),
    ] = None,
    junit: Annotated[Path | None, Parameter(help="JUnit XML file to write.")] = None,
    good: Limits = DEFAULT_LIMITS,
    recipe: RecipeFlags = NO_RECIPE,
    run: RunFlags = PLAIN_RUN,
    limits: LimitFlags = NO_LIMITS,
    parameters: ParameterFlags = NO_PARAMETERS,
) -> int:
    """Judge meshes; exit code 1 where one is not good enough. Writes no mesh.

    Parameters
    ----------
    paths
        Images, folders, globs or - to mesh and judge; skeleton .json files to judge as they are.
    """
    check_paths(paths)
    check_jobs(run.jobs)
    configuration = nearest_configuration()
    image_limits, seconds = limits.combined(configuration)
    checker = _Checker(
        recipe=Recipe(configuration, recipe, parameters),
        limits=image_limits,
        good=good,
        run=run,
        seconds=seconds,
        images_folder=images,
    )
    documents = [path for path in paths if Path(path).suffix.lower() == ".json"]
    checked: list[CheckedMesh] = []
    failed: list[FailedInput] = []
    others = [path for path in paths if path not in documents]
    for found in (checker.images(others), *map(checker.document, documents)):
        checked += found.checked
        failed += found.failed
    warnings = checker.recipe.warnings() if checked else []
    if junit is not None:
        with writing(junit):
            write_whole(junit, junit_xml(_cases(checked, failed)))
    if json:
        write_json(
            {
                "checked": [one.to_json() for one in checked],
                "failed": [failure_entry(one) for one in failed],
                "warnings": warnings,
            }
        )
    elif checked and not run.quiet:
        sys.stdout.write(table((*HEADINGS, "verdict"), [one.row() for one in checked]))
        sys.stdout.flush()
    for warning in warnings if not run.quiet else ():
        say(f"warning: {warning}")
    for one in checked:
        for fault in one.faults:
            say(f"not good enough: {one.entry.name}: {fault}")
    complain(failed, is_verbose=run.verbose)
    code = exit_code(len(checked), failed)
    return Exit.FAILED if code == Exit.GOOD and any(one.faults for one in checked) else code


@dataclass(frozen=True)
class CheckedMesh:
    """One mesh, and a sentence for each reason why it is not good enough."""

    entry: MeshEntry
    faults: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is in the JSON."""
        return {**asdict(self.entry), "faults": list(self.faults)}

    def row(self) -> tuple[str, ...]:
        """Its line in the table."""
        return (*self.entry.row(), "failed" if self.faults else "good")


@dataclass(frozen=True)
class _Found:
    checked: list[CheckedMesh]
    failed: list[FailedInput]


@dataclass(frozen=True)
class _Checker:
    """How the meshes are to be judged."""

    recipe: Recipe
    limits: ImageLimits
    good: Limits
    run: RunFlags
    seconds: float
    images_folder: Path | None

    def images(self, paths: Sequence[str]) -> _Found:
        """Mesh images and judge what comes out."""
        sources = find_sources(paths, self.limits, without=None)
        tasks = []
        for source in sources.found:
            parameters, ceiling = self.recipe.parameters_for(source.image)
            tasks.append(
                MeshTask(
                    image=source.content,
                    parameters=parameters,
                    label=source.label,
                    ceiling=ceiling,
                    limits=self.limits,
                    cache=self.run.cache(),
                )
            )
        results = self._run(judge_image, tasks)
        found = _Found([], list(sources.failed))
        for source, task, result in zip(sources.found, tasks, results, strict=True):
            names = [source.name] * (1 if isinstance(result, Failure) else len(result.verdicts))
            self._take(found, source.image, names, result, task.parameters, None)
        return found

    def document(self, path: str) -> _Found:
        """Judge the meshes of a skeleton file against its images."""
        found = _Found([], [])
        try:
            meshes = read_skeleton(Path(path), self.limits)
            folder = self.images_folder or images_folder(Path(path), self.limits)
        except SpineLiftError as error:
            return _Found([], [FailedInput(path, failure(error, Path(path).name))])
        by_image: dict[str, dict[str, AttachmentMesh]] = {}
        for key, attachment in meshes.items():
            by_image.setdefault(attachment.path, {})[short_name(key)] = attachment
        tasks, ceilings = [], []
        for place, sharing in by_image.items():
            image = _image_file(folder, place)
            parameters, ceiling = self.recipe.parameters_for(str(image))
            ceilings.append(ceiling)
            tasks.append(
                DocumentTask(image, tuple(sharing.values()), parameters, image.name, self.limits)
            )
        results = self._run(judge_document, tasks)
        for task, ceiling, sharing, result in zip(
            tasks, ceilings, by_image.values(), results, strict=True
        ):
            self._take(found, str(task.image), tuple(sharing), result, task.parameters, ceiling)
        return found

    def _run(
        self, work: Callable[[Any], JudgedImage | Failure], tasks: Sequence[Any]
    ) -> list[JudgedImage | Failure]:
        with progress(len(tasks), is_wanted=not self.run.quiet) as advance:

            def count(index: int, result: JudgedImage | Failure) -> None:  # noqa: ARG001
                heed_interrupt()
                advance()

            return run_batch(
                work, tasks, jobs=self.run.jobs, timeout_seconds=self.seconds, on_result=count
            )

    def _take(
        self,
        found: _Found,
        image: str,
        names: Sequence[str],
        result: JudgedImage | Failure,
        parameters: MeshParameters,
        ceiling: int | None,
    ) -> None:
        """Put the verdicts on one image where they belong."""
        if isinstance(result, Failure):
            found.failed.append(FailedInput(image, result))
            return
        for name, verdict in zip(names, result.verdicts, strict=True):
            entry = MeshEntry.of(name, image, verdict.mesh, result.milliseconds, result.warnings)
            budgets = (self.good.budget, ceiling, parameters.max_vertices)
            faults = (*verdict.violations, *_faults(entry, self.good, budgets, parameters))
            found.checked.append(CheckedMesh(entry, faults))


def _faults(
    entry: MeshEntry, good: Limits, budgets: Sequence[int | None], parameters: MeshParameters
) -> list[str]:
    quality, found = entry.quality, []
    if quality.uncovered_pixels > good.max_uncovered:
        found.append(
            f"{quality.uncovered_pixels} visible pixels are outside the mesh; "
            f"at most {good.max_uncovered} may be."
        )
    budget = min((given for given in budgets if given is not None), default=None)
    if budget is not None and entry.vertices > budget:
        found.append(f"{entry.vertices} vertices are over the budget of {budget}.")
    hull_budget = parameters.max_hull_vertices
    if hull_budget is not None and entry.hull > hull_budget:
        found.append(f"{entry.hull} hull vertices are over the budget of {hull_budget}.")
    if quality.slivers > good.max_slivers:
        found.append(
            f"{quality.slivers:.0%} of the triangles are slivers; "
            f"at most {good.max_slivers:.0%} may be."
        )
    if quality.overdraw > good.max_overdraw:
        found.append(
            f"The overdraw is {quality.overdraw:.3f}; at most {good.max_overdraw:g} is allowed."
        )
    return found


def _image_file(folder: Path, place: str) -> Path:
    """The image of an attachment; .png, unless only another kind is there."""
    png = folder / f"{place}.png"
    others = (folder / f"{place}{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
    # Not Path.is_file: to it, a name that no file can have is an error.
    return png if os.path.lexists(png) else next(filter(os.path.isfile, others), png)


def _cases(
    checked: Sequence[CheckedMesh], failed: Sequence[FailedInput]
) -> list[tuple[str, Sequence[str]]]:
    """Name and faults of every mesh, and of every image that gave none."""
    return [
        *((one.entry.name, one.faults) for one in checked),
        *((one.image, (one.error.message,)) for one in failed),
    ]
