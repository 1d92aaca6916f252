"""The commands and their names; what a command does is loaded when it is asked for."""

from __future__ import annotations

from cyclopts import App, Parameter

from spinelift.cli.exits import UsageError
from spinelift.version import __version__

EPILOGUE = (
    "Exit codes: 0 good, 1 some input failed or a check failed, 2 usage or configuration, "
    "3 no input readable, 4 a bug in SpineLift, 130 interrupted."
)

app = App(
    name="spinelift",
    help="Images in, Spine meshes out: few, good vertices that cover every visible pixel.",
    help_format="plaintext",
    help_epilogue=EPILOGUE,
    version=__version__,
    default_parameter=Parameter(negative=(), show_default=False),
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
_COMMANDS = {
    "mesh": "Mesh images: write a Spine skeleton and its images.",
    "check": "Judge images or a skeleton: coverage, budget, slivers, overdraw. Writes no mesh.",
    "diff": "Say what changed between two skeletons.",
    "presets": "Show presets, parameters and targets.",
    "init": "Write a commented spinelift.toml.",
    "serve": "Serve the whole system on this machine.",
    "web": "Serve the web application, one of the processes of many machines.",
    "worker": "Do the jobs of the web application.",
    "live": "Tell who follows something what happens.",
    "scheduler": "Find the jobs that were lost, and have removed what is old.",
    "manage": "Run a command of Django's, such as migrate.",
    "mesh-service": "Serve meshes over HTTP.",
    "cache": "Show or clear what was kept of earlier runs.",
}
for _command, _help in _COMMANDS.items():
    _name = _command.replace("-", "_")
    # What comes after `manage` is for Django, a call for help too.
    _flags = {"help_flags": (), "version_flags": ()} if _command == "manage" else {}
    app.command(f"spinelift.cli.{_name}:{_name}", name=_command, help=_help, **_flags)


def parse_and_run(arguments: list[str]) -> int:
    """Parse, run the command, and give its exit code."""
    if "" in arguments:
        # It would be the current folder, which nobody who left a variable unset has meant.
        raise UsageError("One argument is empty: is a variable of your script not set?")
    try:
        return app(_stdin_last(arguments)) or 0
    except SystemExit as stop:
        # The parser of arguments leaves this way, after it has said what is wrong.
        return stop.code if isinstance(stop.code, int) else 0


def _stdin_last(arguments: list[str]) -> list[str]:
    """Move a lone `-` behind `--`, where the parser does not take it for a misspelt flag."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags, paths = arguments[:end], arguments[end + 1 :]
    if "-" not in flags:
        return arguments
    return [*(given for given in flags if given != "-"), "--", *paths, "-"]
