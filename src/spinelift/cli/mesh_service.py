"""`spinelift mesh-service`: meshes over HTTP, until a signal ends it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.exits import STOPS, Exit, UsageError
from spinelift.cli.packages import packages_of


def mesh_service(
    *,
    host: Annotated[
        str | None, Parameter(help="Address to listen on; default 127.0.0.1, this machine alone.")
    ] = None,
    port: Annotated[int | None, Parameter(help="Port to listen on; default 8000.")] = None,
    workers: Annotated[
        int | None, Parameter(help="Jobs at a time; default: the usable cores.")
    ] = None,
) -> int:
    """Serve meshes over HTTP. Everything else is set by SPINELIFT_...: see docs/operations.md."""
    with packages_of("service"):
        from spinelift.service.server import run_service
        from spinelift.service.settings import UnusableSettings, read_settings
        from spinelift.serving import CannotListen
    flags = {"host": host, "port": port, "workers": workers}
    try:
        settings = read_settings(**{name: it for name, it in flags.items() if it is not None})
        run_service(settings, STOPS)
    except (CannotListen, UnusableSettings) as error:
        raise UsageError(str(error)) from None
    except SystemExit:  # the server's, which has logged why it cannot start
        return Exit.INTERNAL
    return Exit.GOOD
