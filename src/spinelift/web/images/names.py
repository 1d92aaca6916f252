"""Names of images, which Spine has to be able to hold."""

from __future__ import annotations

from spinelift.spine.errors import NameUnusable
from spinelift.spine.names import check_name
from spinelift.web.errors import NameRefused
from spinelift.web.names import checked_name


def checked_image_name(text: str) -> str:
    """Give the name without white space around it. Raises NameRefused."""
    name = checked_name(text)
    try:
        check_name(name)
    except NameUnusable as error:
        raise NameRefused(str(error)) from None
    return name


def name_of_file(path: str) -> str:
    """The image's name: its folders stay, and its extension goes."""
    folders, slash, file = path.rpartition("/")
    stem, _, _ = file.rpartition(".")
    return f"{folders}{slash}{stem or file}"
