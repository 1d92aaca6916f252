"""What every generator of meshes owes: one suite, run in this process and over HTTP."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinelift.contract.generation import MeshGenerator, MeshRequest, MeshResult, Progress
from spinelift.contract.stages import BEGINNINGS
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.limits import JobLimits
from spinelift.engine.runner import JobRunner
from spinelift.engine.work import Failure
from spinelift.generators.in_process import InProcessMeshGenerator
from spinelift.generators.mesh_service import MeshServiceClient
from spinelift.mesh.errors import (
    ImageEmpty,
    ImageNotFound,
    ImageTooLarge,
    ImageUnreadable,
    SpineLiftError,
)
from spinelift.mesh.parameters import MeshParameters
from spinelift.mesh.types import Rgba
from spinelift.samples import draw
from spinelift.spine.errors import NameUnusable

from ..art import disc, two_discs, write_png
from ..engine.labours import patient_answer
from ..image_files import chunk, png_header
from ..service.serving import serving

Opened = AbstractContextManager[MeshGenerator]


@contextmanager
def in_process(*, workers: int, waiting: int) -> Iterator[MeshGenerator]:
    runner = JobRunner(workers=workers, waiting=waiting, limits=JobLimits())
    try:
        yield InProcessMeshGenerator(runner, patient_answer)
    finally:
        runner.close()


@contextmanager
def by_service(*, workers: int, waiting: int) -> Iterator[MeshGenerator]:
    with (
        serving(workers=workers, waiting=waiting) as service,
        MeshServiceClient(str(service.base_url)) as client,
    ):
        yield client


@pytest.fixture(scope="module", params=[in_process, by_service], ids=["in process", "service"])
def opening(request: pytest.FixtureRequest) -> Callable[..., Opened]:
    opening: Callable[..., Opened] = request.param
    return opening


@pytest.fixture(scope="module")
def generator(opening: Callable[..., Opened]) -> Iterator[MeshGenerator]:
    with opening(workers=2, waiting=16) as generator:
        yield generator


@pytest.fixture
def lone_worker(opening: Callable[..., Opened]) -> Iterator[MeshGenerator]:
    """A generator that does one job at a time."""
    with opening(workers=1, waiting=1) as generator:
        yield generator


def unwatched(_progress: Progress) -> None:
    pass


def directly(request: MeshRequest) -> Answer | Failure:
    """What the work itself comes to, with nobody in between."""
    task = GenerationTask(request.image, request.name, request.parameters)
    return generate_answer(task, lambda _: None)


def assert_is_what_was_made(result: MeshResult, request: MeshRequest) -> None:
    made = directly(request)
    assert isinstance(made, Answer)
    assert json.dumps(result.fields) == json.dumps(json.loads(made.result))


def assert_meshes(generator: MeshGenerator, request: MeshRequest) -> None:
    assert_is_what_was_made(generator.generate(request, unwatched), request)


@st.composite
def pictures(draw_: st.DrawFn) -> Rgba:
    """Small ones with a few rectangles of art."""
    image = np.zeros((draw_(st.integers(4, 40)), draw_(st.integers(4, 40)), 4), np.uint8)
    for _ in range(draw_(st.integers(1, 3))):
        top, left = (draw_(st.integers(0, side - 1)) for side in image.shape[:2])
        image[top : top + draw_(st.integers(3, 20)), left : left + draw_(st.integers(3, 20))] = 255
    return image


PARAMETERS = st.builds(
    MeshParameters,
    detail_factor=st.floats(0.001, 0.05),
    concave_factor=st.floats(0, 100),
    internal_vertex_density=st.integers(0, 100),
    min_contour_area=st.floats(1, 5),
    max_vertices=st.none() | st.integers(4, 40),
    padding=st.integers(0, 5),
    islands=st.sampled_from(["bridge", "split", "largest"]),
)


@given(image=pictures(), parameters=PARAMETERS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mesh_is_the_same_whoever_makes_it(
    generator: MeshGenerator, tmp_path: Path, image: Rgba, parameters: MeshParameters
) -> None:
    path = write_png(tmp_path / "image.png", image)
    request = MeshRequest(path, "arm", parameters)
    made = directly(request)

    if isinstance(made, Answer):
        assert_meshes(generator, request)
    else:
        with pytest.raises(SpineLiftError) as raised:
            generator.generate(request, unwatched)
        assert (raised.value.code, str(raised.value)) == (made.code, made.message)


@pytest.mark.parametrize(
    "name",
    [
        "arm",
        "arms/left/upper arm",
        "腕/左",
        'a "quoted" name; filename=b',
        "percent%22%41+plus&and=",
        "image.png",
        "A" * 200,
        "腕" * 200,
    ],
)
def test_mesh_has_the_name_that_was_asked_for(
    generator: MeshGenerator, tmp_path: Path, name: str
) -> None:
    request = MeshRequest(write_png(tmp_path / "0.png"), name, MeshParameters())

    result = generator.generate(request, unwatched)

    assert result.fields["name"] == name
    assert_is_what_was_made(result, request)


@pytest.mark.parametrize("name", ["", "..", "/etc/passwd", "a:b", " a", "a\r\nb", "\ud800"])
def test_name_that_no_slot_can_have_is_refused(
    generator: MeshGenerator, tmp_path: Path, name: str
) -> None:
    request = MeshRequest(write_png(tmp_path / "0.png"), name, MeshParameters())

    with pytest.raises(NameUnusable) as raised:
        generator.generate(request, unwatched)

    made = directly(request)
    assert isinstance(made, Failure)
    assert str(raised.value) == made.message


def test_split_islands_are_meshes_of_their_own(generator: MeshGenerator, tmp_path: Path) -> None:
    path = write_png(tmp_path / "0.png", two_discs())
    request = MeshRequest(path, "eyes", MeshParameters(islands="split"))

    result = generator.generate(request, unwatched)

    names = [result.fields["name"], *(other["name"] for other in result.fields["others"])]
    assert names == ["eyes-1", "eyes-2"]
    assert_is_what_was_made(result, request)


def missing(folder: Path) -> Path:
    return folder / "nobody.png"


def folder_itself(folder: Path) -> Path:
    return folder


def nothing(folder: Path) -> Path:
    return written(folder, b"")


def garbage(folder: Path) -> Path:
    return written(folder, b"GIF89a garbage")


def cut_off(folder: Path) -> Path:
    content = write_png(folder / "whole.png").read_bytes()
    return written(folder, content[: len(content) // 2])


def too_wide(folder: Path) -> Path:
    return written(folder, png_header(20_000, 20_000) + chunk(b"IDAT") + chunk(b"IEND"))


def too_long(folder: Path) -> Path:
    path = written(folder, b"")
    with path.open("r+b") as file:
        file.truncate(257 * 2**20)
    return path


def transparent(folder: Path) -> Path:
    return write_png(folder / "0.png", np.zeros((4, 4, 4), np.uint8))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "0.png"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (missing, ImageNotFound),
        (folder_itself, ImageNotFound),
        (nothing, ImageUnreadable),
        (garbage, ImageUnreadable),
        (cut_off, ImageUnreadable),
        (too_wide, ImageTooLarge),
        (too_long, ImageTooLarge),
        (transparent, ImageEmpty),
    ],
)
def test_what_is_wrong_with_an_image_is_said_in_the_cores_words(
    generator: MeshGenerator,
    tmp_path: Path,
    make: Callable[[Path], Path],
    kind: type[SpineLiftError],
) -> None:
    request = MeshRequest(make(tmp_path), "arms/left", MeshParameters())

    with pytest.raises(SpineLiftError) as raised:
        generator.generate(request, unwatched)

    made = directly(request)
    assert isinstance(made, Failure)
    assert type(raised.value) is kind
    assert str(raised.value) == made.message


def test_large_image_is_meshed(generator: MeshGenerator, tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (2500, 3000, 4), dtype=np.uint8)
    image[..., 3] = 0
    image[300:2200, 200:2800, 3] = 255
    path = write_png(tmp_path / "0.png", image)
    assert path.stat().st_size > 10 * 2**20

    assert_meshes(generator, MeshRequest(path, "sky", MeshParameters()))


def test_progress_rises_through_known_stages(
    generator: MeshGenerator, tmp_path: Path, gate: Path
) -> None:
    path = write_png(tmp_path / "0.png", draw("tail", 1024))
    request = MeshRequest(path, gate.name, MeshParameters())
    reported: list[Progress] = []

    def watch(progress: Progress) -> None:
        reported.append(progress)
        if progress.stage == "mask":
            gate.touch()

    generator.generate(request, watch)

    assert {"mask"} <= {progress.stage for progress in reported}
    assert {progress.stage for progress in reported} <= {*BEGINNINGS, "queued", "started"}
    percents = [progress.percent for progress in reported]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 100 for percent in percents)
    assert len(set(reported)) == len(reported)


class Enough(Exception):
    """What somebody who watches may raise."""


@pytest.mark.parametrize("error", [Enough("no more"), NameUnusable("no"), KeyboardInterrupt()])
def test_what_a_watcher_raises_ends_the_job_and_is_raised(
    lone_worker: MeshGenerator, tmp_path: Path, gate: Path, error: BaseException
) -> None:
    path = write_png(tmp_path / "0.png")

    def watch(progress: Progress) -> None:
        if progress.stage == "mask":
            raise error

    with pytest.raises(type(error)) as raised:
        lone_worker.generate(MeshRequest(path, gate.name, MeshParameters()), watch)

    assert raised.value is error
    # The gate has never opened, so the one worker was taken away from it.
    assert_meshes(lone_worker, MeshRequest(path, "arm", MeshParameters()))


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Also where the tests run in the background of a shell, which has them ignore Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_interruption_ends_the_job(lone_worker: MeshGenerator, tmp_path: Path, gate: Path) -> None:
    main = threading.main_thread()
    assert threading.current_thread() is main
    path = write_png(tmp_path / "0.png")

    def watch(progress: Progress) -> None:
        if progress.stage == "mask":
            signal.pthread_kill(main.ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        lone_worker.generate(MeshRequest(path, gate.name, MeshParameters()), watch)

    assert_meshes(lone_worker, MeshRequest(path, "arm", MeshParameters()))


def test_threads_get_each_its_own_mesh(generator: MeshGenerator, tmp_path: Path) -> None:
    requests = [
        MeshRequest(
            write_png(tmp_path / f"{number}.png", disc(40 + number)),
            f"disc {number}",
            MeshParameters(max_vertices=4 + number),
        )
        for number in range(16)
    ]

    with ThreadPoolExecutor(8) as threads:
        results = list(
            threads.map(lambda request: generator.generate(request, unwatched), requests)
        )

    for result, request in zip(results, requests, strict=True):
        assert_is_what_was_made(result, request)
