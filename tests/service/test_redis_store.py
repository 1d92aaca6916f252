"""The store in Redis, beyond what every store owes (tests/contracts/test_job_store.py): a server
that is gone, that hangs, and connections that break."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from spinelift.service.stores import StoreUnavailable
from spinelift.service.stores.redis import MOST_CONNECTIONS, RedisJobStore

from ..redis_server import RedisServer
from .records import a_record, new_id

pytestmark = pytest.mark.anyio

CALLS: dict[str, Callable[[RedisJobStore], Awaitable[object]]] = {
    "add": lambda store: store.add(a_record()),
    "read": lambda store: store.read(new_id()),
    "swap": lambda store: store.swap(
        record := a_record(), dataclasses.replace(record, version=record.version + 1)
    ),
    "lapsed": lambda store: store.lapsed(0.0),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def prefix() -> str:
    return f"test-{secrets.token_hex(8)}"


@pytest.fixture
async def store(server: RedisServer, prefix: str) -> AsyncIterator[RedisJobStore]:
    store = RedisJobStore(server.url, prefix, keep_seconds=60)
    yield store
    await store.close()


@contextlib.asynccontextmanager
async def proxy(server: RedisServer, lost_answers: list[bytes]) -> AsyncIterator[str]:
    """A way to the server that hangs up instead of passing on the answer to what is in the list.

    Each entry is what a command contains, and is used up by the first command that does.
    """
    target = Path(server.url.removeprefix("unix://"))
    place = target.with_name(f"proxy-{secrets.token_hex(4)}")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_read, to_write = await asyncio.open_unix_connection(target)
        while command := await reader.read(2**16):
            to_write.write(command)
            answer = await to_read.read(2**16)
            lost = next((word for word in lost_answers if word in command), None)
            if lost is not None:
                lost_answers.remove(lost)
                break
            writer.write(answer)
        to_write.close()
        writer.close()

    async with await asyncio.start_unix_server(pass_on, place):
        yield f"unix://{place}"


async def test_every_call_says_that_a_killed_server_is_not_there_and_works_once_it_is_back(
    server: RedisServer, store: RedisJobStore
) -> None:
    record = a_record()
    await store.add(record)

    server.kill()
    for call in CALLS.values():
        with pytest.raises(StoreUnavailable, match="try again"):
            await call(store)
    assert not await store.is_alive()

    server.start()
    assert await store.is_alive()
    for call in CALLS.values():
        await call(store)
    assert await store.add(record) is None
    assert await store.read(record.job_id) == record


async def test_call_between_which_the_server_was_restarted_works(
    server: RedisServer, store: RedisJobStore
) -> None:
    for call in CALLS.values():
        await call(store)
        server.kill()
        server.start()
        await call(store)


async def test_server_that_does_not_answer_is_not_waited_for() -> None:
    release = asyncio.Event()

    async def never_answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        store = RedisJobStore(f"redis://127.0.0.1:{port}", "test", keep_seconds=60)

        alive, read = await asyncio.gather(
            store.is_alive(), store.read(new_id()), return_exceptions=True
        )

        assert alive is False
        assert isinstance(read, StoreUnavailable)
        await store.close()
        release.set()


async def test_job_whose_answer_was_lost_is_added_by_the_call_that_added_it(
    server: RedisServer, store: RedisJobStore, prefix: str
) -> None:
    await store.add(a_record())  # the server knows the script
    record = a_record()
    async with proxy(server, lost := [b"EVALSHA"]) as url:
        unlucky = RedisJobStore(url, prefix, keep_seconds=60)

        assert await unlucky.add(record) is None
        assert not lost

        assert await unlucky.add(record) == record
        await unlucky.close()


async def test_swap_whose_answer_was_lost_has_swapped(
    server: RedisServer, store: RedisJobStore, prefix: str
) -> None:
    old = a_record()
    new = dataclasses.replace(old, version=2, status="processing", attempt=1)
    await store.add(old)
    await CALLS["swap"](store)  # the server knows the script
    async with proxy(server, lost := [b"EVALSHA"]) as url:
        unlucky = RedisJobStore(url, prefix, keep_seconds=60)

        assert await unlucky.swap(old, new)
        assert not lost

        assert not await store.swap(old, new)
        assert await store.read(old.job_id) == new
        await unlucky.close()


async def test_more_calls_than_connections_wait_for_their_turn(store: RedisJobStore) -> None:
    records = [a_record() for _ in range(8 * MOST_CONNECTIONS)]

    await asyncio.gather(*(store.add(record) for record in records))

    read = await asyncio.gather(*(store.read(record.job_id) for record in records))
    assert read == records


async def test_unfinished_job_never_expires_and_a_finished_one_does(
    server: RedisServer, store: RedisJobStore, prefix: str
) -> None:
    old = a_record()
    held = dataclasses.replace(old, version=2, status="processing", attempt=1)
    finished = dataclasses.replace(held, version=3, status="cancelled")

    async with Redis.from_url(server.url) as client:
        key = f"{{{prefix}}}:job:{old.job_id}"
        await store.add(old)
        assert await client.pttl(key) == -1
        await store.swap(old, held)
        assert await client.pttl(key) == -1
        await store.swap(held, finished)
        assert 0 < await client.pttl(key) <= 60_000


async def test_all_keys_of_a_service_share_one_hash_tag(
    server: RedisServer, store: RedisJobStore, prefix: str
) -> None:
    for _ in range(3):
        await store.add(a_record())

    async with Redis.from_url(server.url, decode_responses=True) as client:
        keys = [key async for key in client.scan_iter() if prefix in key]

    assert len(keys) == 4
    assert all(key.startswith(f"{{{prefix}}}:") for key in keys)


async def test_services_with_different_prefixes_share_nothing(
    server: RedisServer, store: RedisJobStore
) -> None:
    other = RedisJobStore(server.url, "other", keep_seconds=60)
    record = a_record(lease_until=0.0)
    await store.add(record)

    assert await other.read(record.job_id) is None
    assert await other.lapsed(1.0) == []
    await other.close()
