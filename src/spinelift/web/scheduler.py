"""What happens by the clock: jobs that were lost are found, and what is old is cleaned away.

Any number of processes may do this at once.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from spinelift.web.jobs.models import Job
from spinelift.web.jobs.reconciling import periodically
from spinelift.web.jobs.services import create_job

CLEANING = "mesh_cleanup"
CLEANED_EVERY = timedelta(hours=1)
NOTHING = UUID(int=0)
"""What a job is about that is about nothing in particular."""


def keep_time(stop: threading.Event) -> None:
    """Go on until told to stop, also while the database cannot be reached."""
    periodically(stop, also=[ask_for_cleaning])


def ask_for_cleaning() -> None:
    """Make a job of it, where the last one was made an hour ago."""
    since = timezone.now() - CLEANED_EVERY
    with transaction.atomic():
        if not Job.objects.filter(kind=CLEANING, created_at__gt=since).exists():
            create_job(kind=CLEANING, subject=NOTHING, user=None)
