"""The web application beside the bare library: waiting, previews, batches, and readings."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.journeys.program import Program
from tests.journeys.system import DistributedSystem, EmbeddedSystem, System
from tests.journeys.user import API
from tests.processes import free_ports, processor_seconds, session_members
from tests.service.pictures import fresh

from bench import load, sheet
from bench.clock import median, median_ratio, milliseconds, percentile
from bench.table import Row, Table
from spinelift import images, samples
from spinelift.engine.generation import GenerationTask, generate_answer
from spinelift.engine.pool import WorkerPool, usable_cores
from spinelift.engine.runner import NICENESS
from spinelift.engine.work import Failure
from spinelift.mesh.parameters import MeshParameters

SIDE = 1024
UPLOADS = 60
UPLOAD_GOALS = {"embedded": 300.0, "distributed": 500.0}

PREVIEWS = 60
PREVIEW_GOAL = 60.0

BATCH, SIDES = 500, (1024, 1536, 2048)
SHARE_GOAL = 0.8
TURNS = 3
A_FORM = 20
"""Images that are sent together."""
LOOK_SECONDS = 1.0
"""How often it is asked how far a batch is: as a page does, and not for its own sake."""

READERS, READ_SECONDS = 4, 8.0
READS_GOAL, READ_P99_GOAL = 1000.0, 50.0

DISCARDED = 5
"""Of what is repeated, until all is warm."""


def tables() -> Iterator[Table]:
    """Each on its own system, started anew."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        systems: dict[str, System] = {
            "embedded": EmbeddedSystem(folder / "embedded"),
            "distributed": DistributedSystem(folder / "distributed"),
        }
        with ExitStack() as stack:
            for system in systems.values():
                stack.enter_context(system)
            yield uploads(systems)
            yield previews(systems)
        yield batches(folder)
        yield readings(folder)


# One image that somebody waits for


def uploads(systems: Mapping[str, System]) -> Table:
    """From the first byte of an upload to the answer that its mesh is finished, one at a time."""
    taken: dict[str, list[float]] = {name: [] for name in systems}
    projects = {name: system.user.new_project() for name, system in systems.items()}
    sheets = itertools.cycle(sheet.SHEETS)
    for number, name in itertools.product(range(UPLOADS + DISCARDED), systems):
        user, content = systems[name].user, fresh(sheet.png(next(sheets), SIDE))
        start = time.perf_counter()
        [image] = user.upload(projects[name], {f"sheet-{number}.png": content})
        mesh = user.ask("POST", f"/images/{image}/meshes", params={"wait": 60}, json={})
        taken[name].append((time.perf_counter() - start) * 1000)
        assert mesh["status"] == "completed", mesh
    rows = [_timed(name, times[DISCARDED:], UPLOAD_GOALS[name]) for name, times in taken.items()]
    columns = (f"fresh images of {SIDE} px", "ms median", "p90", "p99")
    goal = "the median below " + ", ".join(
        f"{most:g} ms {name}" for name, most in UPLOAD_GOALS.items()
    )
    return Table("Web: from upload to finished mesh", columns, rows, goal)


def previews(systems: Mapping[str, System]) -> Table:
    """Somebody moves a slider: each preview has other parameters than the last."""
    rows = []
    for name, system in systems.items():
        user, taken = system.user, []
        content = fresh(sheet.png("character", SIDE))
        [image] = user.upload(user.new_project(), {"sheet.png": content})
        for number in range(PREVIEWS + DISCARDED):
            order = {"parameters": {"alpha_threshold": number}}

            def ask(order: Any = order, image: str = image, system: System = system) -> None:
                system.user.ask("POST", f"/images/{image}/preview", json=order)

            taken.append(milliseconds(ask))
        rows.append(_timed(name, taken[DISCARDED:], PREVIEW_GOAL))
    columns = (f"the fox at {SIDE} px, warm", "ms median", "p90", "p99")
    return Table("Web: previews", columns, rows, f"the median below {PREVIEW_GOAL:g} ms")


def _timed(name: str, times: Sequence[float], most: float) -> Row:
    figures = (median(times), percentile(times, 90), percentile(times, 99))
    return Row((name, *(f"{figure:.0f}" for figure in figures)), figures[0] < most)


# Many images


def batches(folder: Path) -> Table:
    """One batch on one machine, beside as many processes that call the library."""
    sheets = [sheet.png(*one) for one in itertools.product(sheet.SHEETS, SIDES)]
    parts = [images.encode_png(rgba) for rgba in samples.draw_all().values()]
    art = {
        f"{BATCH} sheets of {SIDES[0]} to {SIDES[-1]} px": sheets,
        f"{BATCH} parts of 60 to 430 px": parts,
    }
    cores = usable_cores()
    rows = []
    for number, (name, pictures) in enumerate(art.items()):
        with (
            WorkerPool(cores, niceness=NICENESS) as pool,
            EmbeddedSystem(folder / f"batch-{number}") as system,
        ):
            _call_bare(pool, cores, folder, _fresh(pictures, 2 * A_FORM))
            _have_made(system, _fresh(pictures, 2 * A_FORM))
            taken = []
            for _ in range(TURNS):
                contents = _fresh(pictures, BATCH)
                bare = _call_bare(pool, cores, folder, contents)
                taken.append((bare, *_have_made(system, contents)))
        seconds = np.median(taken, axis=0)
        share = median_ratio([turn[0] for turn in taken], [turn[1] for turn in taken])
        cells = (name, *(f"{each:.1f}" for each in 1000 * seconds / BATCH), f"{share:.0%}")
        rows.append(Row(cells, share >= SHARE_GOAL if number == 0 else None))
    columns = (
        f"embedded, {cores} cores",
        "ms an image: bare",
        "web",
        "of CPU: workers",
        "server",
        "share",
    )
    goal = f"at least {SHARE_GOAL:.0%} of the bare library's speed on the same cores, large images"
    return Table("Web: one batch", columns, rows, goal)


def _fresh(pictures: Sequence[bytes], count: int) -> list[bytes]:
    return [fresh(picture) for picture in itertools.islice(itertools.cycle(pictures), count)]


def _call_bare(pool: WorkerPool, cores: int, folder: Path, contents: Sequence[bytes]) -> float:
    """Mesh files in processes, each of which has its share of them; gives the seconds."""
    paths = [folder / f"bare-{number}.png" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    start = time.perf_counter()
    for future in [pool.submit(_mesh_all, paths[number::cores]) for number in range(cores)]:
        future.result()
    return time.perf_counter() - start


def _mesh_all(paths: Sequence[Path]) -> None:
    """In a worker."""
    for path in paths:
        task = GenerationTask(path, "sheet", MeshParameters())
        answer = generate_answer(task, lambda stage: None)  # noqa: ARG005
        assert not isinstance(answer, Failure), answer.message


def _have_made(system: EmbeddedSystem, contents: Sequence[bytes]) -> tuple[float, float, float]:
    """Seconds from the asking to the last mesh, and those of CPU: the workers' and the server's."""
    user, pid = system.user, system.server.process.pid
    project = user.new_project()
    for begin in range(0, len(contents), A_FORM):
        some = contents[begin : begin + A_FORM]
        user.upload(project, {f"{begin + n}.png": content for n, content in enumerate(some)})

    def spent() -> tuple[float, float]:
        workers = session_members(pid) - {pid}
        return sum(map(processor_seconds, workers)), processor_seconds(pid)

    before = spent()
    shown = user.await_end(user.generate(project), seconds=600, every=LOOK_SECONDS)
    after = spent()
    assert shown["completed"] == len(contents), shown
    begun, ended = (datetime.fromisoformat(shown[at]) for at in ("created_at", "finished_at"))
    return (ended - begun).total_seconds(), after[0] - before[0], after[1] - before[1]


# Who looks how far it is


def readings(folder: Path) -> Table:
    """One process that answers, asked again and again: for nothing, and how far a mesh is."""
    rows = []
    kinds = {
        "SQLite": (EmbeddedSystem, "spinelift.web.settings.embedded"),
        "PostgreSQL": (DistributedSystem, "spinelift.web.settings.distributed"),
    }
    for name, (kind, settings) in kinds.items():
        with kind(folder / name) as system:
            user = system.user
            [image] = user.upload(user.new_project(), {"sheet.png": sheet.png("head", SIDE)})
            made = user.ask("POST", f"/images/{image}/meshes", params={"wait": 60}, json={})
            status = f"{API}/meshes/{made['id']}/status"
            [port] = free_ports(1)
            unlimited = {"DJANGO_SETTINGS_MODULE": "bench.unlimited", "UNLIMITED": settings}
            web = Program(
                folder / f"{name}-web",
                *("web", "--port", str(port), "--workers", "1"),
                variables={**system.variables, **unlimited},
                is_up=lambda _, port=port: _answers(port),  # type: ignore[misc]
            )
            headers = {"Authorization": user.client.headers["Authorization"]}
            with web, WorkerPool(1) as readers:
                for what, path in (("/live", "/live"), ("status", status)):
                    reading = Reading(port, path, headers, READ_SECONDS)
                    readers.submit(read_all, replace(reading, seconds=1.0)).result()
                    before = processor_seconds_of(web)
                    taken = readers.submit(read_all, reading).result()
                    spent = 1000 * (processor_seconds_of(web) - before) / len(taken)
                    rate, p99 = len(taken) / READ_SECONDS, percentile(taken, 99)
                    figures = (median(taken), p99, spent)
                    cells = (f"{what}, {name}", f"{rate:.0f}", *(f"{one:.1f}" for one in figures))
                    is_met = rate >= READS_GOAL and p99 < READ_P99_GOAL
                    rows.append(Row(cells, is_met if path == status else None))
    columns = (f"{READERS} clients, one process", "a second", "ms median", "p99", "ms of CPU")
    goal = f"at least {READS_GOAL:g} a second, p99 below {READ_P99_GOAL:g} ms"
    return Table("Web: readings of a status", columns, rows, goal)


@dataclass(frozen=True)
class Reading:
    """What is read for so long, by whom."""

    port: int
    path: str
    headers: Mapping[str, str]
    seconds: float


def read_all(reading: Reading) -> list[float]:
    """In a process of its own: several clients, each in a closed loop; the milliseconds of each."""
    taken: list[float] = []
    lock = threading.Lock()

    def read(_: int) -> None:
        own = []
        with load.Client(reading.port) as client:
            end = time.perf_counter() + reading.seconds
            while time.perf_counter() < end:
                answered = client.ask("GET", reading.path, headers=reading.headers)
                load.check(answered)
                own.append(answered.milliseconds)
        with lock:
            taken.extend(own)

    with ThreadPoolExecutor(READERS) as readers:
        for _ in readers.map(read, range(READERS)):
            pass
    return taken


def processor_seconds_of(web: Program) -> float:
    """Of the process that answers, and that which keeps it."""
    return sum(map(processor_seconds, session_members(web.process.pid)))


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/live").status_code == 200
    except httpx.TransportError:
        return False
