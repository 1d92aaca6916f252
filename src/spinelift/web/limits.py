"""How much one user may have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UserLimits:
    """Of one user.

    Attributes
    ----------
    images, image_bytes
        In the projects that the user owns.
    jobs
        That the user asked for and that have not ended.
    requests_a_minute
        To the API.
    request_bytes
        Of one request; the archives in it may hold as much when they are unpacked.
    """

    images: int = 20_000
    image_bytes: int = 20_000_000_000
    jobs: int = 5_000
    requests_a_minute: int = 1_200
    request_bytes: int = 1_000_000_000
