"""The kinds of jobs there are: what features tell this one how to do and how to end theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol, TypeVar

from spinelift.contract.generation import OnProgress
from spinelift.web.jobs.models import Job, Queue
from spinelift.web.operations import Publish

Result = TypeVar("Result")


class Postponed(Exception):
    """What a job needs is not to be had now, and will be later.

    Parameters
    ----------
    seconds
        After which to try again.
    reason
        A sentence, for who waits for the job.
    """

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class JobKind(Protocol[Result]):
    """How jobs of one kind are done. Each may be done more than once, and its end comes once."""

    @property
    def name(self) -> str:
        """What `Job.kind` says; rows that have it may be older than the code."""
        ...

    @property
    def queue(self) -> Queue:
        """Where its jobs wait, unless who creates one says otherwise."""
        ...

    def run(self, job: Job, on_progress: OnProgress) -> Result:
        """Do it, outside of any transaction, and change nothing that `ended` could.

        Raises SpineLiftError or WebError for what to tell the person: the job has failed.
        Raises Postponed for what will pass by itself. Anything else is a bug, and the job is begun
        anew while it has attempts left. What `on_progress` raises must end it.
        """
        ...

    def ended(self, job: Job, result: Result | None, publish: Publish) -> None:
        """Write what came of it, in the transaction in which it ends, whichever way.

        `job.status` says which: a completed one alone has a result. What is raised here undoes the
        end.
        """
        ...

    def begun_anew(self, job: Job, publish: Publish) -> None:
        """Write that it waits once more, in the transaction in which somebody tries it again."""
        ...


_kinds: dict[str, JobKind[Any]] = {}


def register(kind: JobKind[Any]) -> None:
    """Make a kind known, as features do in their `AppConfig.ready`."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"there is another kind of jobs named {kind.name}")


def kind_of(job: Job) -> JobKind[Any]:
    """How to do a job. Raises LookupError where this process does not know."""
    return kind_named(job.kind)


def kind_named(name: str) -> JobKind[Any]:
    """The kind with this name. Raises LookupError."""
    return _kinds[name]


def known_kinds() -> Collection[str]:
    """The names of all kinds that this process can do."""
    return _kinds.keys()
