"""Answers that are sent piece by piece, by servers of both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK_BYTES = 64 * 1024


def streaming(
    request: HttpRequest, pieces: Iterator[bytes], *, kind: str, name: str
) -> StreamingHttpResponse:
    """Send the pieces as a file to be kept, under that name.

    Django would gather all pieces of an ordinary iterator first where the server speaks ASGI.
    """
    if request.method == "HEAD":
        _close(pieces)  # nobody will read them
    content = _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces
    disposition = content_disposition_header(True, name) or "attachment"
    return StreamingHttpResponse(
        content, content_type=kind, headers={"Content-Disposition": disposition}
    )


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file from its beginning; it is closed at its end, or when nobody wants the rest."""
    file.seek(0)
    return _Pieces(file)


class _Pieces(Iterator[bytes]):
    """No generator, which would not close what nobody has begun to read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __next__(self) -> bytes:
        piece = self._file.read(CHUNK_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        self._file.close()


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while (piece := await sync_to_async(_next)(pieces)) is not None:
            yield piece
    finally:
        await sync_to_async(_close)(pieces)


def _close(pieces: Iterator[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
