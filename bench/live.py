"""One process that tells what happens, and the sockets of many who follow it.

Its memory is its share of what is resident (PSS). All sockets are one user's: what it costs to
know a user is paid for each socket all the same.
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

from tests.journeys.program import Program
from tests.journeys.system import DistributedSystem
from tests.processes import free_ports, processor_seconds, resident_bytes

from bench import sheet
from bench.clock import median, percentile
from bench.crowd import Crowd
from bench.table import Row, Table
from spinelift.engine.pool import WorkerPool

SOCKETS, MESHES = 2_000, 100
STORM_SECONDS = 5.0

MESSAGES_A_SECOND, DELIVERY_SECONDS = 500, 60.0
P99_GOAL = 50.0

SOCKET_GOAL = 60.0
"""KB of memory."""

STAY_MINUTES, LIFE_MINUTES = 5, 60
"""Whoever looks at a page for so long opens a socket and closes it; so many minutes are that often
all sockets, one after another as fast as they can be."""
STAY_SECONDS = 2.0
"""For which they stay here: every one is told something in them."""
GROWTH_GOAL = 1.05

FILES = SOCKETS + 1_000
"""A process may often open 1024 only."""


@dataclass(frozen=True)
class Reports:
    """So many changes of jobs a second, of one job after another, as their workers make them."""

    variables: Mapping[str, str]
    meshes: Sequence[str]
    rate: float
    seconds: float


class Stage:
    """A system whose meshes are never made but here, and the process that tells of them."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        system = stack.enter_context(DistributedSystem(folder / "system"))
        for program in (*system.workers, system.scheduler, system.live):
            program.kill()
        user = system.user
        [image] = user.upload(user.new_project(), {"sheet.png": sheet.png("head", 256)})
        orders = [{"parameters": {"alpha_threshold": number}} for number in range(MESHES)]
        made = [user.ask("POST", f"/images/{image}/meshes", json=order) for order in orders]
        self.meshes = [str(mesh["id"]) for mesh in made]
        self.token = user.client.headers["Authorization"].removeprefix("Bearer ")
        [self.port] = free_ports(1)
        unlimited = {"DJANGO_SETTINGS_MODULE": "bench.unlimited"}
        self._variables = system.variables
        self._live = Program(
            folder / "live",
            *("live", "--port", str(self.port)),
            variables={
                **system.variables,
                "UNLIMITED": system.variables["DJANGO_SETTINGS_MODULE"],
                **unlimited,
            },
            is_up=lambda program: program.has_logged("server.listening"),
        )
        stack.enter_context(self._live)
        self._reporter = stack.enter_context(WorkerPool(1))

    @property
    def memory(self) -> int:
        """Bytes that the process holds."""
        return resident_bytes(self._live.process.pid)

    @property
    def processor_seconds(self) -> float:
        return processor_seconds(self._live.process.pid)

    def crowd(self) -> Crowd:
        return Crowd(self.port, self.token)

    async def report(self, seconds: float) -> dict[str, list[int]]:
        """Change jobs so long; gives the sequences of each mesh's."""
        reports = Reports(
            self._variables, self.meshes, MESSAGES_A_SECOND * MESHES / SOCKETS, seconds
        )
        return await asyncio.wrap_future(self._reporter.submit(report_all, reports))


def tables() -> Iterator[Table]:
    """One process through all of it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))  # programs inherit it
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        stage = Stage(stack, Path(place))
        runner = stack.enter_context(asyncio.Runner())
        runner.run(_warm_up(stage))
        idle = stage.memory
        yield runner.run(storms(stage))
        crowd = stage.crowd()
        yield runner.run(delivery(stage, crowd))
        yield memory(stage, idle)
        runner.run(crowd.leave())
        yield runner.run(life(stage))


async def _warm_up(stage: Stage) -> None:
    """What is loaded late is loaded then, and the jobs have begun."""
    crowd = stage.crowd()
    await crowd.come(stage.meshes, 1)
    await stage.report(2)
    await crowd.leave()


async def storms(stage: Stage) -> Table:
    """All come at once, as after a restart."""
    rows = []
    for name, seconds in ((f"within {STORM_SECONDS:g} s", STORM_SECONDS), ("at once", 0.0)):
        crowd = stage.crowd()
        before, start = stage.processor_seconds, time.perf_counter()
        await crowd.come(_all(stage.meshes), seconds)
        taken = time.perf_counter() - start
        spent = stage.processor_seconds - before
        figures = (median(crowd.taken), percentile(crowd.taken, 99))
        cells = (
            name,
            f"{taken:.1f}",
            *(f"{figure:.0f}" for figure in figures),
            f"{spent:.1f}",
            str(len(crowd.refused)),
        )
        rows.append(Row(cells, not crowd.refused))
        await crowd.leave()
    columns = (f"{SOCKETS} sockets", "s", "ms median", "p99", "s of CPU", "refused")
    goal = "none is refused; timed until each is told how its mesh is"
    return Table("Live: storms of connections", columns, rows, goal)


async def delivery(stage: Stage, crowd: Crowd) -> Table:
    """From the time that a change bears to its receipt by each who follows it."""
    await crowd.come(_all(stage.meshes), STORM_SECONDS)
    received, spent = _received(crowd), stage.processor_seconds
    changes = await stage.report(DELIVERY_SECONDS)
    await asyncio.sleep(3)
    spent = (stage.processor_seconds - spent) / DELIVERY_SECONDS
    expected = sum(map(len, changes.values())) * SOCKETS // MESHES
    late = [
        follower.milliseconds[sequence]
        for follower in crowd.followers
        for sequence in changes[follower.mesh]
        if sequence in follower.milliseconds
    ]
    again = _received(crowd) - received - len(late)
    figures = (median(late), percentile(late, 90), percentile(late, 99))
    cells = (
        f"{expected / DELIVERY_SECONDS:.0f} messages a second",
        str(expected),
        str(len(late)),
        str(again),
        *(f"{figure:.1f}" for figure in (*figures, max(late))),
        f"{spent:.0%}",
    )
    row = Row(cells, len(late) == expected and figures[2] < P99_GOAL)
    columns = (f"{SOCKETS} sockets", "expected", "delivered", "told again")
    return Table(
        "Live: delivery",
        (*columns, "ms median", "p90", "p99", "most", "of a core"),
        [row],
        f"all are delivered, p99 below {P99_GOAL:g} ms",
    )


def memory(stage: Stage, idle: int) -> Table:
    """While all sockets are open."""
    held = stage.memory
    a_socket = (held - idle) / SOCKETS / 1000
    cells = (f"{SOCKETS} sockets", f"{idle / 1e6:.0f}", f"{held / 1e6:.0f}", f"{a_socket:.1f}")
    columns = ("PSS", "MB idle", "MB", "KB a socket")
    row = Row(cells, a_socket <= SOCKET_GOAL)
    return Table("Live: memory", columns, [row], f"at most {SOCKET_GOAL:g} KB a socket")


async def life(stage: Stage) -> Table:
    """They come, are told something, and leave, again and again."""
    held, received, refused = [], 0, 0
    times = LIFE_MINUTES // STAY_MINUTES
    for _ in range(1 + times):
        crowd = stage.crowd()
        await crowd.come(_all(stage.meshes), 0)
        await stage.report(STAY_SECONDS)
        received, refused = received + _received(crowd), refused + len(crowd.refused)
        await crowd.leave()
        held.append(stage.memory)
    growth = held[-1] / held[0]
    cells = (
        f"{times} times {SOCKETS} sockets",
        str(received),
        str(refused),
        *(f"{size / 1e6:.1f}" for size in (held[0], held[len(held) // 2], held[-1])),
        f"{growth:.1%}",
    )
    columns = (f"{LIFE_MINUTES} minutes", "messages", "refused", "MB first", "half", "last", "is")
    goal = f"the last memory, when all are gone, at most {GROWTH_GOAL:.0%} of the first"
    return Table("Live: life", columns, [Row(cells, growth <= GROWTH_GOAL)], goal)


def _all(meshes: Sequence[str]) -> list[str]:
    return list(islice(cycle(meshes), SOCKETS))


def _received(crowd: Crowd) -> int:
    return sum(follower.received for follower in crowd.followers)


def report_all(reports: Reports) -> dict[str, list[int]]:
    """In a process of its own."""
    os.environ.update(reports.variables)
    import django  # whose settings are there only now

    django.setup()
    from spinelift.contract.generation import Progress
    from spinelift.web.jobs.models import Job
    from spinelift.web.jobs.services import claim, report_progress

    jobs = {mesh: Job.objects.get(mesh=UUID(mesh)) for mesh in reports.meshes}
    jobs = {mesh: claim(job_id=job.id) or job for mesh, job in jobs.items()}
    changes = defaultdict(list)
    start = time.perf_counter()
    for number, mesh in enumerate(islice(cycle(jobs), round(reports.rate * reports.seconds))):
        time.sleep(max(0.0, start + number / reports.rate - time.perf_counter()))
        progress = Progress(50, "tracing", f"Step {number}")
        changes[mesh].append(report_progress(job=jobs[mesh], progress=progress).sequence)
    return dict(changes)
