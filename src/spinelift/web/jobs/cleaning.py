"""What features remove from time to time, beyond what the one that has the clock knows of."""

from __future__ import annotations

from collections.abc import Callable

_removals: dict[str, Callable[[], int]] = {}


def clean_too(name: str, remove: Callable[[], int]) -> None:
    """Have `remove` called now and then, as features ask for in their `AppConfig.ready`.

    It removes a bounded part at a time, and returns how much.
    """
    _removals[name] = remove


def clean_all() -> dict[str, int]:
    """Let each remove what it can now; says how much each did."""
    return {name: remove() for name, remove in _removals.items()}
