"""`spinelift scheduler`: finds lost jobs and has old things removed, until a signal ends it."""

from __future__ import annotations

from spinelift.cli.django_program import set_up_django
from spinelift.cli.exits import STOPS, Exit


def scheduler() -> int:
    """Find the jobs that were lost, and have removed what is old, until a signal comes."""
    set_up_django()
    from spinelift.web.processes import keep_the_clock

    keep_the_clock(STOPS)
    return Exit.GOOD
