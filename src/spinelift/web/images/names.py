"""Names of images, which Spine has to be able to hold, and every system as files."""

from __future__ import annotations

from spinelift.images.limits import shown
from spinelift.spine.errors import NameUnusable
from spinelift.spine.names import check_name
from spinelift.web.errors import NameRefused
from spinelift.web.names import checked_name

NOT_ON_WINDOWS = '<>:"|?*'
DEVICES = frozenset(
    {
        *("con", "prn", "aux", "nul"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in "123456789\xb9\xb2\xb3"),
    }
)
"""What Windows takes for a device, with any extension too.

https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
"""


def checked_image_name(text: str) -> str:
    """Give the name without white space around it. Raises NameRefused."""
    name = checked_name(text)
    try:
        check_name(name)
    except NameUnusable as error:
        raise NameRefused(str(error)) from None
    for part in name.split("/"):
        if fault := _fault_on_windows(part):
            raise NameRefused(
                f"The name {shown(name)!r} cannot be used: Windows {fault}. Rename the image."
            )
    return name


def name_of_file(path: str) -> str:
    """The image's name: its folders stay, and its extension goes."""
    folders, slash, file = path.rpartition("/")
    stem, _, _ = file.rpartition(".")
    return f"{folders}{slash}{stem or file}"


def _fault_on_windows(part: str) -> str | None:
    """What is wrong with a folder or a file, for who unpacks a download there."""
    for letter in NOT_ON_WINDOWS:
        if letter in part:
            return f"has no files with {letter} in their names"
    if part.endswith((".", " ")):
        return "has no folders or files that end with a dot or a blank"
    if part.partition(".")[0].rstrip().lower() in DEVICES:
        return f"takes {part.partition('.')[0]} for a device"
    return None
