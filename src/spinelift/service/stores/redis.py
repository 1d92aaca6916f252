"""The records of a service that is many processes, in a Redis that they share.

A job is a hash, and all unfinished jobs are one sorted set by the end of their lease; a script
writes both, so neither is ever without the other. All keys carry one hash tag, so that a cluster
keeps them on one node. The server must not evict (`maxmemory-policy noeviction`).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
from collections.abc import Iterator

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from spinelift.service.records import JobRecord, is_job_id
from spinelift.service.stores import StoreUnavailable

TIMEOUT_SECONDS = 2.0
"""How long the server may take to accept a connection or to answer; it takes milliseconds."""

RETRIES = 3
"""How often a command is sent again where the connection broke; a slow server is asked once."""

MOST_CONNECTIONS = 32
"""Of one replica. A command that finds all in use waits for one, at most TIMEOUT_SECONDS."""

# What both scripts end with. ARGV: id, edition, record, writing, lease_until, and how many
# milliseconds the record is kept, which is empty for an unfinished one.
_WRITE = """
redis.call('HSET', KEYS[1], 'edition', ARGV[2], 'record', ARGV[3], 'writing', ARGV[4])
if ARGV[6] == '' then
    redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
else
    redis.call('ZREM', KEYS[2], ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
"""

# A command whose answer was lost is sent again: `writing`, a random word for each call, tells the
# script that it was this very call that wrote what it finds.
_ADD = f"""
local there = redis.call('HMGET', KEYS[1], 'record', 'writing')
if there[1] and there[2] ~= ARGV[4] then return there[1] end
{_WRITE}
return false
"""
_SWAP = f"""
local there = redis.call('HMGET', KEYS[1], 'edition', 'writing')
if there[2] == ARGV[4] then return 1 end
if there[1] ~= ARGV[7] then return 0 end
{_WRITE}
return 1
"""


class RedisJobStore:
    """A JobStore in Redis (6.2 or later, or what speaks its language).

    Parameters
    ----------
    url
        `redis://`, `rediss://` or `unix://`, with user, password and database.
    prefix
        Of all keys: services that share a server have different ones.
    keep_seconds
        How long a finished record is kept.
    """

    def __init__(self, url: str, prefix: str, keep_seconds: float) -> None:
        self._client = Redis.from_pool(
            BlockingConnectionPool.from_url(
                url,
                decode_responses=True,
                max_connections=MOST_CONNECTIONS,
                timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                socket_timeout=TIMEOUT_SECONDS,
                retry=Retry(
                    ExponentialWithJitterBackoff(base=0.05, cap=1.0),
                    RETRIES,
                    supported_errors=(RedisConnectionError,),
                ),
            )
        )
        self._prefix = prefix
        self._leases = f"{{{prefix}}}:leases"
        self._keep_milliseconds = math.ceil(keep_seconds * 1000)
        self._add = self._client.register_script(_ADD)
        self._swap = self._client.register_script(_SWAP)

    async def add(self, record: JobRecord) -> JobRecord | None:
        with _failing_as_unavailable():
            there = await self._add(self._keys(record), self._written(record))
        return None if there is None else JobRecord.from_json(there)

    async def read(self, job_id: str) -> JobRecord | None:
        if not is_job_id(job_id):
            return None
        with _failing_as_unavailable():
            text = await self._client.hget(self._key(job_id), "record")
        return None if text is None else JobRecord.from_json(text)

    async def swap(self, old: JobRecord, new: JobRecord) -> bool:
        assert (new.job_id, new.version) == (old.job_id, old.version + 1)
        with _failing_as_unavailable():
            swapped = await self._swap(self._keys(new), [*self._written(new), old.edition])
        return bool(swapped)

    async def lapsed(self, now: float) -> list[str]:
        with _failing_as_unavailable():
            late = await self._client.zrangebyscore(self._leases, "-inf", f"({now!r}")
        return [str(job_id) for job_id in late]

    async def is_alive(self) -> bool:
        try:
            with _failing_as_unavailable():
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    return bool(await self._client.ping())
        except StoreUnavailable:
            return False

    async def close(self) -> None:
        await self._client.aclose()

    def _key(self, job_id: str) -> str:
        return f"{{{self._prefix}}}:job:{job_id}"

    def _keys(self, record: JobRecord) -> list[str]:
        return [self._key(record.job_id), self._leases]

    def _written(self, record: JobRecord) -> list[str]:
        return [
            record.job_id,
            record.edition,
            record.to_json(),
            secrets.token_hex(8),
            repr(record.lease_until),
            str(self._keep_milliseconds) if record.is_finished else "",
        ]


@contextlib.contextmanager
def _failing_as_unavailable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable("The service cannot reach its shared state: try again.") from error
