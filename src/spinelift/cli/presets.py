"""`spinelift presets`: the named sets of parameters, the parameters, and the targets."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from spinelift.cli.console import table
from spinelift.cli.exits import Exit
from spinelift.cli.options import described, described_range
from spinelift.cli.report import write_json
from spinelift.mesh.parameters import PARAMETERS
from spinelift.mesh.presets import PRESETS, TARGETS


def presets(*, json: Annotated[bool, Parameter(help="One JSON object on stdout.")] = False) -> int:
    """Show the presets, every parameter with its range, and the targets."""
    if json:
        write_json(
            {
                "parameters": [asdict(spec) for spec in PARAMETERS.values()],
                "presets": {name: preset.to_mapping() for name, preset in PRESETS.items()},
                "targets": dict(TARGETS),
            }
        )
        return Exit.GOOD
    rows = [
        (name, *(described(preset.to_mapping()[name]) for preset in PRESETS.values()))
        for name in PARAMETERS
    ]
    targets = [(name, described(ceiling)) for name, ceiling in TARGETS.items()]
    helps = [f"{spec.name}: {spec.help} {described_range(spec)}" for spec in PARAMETERS.values()]
    sys.stdout.write(table(("parameter", *PRESETS), rows))
    sys.stdout.write("\n" + table(("target", "most vertices"), targets))
    sys.stdout.write("\n" + "\n".join(helps) + "\n")
    return Exit.GOOD
