"""The `spinelift` program: arguments in, exit code out.

Only the version is answered here, because loading the parser of arguments would take most of the
time that a shell prompt may wait for it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from spinelift.cli.exits import (
    HOW_TO_REPORT,
    STOPS,
    Exit,
    UsageError,
    heed_interrupt,
    interrupt,
)
from spinelift.version import __version__


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    sys.exit(_guarded_run(list(sys.argv[1:] if arguments is None else arguments)))


def _guarded_run(arguments: list[str]) -> int:
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A file's name may hold what the terminal's encoding cannot say.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for stop in STOPS:
        # What the caller had ignored stays so: nohup, or a shell that runs us in the background.
        if signal.getsignal(stop) != signal.SIG_IGN:
            signal.signal(stop, interrupt)
    try:
        exit_code = run(arguments)
        sys.stdout.flush()
        return exit_code
    except KeyboardInterrupt:
        _complain("Interrupted: nothing was left half-written.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return Exit.FAILED
    except OSError as error:
        _forget_output()
        _complain(f"The output cannot be written: {(error.strerror or str(error)).lower()}.")
        return Exit.USAGE


def _open_closed_streams() -> None:
    """Lead the standard streams that the caller closed nowhere.

    The next file that is opened would take a closed stream's number, and what is written.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 (it stays open)


def _forget_output() -> None:
    """Let Python find nothing to complain of when it closes an output that is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: list[str]) -> int:
    """Run a command and give its exit code; whatever goes wrong is one sentence on stderr."""
    if arguments == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return Exit.GOOD
    from spinelift.cli.app import parse_and_run

    try:
        return parse_and_run(arguments)
    except UsageError as error:
        _complain(str(error))
        return Exit.USAGE
    except BrokenPipeError:
        raise
    except OSError as error:
        _complain(f"The output cannot be written: {(error.strerror or str(error)).lower()}.")
        return Exit.USAGE
    except Exception as error:
        heed_interrupt()
        if {"-v", "--verbose"} & set(arguments):
            import traceback

            traceback.print_exc()
        _complain(f"This is a bug in SpineLift ({type(error).__name__}: {error}). {HOW_TO_REPORT}")
        return Exit.INTERNAL


def _complain(sentence: str) -> None:
    from spinelift.cli.console import say

    say(f"spinelift: {sentence}")


if __name__ == "__main__":
    main()
