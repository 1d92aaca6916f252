"""What cannot be done, and why, for the person who asked for it."""

from __future__ import annotations

from typing import ClassVar


class WebError(Exception):
    """Each has a code for programs; its text is a sentence for people."""

    code: ClassVar[str]


class NotAllowed(WebError):
    """Somebody who may see it, but not do that with it."""

    code: ClassVar[str] = "NOT_ALLOWED"


class NotFound(WebError):
    """It is not there, or not for whoever asks."""

    code: ClassVar[str] = "NOT_FOUND"


class NameRefused(WebError):
    """No name that one could read in a list."""

    code: ClassVar[str] = "NAME_REFUSED"
