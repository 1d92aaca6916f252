"""`spinelift init`: a commented spinelift.toml to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.configuration import FILE_NAME
from spinelift.cli.console import say
from spinelift.cli.exits import Exit, UsageError
from spinelift.cli.options import described_range
from spinelift.cli.writing import writing
from spinelift.mesh.parameters import PARAMETERS, ParameterSpec
from spinelift.mesh.presets import BALANCED, PRESETS, TARGETS

TEMPLATE = """\
# Settings of SpineLift for this folder and the folders below it.
# Stronger is what comes later: this file, its rules from top to bottom, the command line.

# Where the parameters start: {presets}. A preset sets every parameter.
preset = "{balanced}"

# Ceiling of vertices for a mesh: {targets}.
# target = "mobile"

[parameters]
{parameters}

# Rules hold for the images that a glob matches, from this folder; the last one wins.
# [[rules]]
# files = ["hair/**/*.png"]
# preset = "high-detail"
# [rules.parameters]
# max_vertices = 48

[output]
# directory = "spine"
# spine_version = "4.2"
# atlas = false
# layout = "layout.json"

[limits]
# max_pixels = 64000000
# max_side = 16384
# max_bytes = 268435456
# max_seconds = 120
"""


def init(
    folder: Annotated[Path, Parameter(help="Where to; default here.")] = Path(),
    /,
) -> int:
    """Write a commented spinelift.toml; one that is there is never overwritten."""
    path = folder / FILE_NAME
    with writing(path):
        try:
            file = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            raise UsageError(f"{path} is there already, and stays as it is.") from None
        try:
            with file:
                file.write(template())
        except BaseException:
            path.unlink()
            raise
    say(f"Wrote {path}.")
    return Exit.GOOD


def template() -> str:
    """The file's text; every setting of it is a comment, or the default."""
    return TEMPLATE.format(
        presets=", ".join(PRESETS),
        balanced=BALANCED,
        targets=", ".join(TARGETS),
        parameters="\n".join(map(_commented, PARAMETERS.values())),
    )


def _commented(spec: ParameterSpec) -> str:
    default = spec.default if spec.default is not None else "none"
    value = f'"{default}"' if isinstance(default, str) else f"{default}"
    return f"# {spec.help} {described_range(spec)}\n# {spec.name} = {value}"
