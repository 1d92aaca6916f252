"""What every storage owes: one suite, run on each of them.

The S3 is one that the tests start, and that refuses what is not signed as it has to be.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from obstore.store import ObjectStore

from spinelift.images.limits import ImageLimits
from spinelift.mesh.errors import ImageNotFound, ImageTooLarge
from spinelift.service.storage import (
    StorageUnavailable,
    delete_object,
    fetch_object,
    is_object_key,
    list_objects,
    open_storage,
    read_object,
    save_object,
    written_at,
)
from spinelift.service.sweeping import SPARE_SECONDS, sweep

from ..s3_server import S3Server

pytestmark = pytest.mark.anyio

LIMITS = ImageLimits()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture(params=["folder", "memory", "s3"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ObjectStore:
    """One that is empty."""
    if request.param == "memory":
        return open_storage("memory:")
    if request.param == "folder":
        return open_storage(str(tmp_path / "storage"))
    server: S3Server = request.getfixturevalue("s3_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return open_storage(f"s3://{server.bucket}/{secrets.token_hex(8)}")


async def fetched(storage: ObjectStore, key: str) -> bytes:
    file = io.BytesIO()
    found = await fetch_object(storage, key, file, LIMITS)
    content = file.getvalue()
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content


async def listed(storage: ObjectStore, prefix: str) -> list[str]:
    return sorted([key async for page in list_objects(storage, prefix) for key in page])


@given(content=st.binary(max_size=10_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
async def test_what_is_saved_is_read_whole(storage: ObjectStore, content: bytes) -> None:
    key = f"results/{secrets.token_hex(8)}"

    await save_object(storage, key, content)

    assert await read_object(storage, key) == content
    assert await fetched(storage, key) == content


async def test_file_is_saved_as_it_is(storage: ObjectStore, tmp_path: Path) -> None:
    file = tmp_path / "image"
    file.write_bytes(b"\x00\xffimage")

    await save_object(storage, "uploads/image", file)

    assert await read_object(storage, "uploads/image") == b"\x00\xffimage"
    assert file.exists()


async def test_object_that_was_never_saved_is_not_there(storage: ObjectStore) -> None:
    assert await read_object(storage, "results/none") is None
    assert await written_at(storage, "results/none") is None
    assert await listed(storage, "results/") == []
    with pytest.raises(ImageNotFound, match=r"art/none\.png"):
        await fetched(storage, "art/none.png")


async def test_folder_of_a_key_is_no_object(storage: ObjectStore) -> None:
    await save_object(storage, "art/hero/arm.png", b"arm")

    for key in ("art", "art/hero", "art/hero/arm"):
        assert await read_object(storage, key) is None
        assert await written_at(storage, key) is None


async def test_objects_of_one_folder_do_not_touch_each_other(storage: ObjectStore) -> None:
    keys = ["a", "b/a", "b/c/a", "b/c.a", "b-c/a", "B/a", "b/..a", "b/a_-.z"]
    for key in keys:
        await save_object(storage, key, key.encode())

    await delete_object(storage, "b/a")

    for key in keys:
        assert await read_object(storage, key) == (None if key == "b/a" else key.encode())


async def test_list_gives_what_lies_below_a_prefix_and_nothing_else(storage: ObjectStore) -> None:
    keys = {f"results/{number:03}" for number in range(120)}
    for key in (*keys, "uploads/1", "results2/1", "art/results/1"):
        await save_object(storage, key, b"1")

    pages = [page async for page in list_objects(storage, "results/")]

    assert {key for page in pages for key in page} == keys
    assert max(map(len, pages)) < len(keys)
    for key, written in pages[0].items():
        assert written == await written_at(storage, key)


async def test_object_tells_when_it_was_last_written(storage: ObjectStore) -> None:
    await save_object(storage, "results/1", b"1")
    first = second = await written_at(storage, "results/1")
    while second == first:  # S3 tells whole seconds
        await save_object(storage, "results/1", b"1")
        second = await written_at(storage, "results/1")

    assert first is not None
    assert second is not None
    assert time.time() - 60 < first < second < time.time() + 60


async def test_deleted_object_is_gone(storage: ObjectStore) -> None:
    await save_object(storage, "uploads/1", b"1")

    await delete_object(storage, "uploads/1")
    await delete_object(storage, "uploads/1")

    assert await read_object(storage, "uploads/1") is None
    assert await listed(storage, "uploads/") == []


async def test_sweep_takes_what_is_old_of_the_services_own_and_nothing_else(
    storage: ObjectStore,
) -> None:
    own = [f"{prefix}{number}" for prefix in ("results/", "uploads/") for number in range(60)]
    others = ["art/1", "results2/1", "art/results/1", "uploads.png"]
    await asyncio.gather(*(save_object(storage, key, b"1") for key in own + others))
    written = [await written_at(storage, key) for key in own]
    kept = 2 * 600 + SPARE_SECONDS

    assert await sweep(storage, 600, clock=lambda: min(filter(None, written)) + kept) == 0
    assert await listed(storage, "results/") == sorted(own[:60])

    assert await sweep(storage, 600, clock=lambda: max(filter(None, written)) + kept + 1) == 120
    assert await listed(storage, "results/") == await listed(storage, "uploads/") == []
    assert [await read_object(storage, key) for key in others] == [b"1"] * len(others)


async def test_replicas_may_sweep_at_once(storage: ObjectStore) -> None:
    keys = [f"results/{number}" for number in range(120)]
    await asyncio.gather(*(save_object(storage, key, b"1") for key in keys))

    await asyncio.gather(*(sweep(storage, 1, clock=lambda: time.time() * 2) for _ in range(5)))

    assert await listed(storage, "results/") == []


async def test_large_object_is_read_whole(storage: ObjectStore, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(40 * 2**20 + 1)
    file = tmp_path / "large"
    file.write_bytes(content)

    await save_object(storage, "uploads/file", file)
    await save_object(storage, "uploads/bytes", content)

    assert await fetched(storage, "uploads/file") == content
    assert await read_object(storage, "uploads/bytes") == content


async def test_too_large_an_image_is_refused_before_it_is_read(storage: ObjectStore) -> None:
    await save_object(storage, "art/arm.png", b"x" * 1_000)
    file = io.BytesIO()

    with pytest.raises(ImageTooLarge, match=r"art/arm\.png is a file of 1000 bytes"):
        await fetch_object(storage, "art/arm.png", file, ImageLimits(max_bytes=999))

    assert file.getvalue() == b""
    await fetch_object(storage, "art/arm.png", file, ImageLimits(max_bytes=1_000))
    assert file.getvalue() == b"x" * 1_000


async def test_many_at_once_are_all_there(storage: ObjectStore) -> None:
    keys = [f"results/{number}" for number in range(200)]

    await asyncio.gather(*(save_object(storage, key, key.encode()) for key in keys))

    read = await asyncio.gather(*(read_object(storage, key) for key in keys))
    assert read == [key.encode() for key in keys]


async def test_reader_never_sees_half_of_what_is_written(
    storage: ObjectStore, tmp_path: Path
) -> None:
    """Of 6 MB, which S3 takes in parts."""
    versions = [bytes([number]) * (6 * 2**20) for number in range(3)]
    file = tmp_path / "version"
    await save_object(storage, "results/1", versions[0])

    async def write() -> None:
        for version in versions * 3:
            file.write_bytes(version)
            await save_object(storage, "results/1", file)

    writing = asyncio.create_task(write())
    reads = 0
    while not writing.done():
        assert await read_object(storage, "results/1") in versions
        reads += 1
    await writing
    assert reads > 1


HOSTILE = ["../x", "a/../../x", "/../x", "..", ".", "", "a//b", "a\0b", "a\nb", "a/./b", "x" * 3000]
ACCESSES: dict[str, Callable[[ObjectStore, str], Awaitable[object]]] = {
    "read": read_object,
    "fetch": fetched,
    "save": lambda storage, key: save_object(storage, key, b"mine"),
    "delete": delete_object,
}


@pytest.mark.parametrize("access", ACCESSES)
@pytest.mark.parametrize("key", HOSTILE)
async def test_hostile_key_leads_nowhere(
    storage: ObjectStore, tmp_path: Path, key: str, access: str
) -> None:
    (tmp_path / "x").write_bytes(b"secret")

    assert not is_object_key(key)
    # Whether it is refused or leads to an object inside is the storage's affair.
    with contextlib.suppress(TypeError, ValueError, ImageNotFound, StorageUnavailable):
        assert await ACCESSES[access](storage, key) != b"secret"

    assert (tmp_path / "x").read_bytes() == b"secret"
    assert {place.name for place in tmp_path.iterdir()} <= {"x", "storage"}
