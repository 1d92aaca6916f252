"""`spinelift manage`: Django's commands and ours, such as migrate and verify_audit."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.django_program import set_up_django
from spinelift.cli.exits import Exit, UsageError


def manage(
    *arguments: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
) -> int:
    """Run one of Django's commands: migrate, createsuperuser, verify_audit ..."""
    set_up_django()
    from django.core.management import ManagementUtility
    from django.db import OperationalError

    try:
        ManagementUtility(["spinelift manage", *arguments]).execute()
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"The database does not do as it is asked: {reason}.") from None
    return Exit.GOOD
