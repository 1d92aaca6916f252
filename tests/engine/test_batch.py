"""Many images: each its own result or failure, the same whatever the number of jobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spinelift.engine.batch import run_batch
from spinelift.engine.cache import Cache
from spinelift.engine.work import (
    Failure,
    MeshedImage,
    MeshTask,
    PictureFile,
    attempt,
    mesh_image,
)
from spinelift.images import ImageLimits, decode
from spinelift.mesh.parameters import MeshParameters

from ..art import disc, two_discs, write_png

DEFAULTS = MeshParameters()


def task(path: Path, parameters: MeshParameters = DEFAULTS, **settings: object) -> MeshTask:
    return MeshTask(image=path, parameters=parameters, label=path.name, **settings)  # type: ignore[arg-type]


def meshed(result: MeshedImage | Failure) -> MeshedImage:
    assert isinstance(result, MeshedImage), result
    return result


def failed(result: MeshedImage | Failure) -> Failure:
    assert isinstance(result, Failure)
    return result


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Three images between two that give no mesh."""
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    return [
        write_png(tmp_path / "a.png", disc(30)),
        empty,
        write_png(tmp_path / "b.png", disc(40)),
        tmp_path / "missing.png",
        write_png(tmp_path / "c.png", two_discs()),
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_in_the_order_of_the_tasks(paths: list[Path], jobs: int) -> None:
    results = run_batch(mesh_image, [task(path) for path in paths], jobs=jobs)

    kinds = [result.code if isinstance(result, Failure) else "mesh" for result in results]
    assert kinds == ["mesh", "IMAGE_UNREADABLE", "mesh", "IMAGE_NOT_FOUND", "mesh"]


def test_result_is_the_same_whatever_the_number_of_jobs(paths: list[Path]) -> None:
    tasks = [task(path) for path in paths]
    alone, together = (run_batch(mesh_image, tasks, jobs=jobs) for jobs in (1, 2))

    for one, other in zip(alone, together, strict=True):
        if isinstance(one, Failure):
            assert one == other
            continue
        for first, second in zip(one.meshes, meshed(other).meshes, strict=True):
            assert first.vertices.tobytes() == second.vertices.tobytes()
            assert first.triangles.tobytes() == second.triangles.tobytes()
            assert first.quality == second.quality


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_result_is_reported_once(paths: list[Path], jobs: int) -> None:
    reported = []

    run_batch(
        mesh_image,
        [task(path) for path in paths],
        jobs=jobs,
        on_result=lambda index, result: reported.append(index),  # noqa: ARG005
    )

    assert sorted(reported) == list(range(len(paths)))


def test_batch_of_nothing_is_nothing() -> None:
    assert run_batch(mesh_image, []) == []


def test_meshes_travel_without_their_required_pixels(tmp_path: Path) -> None:
    result = meshed(mesh_image(task(write_png(tmp_path / "a.png"))))

    assert result.meshes[0].required.size == 0
    assert result.meshes[0].quality.uncovered_pixels == 0


def test_required_pixels_are_kept_when_wanted(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")

    result = meshed(mesh_image(task(path, keep_required=True)))

    assert np.array_equal(result.meshes[0].required, disc()[..., 3] > 10)


def test_mesh_over_the_ceiling_is_made_again_within_it(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png", disc(200))
    free = meshed(mesh_image(task(path))).meshes[0]

    capped = meshed(mesh_image(task(path, ceiling=6))).meshes[0]

    assert len(free.vertices) > 6
    assert len(capped.vertices) <= 6


def test_ceiling_leaves_a_mesh_below_it_as_it_is(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")
    free = meshed(mesh_image(task(path))).meshes[0]

    assert len(meshed(mesh_image(task(path, ceiling=1000))).meshes[0].vertices) == len(
        free.vertices
    )


def test_ceiling_does_not_lift_a_lower_budget(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png", disc(200))

    result = mesh_image(task(path, MeshParameters(max_vertices=5), ceiling=300))

    assert len(meshed(result).meshes[0].vertices) <= 5


def test_cached_result_equals_a_fresh_one(tmp_path: Path) -> None:
    path, cache = write_png(tmp_path / "a.png", two_discs()), Cache(tmp_path / "cache")
    fresh, cached = (meshed(mesh_image(task(path, cache=cache))) for _ in range(2))

    assert (fresh.was_cached, cached.was_cached) == (False, True)
    assert fresh.meshes[0].vertices.tobytes() == cached.meshes[0].vertices.tobytes()
    assert fresh.meshes[0].quality == cached.meshes[0].quality
    assert (fresh.warnings, fresh.sha256) == (cached.warnings, cached.sha256)


def test_changed_image_is_meshed_anew(tmp_path: Path) -> None:
    path, cache = write_png(tmp_path / "a.png", disc(30)), Cache(tmp_path / "cache")
    mesh_image(task(path, cache=cache))
    write_png(path, disc(60))

    result = meshed(mesh_image(task(path, cache=cache)))

    assert not result.was_cached
    assert result.meshes[0].width == 60


def test_entry_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    path, cache = write_png(tmp_path / "a.png"), Cache(tmp_path / "cache")
    mesh_image(task(path, cache=cache))
    ((entry, _),) = cache.entries()
    cache.put(entry.stem, b"sound, and no mesh")

    result = meshed(mesh_image(task(path, cache=cache)))

    assert not result.was_cached
    assert meshed(mesh_image(task(path, cache=cache))).was_cached


def test_failures_are_not_cached(tmp_path: Path) -> None:
    path, cache = write_png(tmp_path / "a.png", disc(alpha=5)), Cache(tmp_path / "cache")

    assert failed(mesh_image(task(path, cache=cache))).code == "IMAGE_EMPTY"
    assert list(cache.entries()) == []


def test_png_is_staged_byte_for_byte(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")
    path.write_bytes(path.read_bytes() + b"what follows is not touched either")
    picture = PictureFile(tmp_path / "out", tmp_path / "staged", "images/a.png")

    mesh_image(task(path, picture=picture))

    assert (tmp_path / "staged/images/a.png").read_bytes() == path.read_bytes()


def test_other_formats_are_staged_as_png(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "a.webp"
    _, webp = cv2.imencode(".webp", disc(), [cv2.IMWRITE_WEBP_QUALITY, 101])
    path.write_bytes(webp.tobytes())
    picture = PictureFile(tmp_path / "out", tmp_path / "staged", "a.png")

    mesh_image(task(path, picture=picture))

    staged = (tmp_path / "staged/a.png").read_bytes()
    assert np.array_equal(decode(staged).rgba, decode(path.read_bytes()).rgba)


def test_picture_that_is_in_place_is_not_staged(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")
    write_png(tmp_path / "out/a.png")

    mesh_image(task(path, picture=PictureFile(tmp_path / "out", tmp_path / "staged", "a.png")))

    assert not (tmp_path / "staged").exists()


def test_picture_without_a_place_is_the_fault_of_its_folder(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")
    (tmp_path / "staged").write_text("a file in the way")

    picture = PictureFile(tmp_path / "out", tmp_path / "staged", "images/a.png")
    failure = failed(mesh_image(task(path, picture=picture)))

    assert failure.code == "OUTPUT_UNWRITABLE"
    assert failure.message.startswith(f"{tmp_path}/out cannot be written (")


def test_failure_names_its_image_and_the_threshold_that_would_do(tmp_path: Path) -> None:
    path = write_png(tmp_path / "faint hair.png", disc(alpha=9))

    failure = failed(mesh_image(task(path)))

    assert failure.message.startswith("faint hair.png is fully transparent at alpha threshold 10")
    assert "to 8 or less" in failure.message


def test_limits_reach_the_decoder(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png", disc(50))

    assert failed(mesh_image(task(path, limits=ImageLimits(max_side=49)))).code == "IMAGE_TOO_LARGE"


def test_bug_is_a_failure_with_its_traceback() -> None:
    def work(number: int) -> int:
        return 1 // number

    failure = attempt(work, 0, "arm.png")

    assert isinstance(failure, Failure)
    assert failure.code == "INTERNAL"
    assert "arm.png" in failure.message
    assert "ZeroDivisionError" in (failure.trace or "")


def test_lack_of_memory_is_a_failure_of_that_image() -> None:
    def work(number: int) -> int:  # noqa: ARG001
        raise MemoryError

    failure = attempt(work, 0, "arm.png")

    assert isinstance(failure, Failure)
    assert failure.code == "OUT_OF_MEMORY"


def test_limit_holds_for_what_is_in_the_cache(tmp_path: Path) -> None:
    path, cache = write_png(tmp_path / "a.png", disc(30)), Cache(tmp_path / "cache")
    stored = MeshTask(image=path, parameters=MeshParameters(), label="a.png", cache=cache)
    meshed(mesh_image(stored))

    again = mesh_image(replace(stored, limits=ImageLimits(max_side=10)))

    assert isinstance(again, Failure)
    assert again.code == "IMAGE_TOO_LARGE"
