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


class RequestUnreadable(WebError):
    """Not what it says that it is."""

    code: ClassVar[str] = "REQUEST_UNREADABLE"


class MailUnavailable(WebError):
    """The mail server takes none."""

    code: ClassVar[str] = "MAIL_UNAVAILABLE"


class TooMuch(WebError):
    """More than one may have, or may ask for now.

    Attributes
    ----------
    retry_after
        Seconds from which on it may be asked for again; None where that will not help.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooManyRequests(TooMuch):
    """In one minute."""

    code: ClassVar[str] = "TOO_MANY_REQUESTS"


class TooManyJobs(TooMuch):
    """Waiting, of one user."""

    code: ClassVar[str] = "TOO_MANY_JOBS"


class QuotaExceeded(TooMuch):
    """Of what one user may keep."""

    code: ClassVar[str] = "QUOTA_EXCEEDED"


class StorageUnavailable(WebError):
    """The files cannot be reached; whether it took what it was given is not known."""

    code: ClassVar[str] = "STORAGE_UNAVAILABLE"


class RequestTooLarge(TooMuch):
    """One request carries more than it may."""

    code: ClassVar[str] = "REQUEST_TOO_LARGE"
