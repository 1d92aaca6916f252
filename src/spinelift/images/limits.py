"""How large an image may be, checked before it is decoded, and how its name is shown."""

from __future__ import annotations

from dataclasses import dataclass

from spinelift.images.amounts import BYTES, PIXELS, told_apart
from spinelift.mesh.errors import ImageTooLarge

LONGEST_SHOWN_NAME = 120


@dataclass(frozen=True)
class ImageLimits:
    """What is refused before decoding.

    OpenCV has limits of its own above these defaults: 2**30 pixels and 2**20 pixels a side.

    Attributes
    ----------
    max_pixels
        Width times height.
    max_side
        Width, and height.
    max_bytes
        Size of the file.
    """

    max_pixels: int = 64_000_000
    max_side: int = 16_384
    max_bytes: int = 256 * 2**20

    def check_bytes(self, size: int, name: str) -> None:
        """Raise `ImageTooLarge` for a file of more than `max_bytes` bytes."""
        if size > self.max_bytes:
            given, limit = told_apart(size, self.max_bytes, BYTES)
            raise ImageTooLarge(
                f"{shown(name)} is a file of {given}; the limit is {limit}:"
                " scale the image down or raise the limit."
            )

    def check_size(self, width: int, height: int, name: str) -> None:
        """Raise `ImageTooLarge` for more than `max_side` or `max_pixels` pixels."""
        given = f"{width} x {height} px"
        if max(width, height) > self.max_side:
            limit = f"{self.max_side} px a side"
        elif width * height > self.max_pixels:
            in_all, limit = told_apart(width * height, self.max_pixels, PIXELS)
            given += f", in all {in_all}"
        else:
            return
        raise ImageTooLarge(
            f"{shown(name)} is {given}; the limit is {limit}: scale it down or raise the limit."
        )


DEFAULT_LIMITS = ImageLimits()


def shown(name: str) -> str:
    """Return the name as it may be printed: one line, no control characters, not endless."""
    printable = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )
    if len(printable) > LONGEST_SHOWN_NAME:
        return "\N{HORIZONTAL ELLIPSIS}" + printable[1 - LONGEST_SHOWN_NAME :]
    return printable
