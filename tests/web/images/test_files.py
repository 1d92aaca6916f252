"""Files are looked at where they lie."""

from __future__ import annotations

import tempfile
import tracemalloc

import numpy as np
import pytest

from spinelift.images import DEFAULT_LIMITS
from spinelift.mesh.errors import ImageTooLarge
from spinelift.web.images.files import examine

from ...image_files import bmp, gif


@pytest.mark.parametrize(
    "head",
    [
        bmp(np.zeros((4, 4, 4), dtype=np.uint8)),
        gif(np.zeros((4, 4), dtype=np.uint8), [(0, 0, 0)] * 4)[:-1],
    ],
)
def test_large_file_is_never_in_memory_as_a_whole(head: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(head)
        file.truncate(DEFAULT_LIMITS.max_bytes)
        tracemalloc.start()
        try:
            found = examine(file, "arm")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (found.size, found.header.width) == (DEFAULT_LIMITS.max_bytes, 4)
        assert peak < 4 * 2**20

        file.truncate(DEFAULT_LIMITS.max_bytes + 1)
        with pytest.raises(ImageTooLarge):
            examine(file, "arm")
