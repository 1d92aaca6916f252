"""Jobs of mixed images from clients that behave as badly as clients do, and what became of them."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.processes import resident_bytes
from tests.service.pictures import Picture, draw_pictures, fresh, picture_of
from tests.service.replica import Replica

from bench import load, sheet
from bench.load import Answered, Client, Form, form

JOBS = 1000
SETTLED = 200
"""Jobs after which memory is what it is to stay."""

MEMORY_GOAL = 1.1
CLIENTS = 6
SIZES = (64, 100, 160, 256)
SIDE = 1024

STREAM = {"Accept": "application/x-ndjson"}
ENDED = {"completed", "failed", "cancelled"}

BEHAVIOURS = (("wait", 25), ("later", 15), ("stream", 10), ("resend", 10), ("hang up", 10))
BAD_BEHAVIOURS = (("leave the stream", 10), ("cancel", 10), ("garbage", 10))


@dataclass
class Mixture:
    """How many of each kind there were, and how many of them went wrong.

    Attributes
    ----------
    kept
        Jobs that were accepted and not cancelled; one is lost that is not completed.
    memory
        Whose, and bytes after the first jobs and after all.
    """

    sent: int = 0
    settled: int = SETTLED
    kept: int = 0
    lost: int = 0
    results: int = 0
    mixed_up: int = 0
    garbage: int = 0
    garbage_taken: int = 0
    cancelled: int = 0
    cancelled_wrongly: int = 0
    memory: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Job:
    job_id: str
    picture: Picture
    request: Form
    behaviour: str


def send_mixture(replica: Replica, jobs: int) -> Mixture:
    """Send so many jobs, and see what became of each."""
    seen = Mixture(sent=jobs)
    pictures = draw_pictures(SIZES) + [
        picture_of(name, sheet.png(name, SIDE)) for name in sheet.SHEETS
    ]
    random.Random(1).shuffle(pictures)
    all_jobs = [_job(number, pictures[number % len(pictures)]) for number in range(jobs)]
    assert replica.port is not None
    clients = _Clients(replica.port, seen)
    clients.send_all(all_jobs[:SETTLED])
    before = _memory(replica)
    clients.send_all(all_jobs[SETTLED:])
    now = _memory(replica)
    seen.memory = {name: (before[name], now[name]) for name in now}
    return seen


def _job(number: int, picture: Picture) -> _Job:
    choose = random.Random(number)
    names, weights = zip(*BEHAVIOURS, *BAD_BEHAVIOURS, strict=True)
    [behaviour] = choose.choices(names, weights)
    image = fresh(picture.png)
    if behaviour == "garbage":
        half = image[: len(image) // 2]
        image = choose.choice((b"", b"no picture", choose.randbytes(5000), half))
    job_id = f"mixed-job-{number}"
    return _Job(job_id, picture, form(image, job_id=job_id), behaviour)


def _memory(replica: Replica) -> dict[str, int]:
    return {
        "the service": resident_bytes(replica.pid),
        "its children": sum(map(resident_bytes, replica.children)),
    }


class _Clients:
    def __init__(self, port: int, seen: Mixture) -> None:
        self._port = port
        self._seen = seen
        self._lock = threading.Lock()

    def send_all(self, jobs: Sequence[_Job]) -> None:
        """Send them, wait for what has not ended, and look at each."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            shares = [jobs[number::CLIENTS] for number in range(CLIENTS)]
            list(pool.map(self._send_some, shares))
        with Client(self._port) as client:
            for job in jobs:
                self._look_at(client, job)
        # A worker that was killed with its job has not grown yet, unlike the others.
        large = [form(fresh(sheet.png(name, SIDE))) for name in sheet.SHEETS] * 4
        load.answer_all(self._port, large, 2)

    def _send_some(self, jobs: Sequence[_Job]) -> None:
        deeds: Mapping[str, Callable[[Client, _Job], None]] = {
            "wait": self._wait,
            "later": self._later,
            "stream": self._stream,
            "resend": self._resend,
            "hang up": self._hang_up,
            "leave the stream": self._leave_stream,
            "cancel": self._cancel,
            "garbage": self._later,
        }
        with Client(self._port) as client:
            for job in jobs:
                deeds[job.behaviour](client, job)

    # What clients do

    def _wait(self, client: Client, job: _Job) -> None:
        self._compare(job, _sent(client, job, load.WAIT))

    def _later(self, client: Client, job: _Job) -> None:
        _sent(client, job, {})

    def _stream(self, client: Client, job: _Job) -> None:
        answered = _sent(client, job, STREAM)
        last = json.loads(answered.body.splitlines()[-1])
        self._compare(job, Answered(200, json.dumps(last["result"]).encode(), 0))

    def _resend(self, client: Client, job: _Job) -> None:
        _sent(client, job, {})
        self._wait(client, job)

    def _hang_up(self, client: Client, job: _Job) -> None:
        """Whether the job was taken on is not known; what is known is that it can be sent again."""
        client.begin("POST", load.GENERATE, job.request.body, {**job.request.headers, **load.WAIT})
        client.hang_up()
        self._wait(client, job)

    def _leave_stream(self, client: Client, job: _Job) -> None:
        client.begin("POST", load.GENERATE, job.request.body, {**job.request.headers, **STREAM})
        time.sleep(random.Random(job.job_id).uniform(0, 0.05))
        client.hang_up()

    def _cancel(self, client: Client, job: _Job) -> None:
        _sent(client, job, {})
        time.sleep(random.Random(job.job_id).uniform(0, 0.05))
        load.check(client.ask("DELETE", f"/api/v1/mesh/{job.job_id}"))

    # What became of it

    def _look_at(self, client: Client, job: _Job) -> None:
        """Wait until it has ended, and judge that."""
        status = self._ended(client, job)
        result = client.ask("GET", f"/api/v1/mesh/{job.job_id}/result")
        if job.behaviour == "garbage":
            code = None if result.status == 200 else result.content["error"]["code"]
            self._count("garbage", "garbage_taken", code not in {"IMAGE_UNREADABLE", "IMAGE_EMPTY"})
        elif job.behaviour in {"cancel", "leave the stream"}:
            # It may have been completed before; one that was left early may never have come.
            wanted = {"cancelled": 410, "completed": 200}
            if job.behaviour == "leave the stream":
                wanted["unknown"] = 404
            self._count("cancelled", "cancelled_wrongly", wanted.get(status) != result.status)
        else:
            self._count("kept", "lost", status != "completed")
            if status == "completed":
                self._compare(job, result)

    def _ended(self, client: Client, job: _Job) -> str:
        while True:
            answered = client.ask("GET", f"/api/v1/mesh/{job.job_id}/status")
            if answered.status == 404:
                return "unknown"
            status = str(answered.content["status"])
            if status in ENDED:
                return status
            time.sleep(0.02)

    def _compare(self, job: _Job, answered: Answered) -> None:
        load.check(answered)
        content = answered.content
        is_right = content["job_id"] == job.job_id and job.picture.is_of(content)
        self._count("results", "mixed_up", not is_right)

    def _count(self, of: str, wrong: str, is_wrong: bool) -> None:
        with self._lock:
            setattr(self._seen, of, getattr(self._seen, of) + 1)
            setattr(self._seen, wrong, getattr(self._seen, wrong) + is_wrong)


def _sent(client: Client, job: _Job, headers: Mapping[str, str]) -> Answered:
    """Send it as often as the service has too much to do."""
    while True:
        answered = client.send(job.request, headers)
        if answered.status != 503:
            return answered
        time.sleep(0.05)
