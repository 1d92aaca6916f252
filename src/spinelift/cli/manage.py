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
    from django.db import OperationalError, ProgrammingError

    try:
        ManagementUtility(["spinelift manage", *arguments]).execute()
    except OperationalError as error:
        raise _without_tables() or _refused(error) from None
    except ProgrammingError:  # which PostgreSQL has for tables that are not there
        without = _without_tables()
        if without is None:
            raise
        raise without from None
    return Exit.GOOD


def _without_tables() -> UsageError | None:
    """What there is to do about a database that lacks what this version has; None for others."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return None
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    return UsageError(
        "The database has no tables yet, or not those of this version: run "
        "`spinelift manage migrate` first."
    )


def _refused(error: Exception) -> UsageError:
    reason = " ".join(str(error).split())
    return UsageError(f"The database does not do as it is asked: {reason}.")
