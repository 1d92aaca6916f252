"""The service and its storage: on S3 as anywhere, and when it is not to be had."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from spinelift.service.storage import open_storage, save_object

from ..processes import wait_until
from ..s3_server import S3Server
from .serving import GENERATE, WAIT, error, picture, send, serving


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A URL below which nothing lies."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{s3_server.bucket}/{secrets.token_hex(8)}"


def test_service_works_on_s3(s3: str) -> None:
    asyncio.run(save_object(open_storage(s3), "art/tail.png", picture()))
    with serving(storage=s3) as client, serving(storage=s3) as other:
        sent = send(client, headers=WAIT).json()
        stored = other.post(GENERATE, json={"image_key": "art/tail.png"}, headers=WAIT).json()
        missing = client.post(GENERATE, json={"image_key": "art/arm.png"})

    assert (sent["cached"], stored["cached"]) == (False, True)
    assert sent["vertices"] == stored["vertices"]
    assert error(missing) == (404, "IMAGE_NOT_FOUND")


def is_refused(client: httpx.Client, finished: str) -> None:
    """Whatever needs the storage says that it is not there, and what does not is done."""
    for answer in (
        send(client),
        send(client, headers={"Cache-Control": "no-cache"}),
        client.post(GENERATE, json={"image_key": "art/tail.png"}),
        client.get(f"/api/v1/mesh/{finished}/result"),
    ):
        assert error(answer) == (503, "STORAGE_UNAVAILABLE")
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get(f"/api/v1/mesh/{finished}/status").json()["status"] == "completed"
    assert client.get("/live").status_code == 200


def test_service_says_when_s3_is_gone_and_works_once_it_is_back(
    s3: str, s3_server: S3Server
) -> None:
    with serving(storage=s3) as client:
        finished = send(client, headers=WAIT).json()["job_id"]
        s3_server.kill()
        is_refused(client, finished)
        s3_server.start()
        assert send(client, headers=WAIT).status_code == 200


@contextlib.contextmanager
def away(folder: Path) -> Iterator[None]:
    """A file in the place of the folder, as nobody can write there, not even root."""
    aside = folder.rename(folder.with_name("aside"))
    folder.touch()
    yield
    folder.unlink()
    aside.rename(folder)


def test_service_says_when_its_folder_is_gone_and_works_once_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "storage"
    with serving(storage=str(folder)) as client:
        finished = send(client, headers=WAIT).json()["job_id"]
        with away(folder):
            is_refused(client, finished)
        assert client.get(f"/api/v1/mesh/{finished}/result").status_code == 200
        assert send(client, headers=WAIT).json()["cached"]


def test_service_sweeps_its_storage(tmp_path: Path) -> None:
    for place in ("results/old", "uploads/old", "art/old"):
        path = tmp_path / place
        path.parent.mkdir()
        path.touch()
        os.utime(path, times=(0, 0))
    with serving(storage=str(tmp_path)):
        wait_until(lambda: not (tmp_path / "uploads/old").exists())
    assert not (tmp_path / "results/old").exists()
    assert (tmp_path / "art/old").exists()
