"""Images that take their time, each another than all before it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from spinelift.images import encode_png

from ..art import clouds

_drawn = itertools.count(1)


def slow(count: int, size: int = 4000) -> Mapping[str, bytes]:
    """Files by name. One of 4000 pixels takes seconds, and one of 600 a tenth of one."""
    picture = clouds(size)
    return {
        f"cloud-{number}.png": encode_png(np.roll(picture, number, axis=1))
        for number in itertools.islice(_drawn, count)
    }
