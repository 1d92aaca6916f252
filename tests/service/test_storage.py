"""Storages, beyond what each of them owes (tests/contracts/test_storage.py): how they are opened,
and that their faults are told from an object that is not there."""

from __future__ import annotations

import asyncio
import io
import posixpath
import resource
import secrets
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import ObjectStore

from spinelift.images.limits import ImageLimits
from spinelift.service.settings import UnusableSettings
from spinelift.service.storage import (
    ENDPOINTS,
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

from ..outbound.servers import saying, serving, silence
from ..s3_server import S3Server

pytestmark = pytest.mark.anyio


async def listed(storage: ObjectStore) -> list[str]:
    return [key async for page in list_objects(storage, "results/") for key in page]


CALLS: dict[str, Callable[[ObjectStore], Awaitable[object]]] = {
    "save": lambda storage: save_object(storage, "results/1", b"1"),
    "read": lambda storage: read_object(storage, "results/1"),
    "fetch": lambda storage: fetch_object(storage, "results/1", io.BytesIO(), ImageLimits()),
    "look": lambda storage: written_at(storage, "results/1"),
    "delete": lambda storage: delete_object(storage, "results/0"),
    "list": listed,
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Set an operator's settings of S3, each of them or none."""
    settings = {*ENDPOINTS, "AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "AWS_ALLOW_HTTP"}
    credentials = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "here"}

    def configure(**given: str) -> None:
        for name in settings:
            monkeypatch.delenv(name, raising=False)
        for name, value in (credentials | given).items():
            monkeypatch.setenv(name, value)

    return configure


async def every_call_is_refused(storage: ObjectStore) -> None:
    for call in CALLS.values():
        with pytest.raises(StorageUnavailable, match="try again"):
            await call(storage)


# Keys


@given(text=st.text(alphabet="ab./-_", max_size=8) | st.text(max_size=8))
def test_what_can_be_a_key_names_one_place_inside(text: str) -> None:
    if is_object_key(text):
        assert posixpath.normpath(f"/inside/{text}") == f"/inside/{text}"
        assert text.isascii()
        assert text.isprintable()


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "art/arm.png",
        "a.b/..c/d-_",
        "...",
        "results",
        "results2/a",
        "uploads.png",
        "a/" * 255 + "aa",
    ],
)
def test_plain_path_can_be_a_key(key: str) -> None:
    assert is_object_key(key)


@pytest.mark.parametrize(
    "key",
    [
        *("", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "a b", "a\n"),
        *(
            "results/a",
            "uploads/a",
            "a" * 256,
            "a/" * 256 + "a",
            "\u00e4",
            "a\0",
            "a#1",
            "%2e",
            "a:b",
        ),
    ],
)
def test_what_is_no_plain_path_or_the_services_own_is_no_key(key: str) -> None:
    assert not is_object_key(key)


# Opening


@pytest.mark.parametrize("url", ["", "s3:", "s3://", "http://host/bucket", "gs://bucket", "memory"])
def test_url_of_no_storage_is_refused_or_a_folder(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if url == "memory":
        open_storage(url)
        assert (tmp_path / "memory").is_dir()
    else:
        with pytest.raises(UnusableSettings, match="is no storage: give memory:, a folder, or s3:"):
            open_storage(url)


def test_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnusableSettings, match="name another folder"):
        open_storage(str(tmp_path / "file"))


@pytest.mark.parametrize("value", ["", "localhost:9000", "http://", "ftp://host"])
@pytest.mark.parametrize("name", ENDPOINTS)
def test_endpoint_that_is_no_address_is_said_so(
    configure: Configure, name: str, value: str
) -> None:
    configure(**{name: value})

    with pytest.raises(UnusableSettings, match=f"{name} is no address: set https://HOST"):
        open_storage("s3://bucket")


MISSING = saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_s3_is_where_the_operator_says_and_its_bucket_in_the_path(
    configure: Configure, name: str
) -> None:
    async with serving(MISSING) as server:
        configure(**{name: f"http://127.0.0.1:{server.port}", "AWS_BUCKET": "another"})

        assert await read_object(open_storage("s3://bucket/art/of"), "results/1") is None

    (asked,) = server.asked
    assert asked.line.startswith("GET /bucket/art/of/results/1 ")
    assert "Credential=k/" in asked.headers["authorization"]


async def test_bucket_is_in_the_host_where_the_operator_says_so(configure: Configure) -> None:
    async with serving(MISSING) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        configure(AWS_ENDPOINT_URL=endpoint, AWS_VIRTUAL_HOSTED_STYLE_REQUEST="true")

        assert await read_object(open_storage("s3://bucket"), "results/1") is None

    assert server.asked[0].line.startswith("GET /results/1 ")


async def test_endpoint_for_s3_alone_comes_before_that_of_all_services(
    configure: Configure,
) -> None:
    async with serving(MISSING) as server:
        for other in ("http://127.0.0.1:1", "https://127.0.0.1:1"):
            configure(
                AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{server.port}",
                AWS_ENDPOINT_URL=other,
                AWS_ENDPOINT=other,
            )
            assert await read_object(open_storage("s3://bucket"), "results/1") is None


async def test_s3_is_not_spoken_to_in_plain_text_unless_its_endpoint_says_so(
    configure: Configure,
) -> None:
    async with serving(MISSING) as server:
        place = f"127.0.0.1:{server.port}"
        configure(
            AWS_ENDPOINT_URL_S3=f"https://{place}",
            AWS_ENDPOINT_URL=f"http://{place}",
            AWS_ALLOW_HTTP="true",
        )
        with pytest.raises(StorageUnavailable):
            await read_object(open_storage("s3://bucket"), "results/1")

    assert server.asked == []


# Faults


@pytest.mark.parametrize(
    "wrong",
    [
        {"AWS_SECRET_ACCESS_KEY": "another secret"},
        {"AWS_ACCESS_KEY_ID": "nobody"},
        {"AWS_SKIP_SIGNATURE": "true"},
    ],
)
async def test_wrong_credentials_are_refused(
    configure: Configure, server: S3Server, wrong: dict[str, str]
) -> None:
    url = f"s3://{server.bucket}/{secrets.token_hex(8)}"
    configure(**server.environment)
    await save_object(open_storage(url), "results/1", b"1")

    configure(**(server.environment | wrong))

    await every_call_is_refused(open_storage(url))


async def test_every_call_says_that_a_killed_s3_is_not_there_and_works_once_it_is_back(
    configure: Configure, server: S3Server
) -> None:
    configure(**server.environment)
    storage = open_storage(f"s3://{server.bucket}")
    await save_object(storage, "results/1", b"1")

    server.kill()
    await every_call_is_refused(storage)

    server.start()
    for call in CALLS.values():
        await call(storage)


async def test_bucket_that_does_not_take_what_it_is_given_is_no_missing_object(
    configure: Configure,
) -> None:
    async with serving(MISSING) as server:
        configure(AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}")
        with pytest.raises(StorageUnavailable):
            await save_object(open_storage("s3://bucket"), "results/1", b"1")


async def test_s3_that_stops_in_the_middle_of_an_object_is_not_believed(
    configure: Configure,
) -> None:
    date = "Last-Modified: Tue, 24 Nov 2026 10:00:00 GMT"
    half = f"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n{date}\r\n\r\nhalf"
    async with serving(saying(half.encode())) as server:
        configure(AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}")
        storage = open_storage("s3://bucket")
        for name in ("read", "fetch"):
            with pytest.raises(StorageUnavailable):
                await CALLS[name](storage)


async def test_s3_that_does_not_answer_is_given_up_in_seconds(configure: Configure) -> None:
    async with serving(silence) as server:
        configure(AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.port}")
        storage = open_storage("s3://bucket")
        async with asyncio.timeout(60):
            found = await asyncio.gather(
                *(call(storage) for call in CALLS.values()), return_exceptions=True
            )

    assert all(isinstance(one, StorageUnavailable) for one in found)


async def test_file_in_the_place_of_the_folder_is_no_missing_object(tmp_path: Path) -> None:
    place = tmp_path / "storage"
    storage = open_storage(str(place))
    place.rmdir()
    place.touch()

    await every_call_is_refused(storage)

    place.unlink()
    for call in CALLS.values():
        await call(storage)


@pytest.mark.parametrize("size", [2 * 2**20, 12 * 2**20])
async def test_what_finds_no_room_leaves_the_old_and_no_half(tmp_path: Path, size: int) -> None:
    storage = open_storage(str(tmp_path / "storage"))
    await save_object(storage, "results/1", b"old")

    # A full disk fails in the same way, but takes privileges to make.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
    try:
        for key in ("results/1", "results/2"):
            with pytest.raises(StorageUnavailable):
                await save_object(storage, key, b"x" * size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert await read_object(storage, "results/1") == b"old"
    assert await read_object(storage, "results/2") is None
    assert [place.name for place in (tmp_path / "storage" / "results").iterdir()] == ["1"]


async def test_fault_of_the_file_that_is_written_is_not_the_storages() -> None:
    storage = open_storage("memory:")
    await save_object(storage, "art/arm.png", b"x")

    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="space"):
        await fetch_object(storage, "art/arm.png", full, ImageLimits())
