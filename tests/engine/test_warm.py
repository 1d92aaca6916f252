"""Images are decoded once, as long as there is room for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinelift import images
from spinelift.engine.generation import Answer, GenerationTask, generate_answer
from spinelift.engine.warm import MAXIMUM_BYTES, Decoded, WarmImages
from spinelift.images import DEFAULT_LIMITS, ImageLimits, encode_png
from spinelift.mesh.errors import ImageTooLarge, ImageUnreadable
from spinelift.mesh.parameters import MeshParameters

from ..art import disc, write_png

SMALL = encode_png(disc(16))


class Decoder:
    """Decodes, and remembers what."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, content: bytes, limits: ImageLimits, name: str) -> Decoded:
        self.names.append(name)
        return images.decode_alpha(content, limits, name=name)


def result(image: Path, warm: WarmImages, **values: Any) -> dict[str, Any]:
    task = GenerationTask(image, "arm", MeshParameters(**values))
    answer = generate_answer(task, lambda _: None, warm)
    assert isinstance(answer, Answer), answer
    fields: dict[str, Any] = json.loads(answer.result)
    return fields


def test_trying_other_parameters_does_not_decode_again(tmp_path: Path) -> None:
    path, decode = write_png(tmp_path / "arm.png"), Decoder()
    warm = WarmImages(decode=decode)

    fields = [result(path, warm, detail_factor=detail) for detail in (0.01, 0.05, 0.01)]

    assert decode.names == ["arm"]
    assert fields[0] == fields[2] == result(path, WarmImages(), detail_factor=0.01)
    assert fields[1]["hull"] < fields[0]["hull"]


def test_file_that_changed_is_decoded_anew(tmp_path: Path) -> None:
    path, decode = write_png(tmp_path / "arm.png"), Decoder()
    warm = WarmImages(decode=decode)
    before = result(path, warm)

    write_png(path, disc(60))
    after = result(path, warm)

    assert decode.names == ["arm", "arm"]
    assert (before["width"], after["width"]) == (48, 60)


def test_file_of_the_same_size_is_another_where_a_byte_is() -> None:
    warm = WarmImages()
    pictures = [np.full((4, 4), alpha, dtype=np.uint8) for alpha in (100, 200)]
    contents = [encode_png(np.dstack([alpha] * 4)) for alpha in pictures]
    assert len(contents[0]) == len(contents[1])

    for _ in range(2):
        for content, alpha in zip(contents, pictures, strict=True):
            decoded, _ = warm.decode_alpha(content, DEFAULT_LIMITS, name="arm")
            assert np.array_equal(decoded, alpha)


def test_notes_name_the_image_and_limits_hold_for_what_is_warm() -> None:
    warm = WarmImages()
    opaque = encode_png(np.full((9, 9, 4), 255, dtype=np.uint8))

    _, arm = warm.decode_alpha(opaque, DEFAULT_LIMITS, name="arm")
    _, leg = warm.decode_alpha(opaque, DEFAULT_LIMITS, name="leg")

    assert (arm[0].split()[0], leg[0].split()[0]) == ("arm", "leg")
    with pytest.raises(ImageTooLarge):
        warm.decode_alpha(opaque, ImageLimits(max_side=8), name="arm")


def test_what_cannot_be_decoded_is_not_kept() -> None:
    warm = WarmImages()

    for _ in range(2):
        with pytest.raises(ImageUnreadable):
            warm.decode_alpha(b"no image", DEFAULT_LIMITS, name="arm")

    assert warm.size == 0


def test_alpha_that_is_kept_cannot_be_written_to() -> None:
    alpha, _ = WarmImages().decode_alpha(SMALL, DEFAULT_LIMITS, name="arm")

    with pytest.raises(ValueError, match="read-only"):
        alpha[0, 0] = 1


def test_image_that_was_not_used_for_the_longest_time_goes() -> None:
    decode = Decoder()
    warm = WarmImages(2 * (len(SMALL) + 256), decode)

    for name in ("a", "b", "a", "c", "a", "b"):
        warm.decode_alpha(SMALL, DEFAULT_LIMITS, name=name)

    assert decode.names == ["a", "b", "c", "b"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 40), st.integers(0, 1))),
    st.integers(0, 6000),
)
def test_bound_holds_and_what_is_given_is_what_would_be_decoded(
    asked: list[tuple[str, int, int]], maximum: int
) -> None:
    warm = WarmImages(maximum)
    for name, side, shade in asked:
        alpha = np.full((side, side), 100 + shade, dtype=np.uint8)
        content = encode_png(np.dstack([alpha] * 4))

        decoded, _ = warm.decode_alpha(content, DEFAULT_LIMITS, name=name)

        assert np.array_equal(decoded, alpha)
        assert warm.size <= maximum


def test_bound_of_a_process_holds_an_image_of_the_largest_side_in_live_use() -> None:
    assert MAXIMUM_BYTES >= 4096 * 4096 * 2
