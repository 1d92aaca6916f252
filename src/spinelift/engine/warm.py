"""The images that a process decoded last, so that trying other parameters need not decode again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from spinelift import images
from spinelift.images import ImageLimits
from spinelift.mesh.types import Alpha

MAXIMUM_BYTES = 64 * 2**20
"""Of files and decoded alpha: about forty images of 1024 px, or three of 4096 px."""

Decoded: TypeAlias = tuple[Alpha, tuple[str, ...]]

Decode: TypeAlias = Callable[[bytes, ImageLimits, str], Decoded]


def _decode(content: bytes, limits: ImageLimits, name: str) -> Decoded:
    return images.decode_alpha(content, limits, name=name)


class WarmImages:
    """Gives what `images.decode_alpha` does; the images that were used last are kept.

    An image is found by its name, its limits and its file's size, and known by all its bytes.
    Comparing them takes a thirtieth of SHA-256's time (17 us for a megabyte), and an image that is
    new costs nothing.

    Parameters
    ----------
    maximum_bytes
        Of all that is kept. A larger image is not.
    """

    def __init__(self, maximum_bytes: int = MAXIMUM_BYTES, decode: Decode = _decode) -> None:
        self._maximum_bytes = maximum_bytes
        self._decode = decode
        self._kept: OrderedDict[tuple[str, ImageLimits, int], tuple[bytes, Decoded]] = OrderedDict()
        self._bytes = 0
        self._changing = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._bytes

    def decode_alpha(self, content: bytes, limits: ImageLimits, *, name: str) -> Decoded:
        """Decode, or give what was decoded: an alpha that cannot be written to."""
        key = (name, limits, len(content))
        with self._changing:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == content:
                self._kept.move_to_end(key)
                return kept[1]
        decoded = self._decode(content, limits, name)
        decoded[0].setflags(write=False)
        with self._changing:
            self._keep(key, content, decoded)
        return decoded

    def _keep(self, key: tuple[str, ImageLimits, int], content: bytes, decoded: Decoded) -> None:
        """Instead of what has this key, and of what was used longest ago."""
        if key in self._kept:
            self._forget(key)
        size = len(content) + decoded[0].nbytes
        if size > self._maximum_bytes:
            return
        while self._bytes + size > self._maximum_bytes:
            self._forget(next(iter(self._kept)))
        self._kept[key] = content, decoded
        self._bytes += size

    def _forget(self, key: tuple[str, ImageLimits, int]) -> None:
        content, (alpha, _) = self._kept.pop(key)
        self._bytes -= len(content) + alpha.nbytes


WARM = WarmImages()
"""This process's own."""
