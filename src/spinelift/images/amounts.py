"""Bytes and pixels in words, in the unit that fits them."""

from __future__ import annotations

from collections.abc import Mapping

BYTES = {"bytes": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}
PIXELS = {"px": 1, "megapixels": 10**6}


def in_words(amount: int, units: Mapping[str, int]) -> str:
    """Give an amount to a tenth of the largest unit of which there is about one.

    `units` are from small to large; the first is one of what is counted.
    """
    smallest, *larger = units
    fitting = [unit for unit in larger if round(amount / units[unit], 1) >= 1]
    unit = fitting[-1] if fitting else smallest
    number = f"{amount / units[unit]:.1f}".removesuffix(".0")
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def told_apart(amount: int, limit: int, units: Mapping[str, int]) -> tuple[str, str]:
    """Give an amount and the limit that it is over; exactly, where in short they look the same."""
    both = in_words(amount, units), in_words(limit, units)
    if both[0] != both[1]:
        return both
    smallest = next(iter(units))
    return f"{amount} {smallest}", f"{limit} {smallest}"
