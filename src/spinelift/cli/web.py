"""`spinelift web`: the pages and the API over HTTP, one of the processes of many machines."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.django_program import set_up_django
from spinelift.cli.exits import Exit, UsageError


def web(
    *,
    host: Annotated[
        str, Parameter(help="Address to listen on; default 127.0.0.1, this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on; default 8000.")] = 8000,
    workers: Annotated[
        int | None, Parameter(help="Processes that answer; default: the usable cores.")
    ] = None,
    threads: Annotated[
        int, Parameter(help="Requests at a time in each, with a database connection each; 8.")
    ] = 8,
) -> int:
    """Answer HTTP until a signal comes. Its settings are variables: see docs/operations.md."""
    set_up_django()
    from spinelift.engine.pool import usable_cores
    from spinelift.serving import CannotListen
    from spinelift.web.wsgi_server import serve

    for flag, given in (("--workers", workers), ("--threads", threads)):
        if given is not None and given < 1:
            raise UsageError(f"{flag} is {given}, and has to be at least 1.")
    try:
        serve(host, port, workers=workers or usable_cores(), threads=threads)
    except CannotListen as error:
        raise UsageError(str(error)) from None
    return Exit.GOOD
