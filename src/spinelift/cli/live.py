"""`spinelift live`: what stays open, one of the processes of many machines."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.django_program import set_up_django
from spinelift.cli.exits import STOPS, Exit, UsageError


def live(
    *,
    host: Annotated[
        str, Parameter(help="Address to listen on; default 127.0.0.1, this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on; default 8001.")] = 8001,
) -> int:
    """Tell who follows something what happens, until a signal comes."""
    set_up_django()
    from spinelift.serving import CannotListen
    from spinelift.web.live_server import serve_live

    try:
        serve_live(host, port, STOPS)
    except CannotListen as error:
        raise UsageError(str(error)) from None
    return Exit.GOOD
