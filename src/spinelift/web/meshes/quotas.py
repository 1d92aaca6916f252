"""How many meshes may wait at once."""

from __future__ import annotations

from django.conf import settings

from spinelift.web.accounts.models import User
from spinelift.web.errors import RequestTooLarge, TooManyJobs
from spinelift.web.jobs.models import UNFINISHED, Job

LATER_SECONDS = 10
"""When to ask again who has too many meshes waiting."""


def check_room(user: User | None, more: int) -> None:
    """Raises TooManyJobs, and RequestTooLarge for more than could ever wait at once."""
    if user is None:
        return
    allowed = settings.LIMITS.jobs
    if more > allowed:
        raise RequestTooLarge(
            f"These are {more} meshes, and at most {allowed} may wait at once: ask for fewer."
        )
    # Who asks at once for two projects asks one after the other. Locked after projects.
    User.objects.select_for_update(no_key=True).filter(id=user.id).first()
    waiting = Job.objects.filter(user=user, status__in=UNFINISHED).count()
    if waiting + more > allowed:
        raise TooManyJobs(
            f"{waiting} meshes of {user.email} are waiting, and at most {allowed} may: go on when "
            "some are done.",
            retry_after=LATER_SECONDS,
        )
