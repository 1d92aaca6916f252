"""`spinelift serve`: the whole system on this machine, until a signal ends it."""

from __future__ import annotations

import ipaddress
import os
import socket
import webbrowser
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.django_program import EMBEDDED, SETTINGS, set_up_django
from spinelift.cli.exits import STOPS, Exit, UsageError
from spinelift.cli.packages import packages_of


def serve(
    *,
    host: Annotated[
        str, Parameter(help="Address to listen on; default 127.0.0.1, this machine alone.")
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(help="Port to listen on; default 8000.")] = 8000,
    data: Annotated[
        Path | None, Parameter(help="Folder to keep everything in; default: your data folder.")
    ] = None,
    open: Annotated[
        bool, Parameter(help="Open the address that is printed in the browser.")
    ] = False,
    accounts: Annotated[
        bool,
        Parameter(
            help="People register and log in at the address that is printed; without it, it is a "
            "one-time link that signs you in."
        ),
    ] = False,
    demo: Annotated[bool, Parameter(help="Begin with a project of drawn art.")] = False,
) -> int:
    """Serve the whole system: images, meshes, jobs; everything kept in one folder."""
    if not accounts and not _is_loopback(host):
        raise UsageError(
            f"{host} can be reached by others, who would be let in as you: add --accounts."
        )
    with packages_of("web"):
        from platformdirs import user_data_path

        from spinelift.serving import CannotListen, listen
    folder = (data or user_data_path("spinelift", appauthor=False)).absolute()
    try:
        listening = listen(host, port)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except CannotListen as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be used ({error.strerror}).") from None
    with listening:
        os.environ |= {
            SETTINGS: EMBEDDED,
            "SPINELIFT_DATA": str(folder),
            "SPINELIFT_ACCOUNTS": "yes" if accounts else "",
        }
        os.environ.setdefault("SPINELIFT_PUBLIC_URL", _url(listening, host))
        return _serve(listening, folder, with_demo=demo, opens=open)


def _serve(listening: socket.socket, data: Path, *, with_demo: bool, opens: bool) -> int:
    set_up_django()
    from spinelift.web.server import FolderTaken, serve

    def say(url: str) -> None:
        print(f"Open {url}", flush=True)  # noqa: T201  # the first line, for people and scripts
        if opens:
            webbrowser.open(url)

    try:
        is_hurried = serve(listening, STOPS, data=data, with_demo=with_demo, say=say)
    except FolderTaken as error:
        raise UsageError(str(error)) from None
    return Exit.INTERRUPTED if is_hurried else Exit.GOOD


def _url(listening: socket.socket, host: str) -> str:
    port = listening.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
