"""A kind of jobs that does what a test tells it, and publishes each end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from spinelift.contract.generation import OnProgress, Progress
from spinelift.web.accounts.models import User
from spinelift.web.audit.models import AuditEntry
from spinelift.web.events import ACCOUNTS, Event
from spinelift.web.jobs.kinds import register
from spinelift.web.jobs.models import Job, JobEvent, Queue
from spinelift.web.jobs.services import create_job
from spinelift.web.operations import Publish


@dataclass(frozen=True, kw_only=True)
class LabourEvent(Event):
    """Of a job of this kind; the audit counts how often."""

    job_id: UUID

    @property
    def chain(self) -> str:
        return ACCOUNTS

    @property
    def subject(self) -> str:
        return f"job/{self.job_id}"


class LabourEnded(LabourEvent):
    action = "labour.ended"


class LabourBegunAnew(LabourEvent):
    action = "labour.begun_anew"


def do_nothing(job: Job, on_progress: OnProgress) -> str:
    on_progress(Progress(50, "middle", "In the middle"))
    return f"attempt {job.attempt}"


class Labour:
    """Runs what `script` is, and calls `at_end` before it publishes an end."""

    name = "labour"
    queue = Queue.MESH_GENERATION

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.script: Callable[[Job, OnProgress], str] = do_nothing
        self.at_end: Callable[[Job], None] = lambda _: None

    def run(self, job: Job, on_progress: OnProgress) -> str:
        return self.script(job, on_progress)

    def ended(self, job: Job, result: str | None, publish: Publish) -> None:
        self.at_end(job)
        publish(LabourEnded(job_id=job.id, after={"status": job.status, "result": result}))

    def begun_anew(self, job: Job, publish: Publish) -> None:
        publish(LabourBegunAnew(job_id=job.id))


LABOUR = Labour()
register(LABOUR)


def new_job(user: User | None = None, queue: Queue | None = None) -> Job:
    return create_job(kind=LABOUR.name, subject=uuid4(), user=user, queue=queue)


def ends(job: Job) -> list[tuple[str, str | None]]:
    """The status and the result of each end that was published."""
    entries = AuditEntry.objects.filter(action="labour.ended", subject=f"job/{job.id}")
    return [(entry.after["status"], entry.after["result"]) for entry in entries]


def told(job: Job) -> list[tuple[str, int]]:
    """The status and the percentage of each event, whose sequences have no gaps."""
    events = list(JobEvent.objects.filter(job=job).order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [(event.status, event.percent) for event in events]
