"""Asking the API for something to do with images, as a program with a token does."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from spinelift.images import encode_png
from spinelift.web.accounts.models import Scope, User
from spinelift.web.accounts.services import create_token
from spinelift.web.actors import SYSTEM
from spinelift.web.projects.models import Project

API = "/api/v1"


def picture(shade: int = 255, width: int = 30, height: int = 20) -> bytes:
    return encode_png(np.full((height, width, 4), shade, dtype=np.uint8))


def archive(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return file.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Asker:
    """Somebody's program."""

    def __init__(self, user: User, scope: Scope = Scope.WRITE) -> None:
        _, text = create_token(actor=SYSTEM, user=user, name="tests", scope=scope)
        self._client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path: str, **query: str) -> Any:
        return self._client.get(f"{API}{path}", query)

    def ask(self, method: str, path: str, body: Any = None, **environ: Any) -> Any:
        """With a body of bytes, of JSON, or without."""
        raw = isinstance(body, bytes)
        content = body if raw else json.dumps({} if body is None else body)
        kind = "application/octet-stream" if raw else "application/json"
        return self._client.generic(method, f"{API}{path}", content, kind, **environ)

    def send(
        self,
        project: Project,
        sent: Mapping[str, bytes],
        paths: Sequence[str] = (),
        **query: str,
    ) -> Any:
        """Files by their names, as a form."""
        files = [SimpleUploadedFile(name, content) for name, content in sent.items()]
        form = {"files": files, "paths": paths}
        where = f"{API}/projects/{project.id}/images"
        return self._client.post(where, form, query_params=query)

    def add(self, project: Project, name: str = "arm", content: bytes | None = None) -> str:
        """Make an image; gives its id."""
        answer = self.send(project, {f"{name}.png": picture() if content is None else content})
        assert answer.status_code == 201, answer.content
        (image,) = answer.json()["images"]
        image_id: str = image["id"]
        return image_id


def body(answer: Any) -> bytes:
    """Of an answer that may be streamed."""
    content: bytes = answer.getvalue() if answer.streaming else answer.content
    return content
