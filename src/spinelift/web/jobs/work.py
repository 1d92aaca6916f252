"""What a worker does with the id of a job."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from spinelift.contract.problems import Problem, problem
from spinelift.mesh.errors import SpineLiftError
from spinelift.web.actors import SYSTEM
from spinelift.web.errors import WebError
from spinelift.web.jobs.kinds import Postponed, kind_of
from spinelift.web.jobs.models import ATTEMPTS, Job
from spinelift.web.jobs.services import JobLost, claim, complete_job, fail_job, postpone, put_back
from spinelift.web.jobs.tracker import ProgressTracker
from spinelift.web.operations import operation

log = structlog.get_logger()

DATABASE_AWAY = (InterfaceError, OperationalError)
LONGEST_POSTPONED = timedelta(hours=1)
BACK_OFF_SECONDS = 10
"""After the first attempt that met a bug, and twice as many after the second."""


def look(job_id: UUID) -> None:
    """Do the job, where that is to be done. Never raises: the reconciler sees what is left."""
    with structlog.contextvars.bound_contextvars(job_id=str(job_id)):
        try:
            job = claim(job_id=job_id)
            if job is not None:
                _attempt(job)
        except JobLost:
            log.info("job.lost")
        except DATABASE_AWAY as error:
            # Nothing can be written of it now: its lease lapses, and it is begun anew.
            log.warning("job.left", error=repr(error))
        except Exception:
            log.exception("job.left")


def _attempt(job: Job) -> None:
    kind = kind_of(job)
    try:
        with ProgressTracker(job) as tracker:
            result = kind.run(job, tracker)
        with operation(SYSTEM) as publish:
            complete_job(publish=publish, job=job, result=result)
    except (JobLost, *DATABASE_AWAY):
        raise
    except Postponed as postponed:
        _postpone(job, postponed)
    except SpineLiftError as error:
        _fail(job, problem(error))
    except WebError as error:
        _fail(job, {"code": error.code, "message": str(error), "details": {}})
    except Exception:
        log.exception("job.bug", attempts_left=job.attempts_left)
        _begin_anew(job)


def _postpone(job: Job, postponed: Postponed) -> None:
    """For an hour at most; what waits for its turn meanwhile is tried at least once after it."""
    since = job.postponed_since
    if since is not None and timezone.now() - since > LONGEST_POSTPONED:
        message = f"{postponed} It was tried again for an hour."
        _fail(job, {"code": "JOB_GIVEN_UP", "message": message, "details": {}})
    else:
        log.info("job.postponed", seconds=postponed.seconds, reason=str(postponed))
        postpone(job=job, seconds=postponed.seconds, message=str(postponed))


def _begin_anew(job: Job) -> None:
    if job.attempts_left:
        seconds = BACK_OFF_SECONDS * (ATTEMPTS - job.attempts_left)
        put_back(job=job, seconds=seconds, message="Something went wrong: waiting to try again")
    else:
        message = "Something went wrong on our side, and was logged: tell whoever runs this site."
        _fail(job, {"code": "INTERNAL", "message": message, "details": {}})


def _fail(job: Job, problem: Problem) -> None:
    log.info("job.failed", code=problem["code"])
    with operation(SYSTEM) as publish:
        fail_job(publish=publish, job=job, problem=problem)
