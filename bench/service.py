"""The mesh service beside the bare call: throughput, latency, and what it has to bear."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import stamina
from tests.processes import processor_seconds
from tests.service.kills import Survival, survive
from tests.service.pictures import draw_pictures, fresh, picture_of
from tests.service.replica import Replica

from bench import load, sheet
from bench.clock import median, median_ratio, milliseconds, percentile
from bench.floor import WORKERS, Floor
from bench.mixed import JOBS, MEMORY_GOAL, Mixture, send_mixture
from bench.table import Row, Table
from spinelift.engine.generation import GenerationTask, generate_answer
from spinelift.engine.pool import WorkerPool
from spinelift.engine.runner import NICENESS
from spinelift.engine.work import Failure
from spinelift.mesh.parameters import MeshParameters

SIDE = 1024
BATCH, TURNS = 120, 7
"""Images of one turn, and turns, of both sides."""

SATURATING = 4
"""Clients that keep two workers busy."""

OVERHEAD_GOAL = 0.15

ROUNDS = 200
LATENCY_GOAL = 5.0
"""Milliseconds more than the bare call takes."""

CROWD, CROWD_IMAGES = 10, 1000
CROWD_GOAL = 1000.0

READS_A_SECOND, READ_SECONDS = 50, 12
READ_GOAL = 10.0

KILL_SECONDS, KILL_EVERY_SECONDS, KILL_CLIENTS = 180.0, 6.0, 6
LEASE_SECONDS = 10.0
ANSWERED_GOAL, TAKEOVER_GOAL = 0.999, 15.0


def tables() -> Iterator[Table]:
    """First one replica by itself, then two that are killed."""
    # Else each retry of a client would be a line of log between the tables.
    stamina.instrumentation.set_on_retry_hooks([])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with (
            Replica(folder / "replica", storage=folder / "storage", workers=WORKERS) as replica,
            Floor() as floor,
            # As nice as the service's own, so that others on the machine take from both alike.
            WorkerPool(WORKERS, niceness=NICENESS) as pool,
        ):
            assert replica.port is not None
            _warm_up((floor, replica), pool, folder)
            yield throughput(floor, replica, pool, folder, BATCH, TURNS)
            yield latency(floor, replica, pool, folder, ROUNDS)
            yield crowd(replica.port, CROWD_IMAGES)
            yield statuses(replica.port, READ_SECONDS)
        # Anew: what it has held until now is not what it is to be measured by.
        with Replica(
            folder / "mixed", storage=folder / "mixed-storage", workers=WORKERS
        ) as replica:
            yield mixture(send_mixture(replica, JOBS))
        pictures = [
            *draw_pictures([160, 320]),
            *(picture_of(name, sheet.png(name, SIDE)) for name in sheet.SHEETS),
        ]
        yield kills(
            survive(
                folder / "kills",
                pictures,
                seconds=KILL_SECONDS,
                clients=KILL_CLIENTS,
                kill_every_seconds=KILL_EVERY_SECONDS,
                lease_seconds=LEASE_SECONDS,
            )
        )


# The bare call, and what is measured beside it

Server: TypeAlias = Floor | Replica

SERVERS = ("the floor: an upload handed on", "the service")


def _sheets(count: int) -> list[bytes]:
    """So many files that nobody has seen before: the fox's sheets in turn."""
    names = itertools.islice(itertools.cycle(sheet.SHEETS), count)
    return [fresh(sheet.png(name, SIDE)) for name in names]


def _write(folder: Path, contents: Sequence[bytes]) -> list[Path]:
    paths = [folder / f"bare-{number}.png" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def _call_bare(paths: Sequence[Path]) -> float:
    """In a warm worker: mesh these files, one after the other. Gives the milliseconds."""
    start = time.perf_counter()
    for path in paths:
        task = GenerationTask(path, "sheet", MeshParameters(), "4.2")
        answer = generate_answer(task, lambda stage: None)  # noqa: ARG005
        assert not isinstance(answer, Failure), answer.message
    return (time.perf_counter() - start) * 1000


def _warm_up(servers: Sequence[Server], pool: WorkerPool, folder: Path) -> None:
    few = _sheets(4 * len(sheet.SHEETS))
    for server in servers:
        load.answer_all(_port(server), [load.form(image) for image in few], SATURATING)
    paths = _write(folder, few)
    for future in [pool.submit(_call_bare, paths) for _ in range(WORKERS)]:
        future.result()


# One replica


def throughput(
    floor: Floor, replica: Replica, pool: WorkerPool, folder: Path, batch: int, turns: int
) -> Table:
    """Two processes that call the library, and two servers with two workers, in turns."""
    bare: list[float] = []
    servers: tuple[Server, Server] = (floor, replica)
    served: list[list[float]] = [[], []]
    spent = np.zeros((2, 3))
    for _ in range(turns):
        images = _sheets(batch)
        paths = _write(folder, images)
        shares = [paths[number::WORKERS] for number in range(WORKERS)]

        def call_bare(shares: Sequence[list[Path]] = shares) -> None:
            for future in [pool.submit(_call_bare, share) for share in shares]:
                future.result()

        forms = [load.form(image) for image in images]
        bare.append(milliseconds(call_bare) / batch)
        for number, server in enumerate(servers):
            before = _spent(server)
            start = time.perf_counter()
            load.answer_all(_port(server), forms, SATURATING)
            served[number].append((time.perf_counter() - start) * 1000 / batch)
            spent[number] += _spent(server) - before
    rows = [Row(("the bare call in 2 processes", f"{median(bare):.1f}", "", "", "", ""))]
    for name, times, seconds in zip(SERVERS, served, spent, strict=True):
        overhead = median_ratio(times, bare) - 1
        each = [f"{one:.1f}" for one in 1000 * seconds / (batch * turns)]
        is_met = overhead <= OVERHEAD_GOAL if times is served[-1] else None
        rows.append(Row((name, f"{median(times):.1f}", *each, f"{overhead:.0%}"), is_met))
    columns = (
        f"fresh images of {SIDE} px",
        "ms an image",
        "of CPU: workers",
        "server",
        "clients",
        "overhead",
    )
    goal = f"at saturation at most {OVERHEAD_GOAL:.0%} more than the bare call, on the same cores"
    return Table("Service: throughput", columns, rows, goal)


def _port(server: Server) -> int:
    assert server.port is not None
    return server.port


def _spent(server: Server) -> npt.NDArray[np.float64]:
    """Seconds of CPU that workers, server and clients have taken until now."""
    workers = sum(map(processor_seconds, server.children))
    return np.array([workers, processor_seconds(server.pid), time.process_time()])


def latency(floor: Floor, replica: Replica, pool: WorkerPool, folder: Path, rounds: int) -> Table:
    """One image at a time: bare in a warm process, then served over kept connections."""
    bare: list[float] = []
    served: list[list[float]] = [[], []]
    with load.Client(_port(floor)) as to_floor, load.Client(_port(replica)) as to_replica:
        for image in _sheets(rounds):
            bare.append(pool.submit(_call_bare, _write(folder, [image])).result())
            for times, client in zip(served, (to_floor, to_replica), strict=True):
                answered = client.send(load.form(image))
                load.check(answered)
                times.append(answered.milliseconds)
    rows = [Row(("the bare call", f"{median(bare):.1f}", f"{percentile(bare, 99):.1f}", ""))]
    for name, times in zip(SERVERS, served, strict=True):
        more = median([after - before for before, after in zip(bare, times, strict=True)])
        is_met = more <= LATENCY_GOAL if times is served[-1] else None
        cells = (f"{median(times):.1f}", f"{percentile(times, 99):.1f}", f"{more:.1f}")
        rows.append(Row((name, *cells), is_met))
    columns = (f"fresh images of {SIDE} px", "ms median", "p99", "ms more")
    goal = f"the median of what the service takes more at most {LATENCY_GOAL:g} ms"
    return Table("Service: latency of one client", columns, rows, goal)


def crowd(port: int, count: int) -> Table:
    """Many clients at once, each in a closed loop."""
    taken = load.answer_all(port, [load.form(image) for image in _sheets(count)], CROWD)
    p99 = percentile(taken, 99)
    figures = (median(taken), percentile(taken, 90), p99, max(taken))
    cells = (f"{count} images of {SIDE} px", *(f"{figure:.0f}" for figure in figures))
    columns = (f"{CROWD} clients at once", "ms median", "p90", "p99", "max")
    goal = f"p99 below {CROWD_GOAL:g} ms"
    return Table("Service: a crowd", columns, [Row(cells, p99 < CROWD_GOAL)], goal)


def statuses(port: int, seconds: float) -> Table:
    """A client in a process of its own that reads a status at a steady pace."""
    job_id = "statuses"
    with load.Client(port) as client:
        load.check(client.send(load.form(_sheets(1)[0], job_id=job_id)))
    reading = load.Reading(port, job_id, READS_A_SECOND, seconds)
    rows = []
    with WorkerPool(1) as reader:
        for name, work in (
            ("the service idle", lambda: None),
            (f"{SATURATING} clients saturate it", lambda: _saturate(port)),
        ):
            rows.append(_read(name, reader, reading, work))
    columns = (f"{READS_A_SECOND} readings a second", "ms median", "p90", "p99", "max")
    goal = f"p99 below {READ_GOAL:g} ms"
    return Table("Service: readings of a status", columns, rows, goal)


def _read(name: str, reader: WorkerPool, reading: load.Reading, work: Callable[[], None]) -> Row:
    """Read while that work is done again and again."""
    reader.submit(load.read_statuses, replace(reading, seconds=0.5)).result()
    running = reader.submit(load.read_statuses, reading)
    while not running.done():
        work()
        time.sleep(0.01)
    taken = running.result()
    figures = (median(taken), percentile(taken, 90), percentile(taken, 99), max(taken))
    return Row((name, *(f"{figure:.1f}" for figure in figures)), figures[2] < READ_GOAL)


def _saturate(port: int) -> None:
    load.answer_all(port, [load.form(image) for image in _sheets(100)], SATURATING)


# What the service has to bear


def mixture(seen: Mixture) -> Table:
    """Nothing lost, nothing mixed up, memory flat."""
    growths = [
        (f"memory of {name}: MiB then and now", f"{before / 2**20:.0f}", f"{now / 2**20:.0f}",
         f"{now / before:.2f}", now / before <= MEMORY_GOAL)
        for name, (before, now) in seen.memory.items()
    ]  # fmt: skip
    counts = (
        ("accepted and not cancelled: lost", seen.kept, seen.lost),
        ("results: of another image", seen.results, seen.mixed_up),
        ("garbage: not refused with its reason", seen.garbage, seen.garbage_taken),
        ("cancelled: not said so", seen.cancelled, seen.cancelled_wrongly),
    )
    rows = [Row((name, str(of), str(wrong), ""), wrong == 0) for name, of, wrong in counts]
    rows += [Row(growth[:4], growth[4]) for growth in growths]
    columns = (f"{seen.sent} jobs of mixed images", "of / then", "found / now", "times")
    goal = (
        "none lost, none mixed up; memory after all of them at most "
        f"{MEMORY_GOAL:g} x that after the first {seen.settled}"
    )
    return Table(
        "Service: clients that hang up, cancel, resend and send garbage", columns, rows, goal
    )


def kills(seen: Survival) -> Table:
    """How many were answered, and how long the dead one's jobs took."""
    share = len(seen.right) / seen.requests
    longest = max(seen.caught.values(), default=0.0)
    unfinished = sum(not record.is_finished for record in seen.records)
    of_requests, of_jobs = str(seen.requests), str(len(seen.records))
    figures: list[tuple[str, str, str, bool | None]] = [
        ("answered rightly", of_requests, f"{share:.2%}", share >= ANSWERED_GOAL),
        ("answered with another's mesh", of_requests, str(len(seen.wrong)), not seen.wrong),
        ("jobs that never ended", of_jobs, str(unfinished), unfinished == 0),
        (
            "caught by a kill: longest, s",
            str(len(seen.caught)),
            f"{longest:.1f}",
            longest <= TAKEOVER_GOAL,
        ),
        ("a request: median, s", of_requests, f"{median(seen.seconds):.2f}", None),
        ("a request: p99, s", of_requests, f"{percentile(seen.seconds, 99):.2f}", None),
    ]
    rows = [Row(cells, is_met) for *cells, is_met in figures]
    columns = (f"{seen.kills} kills in {KILL_SECONDS:g} s, 2 replicas", "of", "found")
    goal = (
        f"at least {ANSWERED_GOAL:.1%} answered rightly; a dead replica's jobs ended within "
        f"{TAKEOVER_GOAL:g} s of the kill"
    )
    return Table(
        "Service: replicas killed in turn under load", columns, rows, goal, seen.refused[:5]
    )
