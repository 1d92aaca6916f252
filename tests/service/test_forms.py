"""Forms: the same however they are cut into pieces, bounded, and nothing left when they are bad."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from spinelift.service.forms import HELD_BYTES, LONGEST_TEXT, read_form
from spinelift.service.problems import RequestUnreadable

BOUNDARY = "----a-boundary"

Part = tuple[str, str | None, bytes]
"""Name, file name and content."""


def body_of(parts: Sequence[Part], *, end: str = f"--{BOUNDARY}--\r\n") -> bytes:
    content = b""
    for name, filename, data in parts:
        also = "" if filename is None else f'; filename="{filename}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{also}\r\n\r\n'
        content += head.encode() + data + b"\r\n"
    return content + end.encode()


def request_of(chunks: Sequence[bytes], boundary: str = BOUNDARY) -> Request:
    coming = [
        *({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks),
        {"type": "http.request", "body": b"", "more_body": False},
    ]

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    kind = f"multipart/form-data; boundary={boundary}".encode()
    return Request({"type": "http", "headers": [(b"content-type", kind)]}, receive)


def read(request: Request, folder: Path) -> tuple[dict[str, list[str]], list[tuple[str, bytes]]]:
    async def test() -> tuple[dict[str, list[str]], list[tuple[str, bytes]]]:
        async with read_form(request, folder, most_images=2, most_texts=3) as form:
            images = []
            for name, upload in form.images:
                content = upload.path.read_bytes()
                assert upload.sha256 == hashlib.sha256(content).hexdigest()
                images.append((name, content))
            return form.texts, images

    found = asyncio.run(test())
    assert list(folder.iterdir()) == []
    return found


def refused(request: Request, folder: Path) -> str:
    with pytest.raises(RequestUnreadable) as caught:
        read(request, folder)
    assert list(folder.iterdir()) == []
    return str(caught.value)


IMAGES: list[Part] = [
    ("image", "leg.png", b"\x89PNG\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n"),
    ("preset", None, b"balanced"),
    ("image", "größe.png", b""),
    ("job_id", None, b"one"),
    ("job_id", None, "zwölf".encode()),
]


@given(cuts=st.lists(st.integers(0, 600), max_size=20))
def test_form_is_the_same_however_it_is_cut(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = body_of(IMAGES)
    edges = [0, *sorted(cuts), len(body)]
    chunks = [body[start:end] for start, end in itertools.pairwise(edges)]

    texts, images = read(request_of(chunks), tmp_path_factory.mktemp("form"))

    assert texts == {"preset": ["balanced"], "job_id": ["one", "zwölf"]}
    assert images == [("leg.png", IMAGES[0][2]), ("größe.png", b"")]


def test_large_image_is_written_as_it_comes(tmp_path: Path) -> None:
    content = bytes(range(256)) * (3 * HELD_BYTES // 256)
    body = body_of([("image", "large.png", content)])
    sizes: list[int] = []
    request = request_of([body[start : start + 65_536] for start in range(0, len(body), 65_536)])
    receive = request._receive

    async def watched() -> Any:
        sizes.extend(path.stat().st_size for path in tmp_path.iterdir())
        return await receive()

    request._receive = watched
    assert read(request, tmp_path) == ({}, [("large.png", content)])
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 3


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([("image", None, b"text")], "is a text"),
        ([("picture", "a.png", b"x")], "is a file"),
        ([("image", "a.png", b"x")] * 3, "too many images"),
        ([("preset", None, b"x")] * 4, "too many fields"),
        ([("preset", None, b"x" * (LONGEST_TEXT + 1))], "too long"),
        ([("image", "x" * 10_000, b"x")], "cannot be read"),
    ],
)
def test_form_with_what_none_has_is_refused(parts: list[Part], words: str, tmp_path: Path) -> None:
    assert words in refused(request_of([body_of(parts)]), tmp_path)


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (b"", BOUNDARY),
        (b"no form", BOUNDARY),
        (body_of(IMAGES), ""),
        (body_of(IMAGES), "another"),
        (body_of(IMAGES), "x" * 1_000),
        (body_of(IMAGES, end=""), BOUNDARY),
        (body_of(IMAGES)[:100], BOUNDARY),
        (f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\n\r\n".encode(), BOUNDARY),
        (f"--{BOUNDARY}\r\n\r\n\r\n--{BOUNDARY}--\r\n".encode(), BOUNDARY),
        (f"--{BOUNDARY}\r\n".encode() + b"X: y\r\n" * 1_000, BOUNDARY),
    ],
)
def test_what_is_no_whole_form_is_refused(body: bytes, boundary: str, tmp_path: Path) -> None:
    assert len(refused(request_of([body], boundary), tmp_path)) < 200
