"""A URL that a user gave in, the bytes behind it in a file out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

import httpcore

from spinelift.images.amounts import BYTES, in_words
from spinelift.images.limits import ImageLimits, shown
from spinelift.mesh.errors import ImageTooLarge
from spinelift.outbound.requests import Outbound, UrlUnreachable

_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Fetched:
    """What was written to the file."""

    size: int
    sha256: str


class Fetcher:
    """Fetches images by their URLs.

    Parameters
    ----------
    outbound
        Opens the URLs.
    limits
        Only `max_bytes` counts here.
    seconds
        For one image, from the look-up of its host to its last byte.
    """

    def __init__(self, outbound: Outbound, limits: ImageLimits, seconds: float) -> None:
        self._outbound = outbound
        self._limits = limits
        self._seconds = seconds

    async def fetch(self, url: str, file: BinaryIO) -> Fetched:
        """Write what the URL names to `file`, which the caller discards where this raises.

        Raises
        ------
        UrlRefused
            The URL, or where it leads, is not allowed.
        UrlUnreachable
            It does not answer, not with an image's bytes, or not in time.
        ImageTooLarge
            It has more bytes than may be; found as soon as it can be known.
        OSError
            The file cannot be written.
        """
        digest, size = hashlib.sha256(), 0
        async with self._outbound.request(
            "GET", url, seconds=self._seconds, headers=_HEADERS
        ) as response:
            name = _name(url)
            self._check_head(response, name)
            async for chunk in response.aiter_stream():
                size += len(chunk)
                if size > self._limits.max_bytes:
                    limit = in_words(self._limits.max_bytes, BYTES)
                    raise ImageTooLarge(
                        f"{name} is a file of more than {limit}, the limit: scale the image down "
                        "or raise the limit."
                    )
                digest.update(chunk)
                file.write(chunk)
        return Fetched(size, digest.hexdigest())

    def _check_head(self, response: httpcore.Response, name: str) -> None:
        if response.status != 200:
            raise UrlUnreachable(
                f"{name} is not to be had, its server answers {response.status}: check that the "
                "URL opens in a browser where nobody is logged in."
            )
        headers = {key.lower(): value for key, value in response.headers}
        encoding = headers.get(b"content-encoding", b"identity").decode("ascii", "replace").lower()
        if encoding != "identity":
            raise UrlUnreachable(
                f"{name} comes compressed ({shown(encoding)}), though that was not asked for: "
                "have its server send the file as it is."
            )
        # httpcore has checked that it is a number; where it lies, the bytes are counted anyway.
        self._limits.check_bytes(int(headers.get(b"content-length", 0)), name)


def _name(url: str) -> str:
    """The file's name in the URL, else its host; never the query, which may hold a key."""
    parts = urlsplit(url)
    return shown(parts.path.rpartition("/")[2] or parts.netloc)
