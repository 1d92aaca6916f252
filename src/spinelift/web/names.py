"""Names that people give to things."""

from __future__ import annotations

import unicodedata

from spinelift.web.errors import NameRefused

LONGEST = 200


def checked_name(text: str) -> str:
    """Give the name without white space around it.

    Raises NameRefused for one that is empty, too long, or has characters that cannot be seen: they
    would make two names look the same, or a list look like another.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise NameRefused("The name is empty: give one.")
    if len(name) > LONGEST:
        raise NameRefused(f"The name has {len(name)} characters: use at most {LONGEST}.")
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in name):
        raise NameRefused("The name has characters that cannot be seen: leave them out.")
    return name
