"""The names of slots, attachments and images: which ones every consumer can hold."""

from __future__ import annotations

import unicodedata

from spinelift.spine.errors import NameUnusable

LONGEST_SAID = 120
"""Letters of a name in a message."""


def check_name(name: str) -> None:
    """Raise `NameUnusable` if `name` cannot be an attachment and, with ".png", its image's path.

    Folders are separated by "/". Letters of every script are fine. Refused is what leaves the
    images folder (`..`, `/` in front, a backslash, a drive), what an atlas file takes for its own
    syntax (a colon, blanks at an end: readers trim lines), and what no file holds (control
    characters, line separators, half a surrogate pair).
    """
    fault = _fault(name)
    if fault:
        said = name if len(name) <= LONGEST_SAID else f"{name[: LONGEST_SAID - 1]}…"
        raise NameUnusable(f"The name {said!r} cannot be used: it {fault}. Rename the image.")


def without_case(name: str) -> str:
    """What names that look alike to Windows or macOS have in common.

    https://www.unicode.org/versions/latest/core-spec/chapter-3/ (D145)
    """
    decomposed = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFD", decomposed)


def attachment_names(image: str, count: int) -> tuple[str, ...]:
    """Name an image's meshes: like the image, and numbered where it has several."""
    if count == 1:
        return (image,)
    return tuple(f"{image}-{number}" for number in range(1, count + 1))


def _fault(name: str) -> str | None:
    if not name:
        return "is empty"
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in name):
        return "contains a control character or a broken one"
    if name != name.strip():
        return "starts or ends with a blank"
    for character in "\\:":
        if character in name:
            return f"contains {character}"
    if any(folder in {"", ".", ".."} for folder in name.split("/")):
        return "does not stay inside the images folder"
    return None
