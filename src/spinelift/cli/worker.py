"""`spinelift worker`: does jobs, one of the processes of many machines."""

from __future__ import annotations

from spinelift.cli.django_program import set_up_django
from spinelift.cli.exits import STOPS, Exit


def worker() -> int:
    """Do jobs until a signal comes, and end those that were begun."""
    set_up_django()
    from spinelift.web.processes import work

    work(STOPS)
    return Exit.GOOD
