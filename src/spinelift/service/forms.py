"""Forms in parts (RFC 7578), read as they come: images go to disk at once, texts are bounded."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio.to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from spinelift.images.limits import shown
from spinelift.service.orders import Upload
from spinelift.service.problems import RequestUnreadable

IMAGE = "image"
"""What the field of an image is called."""

HELD_BYTES = 2**20
"""How much of an image is held until it is written: less is written sooner than a thread is found
for it, and more would keep other requests waiting."""

LONGEST_TEXT = 64 * 1024


@dataclass(frozen=True)
class Form:
    """The texts of each field, and the names and files of the images, in their order."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    images: list[tuple[str, Upload]] = field(default_factory=list)


@asynccontextmanager
async def read_form(
    request: Request, folder: Path, *, most_images: int, most_texts: int
) -> AsyncIterator[Form]:
    """Read a form; its images lie in `folder` until the `with` block ends, unless moved away.

    Raises RequestUnreadable.
    """
    reading = _Reading(folder, most_images, most_texts)
    try:
        await _read(request, reading)
        yield reading.form
    finally:
        reading.close()


async def _read(request: Request, reading: _Reading) -> None:
    _, options = parse_options_header(request.headers["content-type"])
    if not options.get(b"boundary"):
        raise RequestUnreadable("The form's content type names no boundary: send one.")
    try:
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": reading.begin_part,
                "on_header_field": reading.add_header_name,
                "on_header_value": reading.add_header_value,
                "on_header_end": reading.end_header,
                "on_headers_finished": reading.end_headers,
                "on_part_data": reading.add_data,
                "on_part_end": reading.end_part,
                "on_end": reading.end,
            },
        )
        async for chunk in request.stream():
            parser.write(chunk)
            if reading.image is not None and len(reading.image.held) >= HELD_BYTES:
                await anyio.to_thread.run_sync(reading.image.write)
    except FormParserError as error:
        raise RequestUnreadable(f"The form cannot be read: {shown(str(error))}.") from None
    if not reading.is_over:
        raise RequestUnreadable("The form ends before its last boundary: send it whole.")


class _Reading:
    """What has come of a form, and the part that is coming; its methods are the parser's."""

    def __init__(self, folder: Path, most_images: int, most_texts: int) -> None:
        self.form = Form()
        self.image: _ArrivingImage | None = None
        self.is_over = False
        self._folder = folder
        self._most_images = most_images
        self._most_texts = most_texts
        self._texts = 0
        self._files: list[_ArrivingImage] = []
        self.begin_part()

    def begin_part(self) -> None:
        self.image = None
        self._name = ""
        self._text = bytearray()
        self._disposition = b""
        self._header_name = self._header_value = b""

    def add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise RequestUnreadable("A part of the form has no name: give each one.")
        self._name = _text(options[b"name"])
        if b"filename" in options:
            self._begin_image(_text(options[b"filename"]))
        elif self._name == IMAGE:
            raise RequestUnreadable(f"The field {IMAGE} is a text: send a file.")
        else:
            self._texts += 1
            if self._texts > self._most_texts:
                raise RequestUnreadable(
                    f"The form has too many fields: send at most {self._most_texts}."
                )

    def add_data(self, data: bytes, start: int, end: int) -> None:
        if self.image is not None:
            self.image.held += memoryview(data)[start:end]
            return
        self._text += data[start:end]
        if len(self._text) > LONGEST_TEXT:
            raise RequestUnreadable(
                f"The field {shown(self._name)} is too long: send at most {LONGEST_TEXT} bytes."
            )

    def end_part(self) -> None:
        if self.image is not None:
            self.form.images.append((self.image.name, self.image.end()))
        else:
            self.form.texts.setdefault(self._name, []).append(_text(self._text))

    def end(self) -> None:
        self.is_over = True

    def close(self) -> None:
        for image in self._files:
            image.discard()

    def _begin_image(self, filename: str) -> None:
        if self._name != IMAGE:
            raise RequestUnreadable(f"The field {shown(self._name)} is a file: send it as text.")
        if len(self._files) == self._most_images:
            raise RequestUnreadable(
                f"The form has too many images: send at most {self._most_images}."
            )
        self.image = _ArrivingImage(filename, self._folder / secrets.token_hex(16))
        self._files.append(self.image)


class _ArrivingImage:
    """A file that grows as its image comes; `held` is what has come and is not in it yet."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.held = bytearray()
        self._path = path
        self._file = path.open("wb")
        self._digest = hashlib.sha256()

    def write(self) -> None:
        """Write down what is held."""
        self._digest.update(self.held)
        self._file.write(self.held)
        self.held.clear()

    def end(self) -> Upload:
        self.write()
        self._file.close()
        return Upload(self._path, self._digest.hexdigest())

    def discard(self) -> None:
        try:
            self._file.close()  # which tries to write again what a full disk did not take
        finally:
            self._path.unlink(missing_ok=True)


def _text(data: bytes | bytearray) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
