"""What the mesh service is told from outside: environment variables named SPINELIFT_..."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from redis.asyncio.connection import parse_url

from spinelift.engine.cache import default_folder
from spinelift.engine.limits import MEMORY_BYTES, SECONDS
from spinelift.engine.pool import usable_cores
from spinelift.images import DEFAULT_LIMITS
from spinelift.outbound.addresses import AddressRule
from spinelift.outbound.signatures import Signer

MEBIBYTE = 2**20


def _default_storage() -> str:
    return str(default_folder() / "service")


class UnusableSettings(Exception):
    """The service cannot run like that; the message is one sentence, without any secret."""


class ServiceSettings(BaseSettings):
    """Settings of one replica.

    Attributes
    ----------
    token
        What clients send as `Authorization: Bearer ...`; it may be missing on loopback only.
    workers, waiting
        How many jobs are done at a time, and how many more may wait.
    job_seconds, job_memory_bytes
        What one attempt at a job may use.
    redis_url
        Where replicas share what they know of jobs; in this process's memory where it is missing.
    storage
        A folder, `s3://bucket/prefix`, or `memory:`.
    allowed_hosts
        Names, addresses and networks that image_url and callback_url may lead to although they
        are not public; a JSON array.
    allow_http_urls
        Whether those URLs may be `http:` too.
    fetch_seconds
        How long an image_url may take to give its image.
    callback_secrets
        What signs callbacks: `whsec_` and base64, the newest first; a JSON array. Without one
        there are no callbacks.
    keep_seconds
        How long what is known of a finished job is kept; its result is kept longer, and images and
        results that nobody needs any more are deleted from the storage.
    lease_seconds
        How soon a job is begun anew when its replica is gone.
    """

    model_config = SettingsConfigDict(env_prefix="SPINELIFT_", extra="ignore")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    token: SecretStr | None = None
    workers: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=usable_cores)
    waiting: Annotated[int, Field(ge=0, le=10_000)] = 16
    job_seconds: Annotated[float, Field(gt=0)] = SECONDS
    job_memory_bytes: Annotated[int, Field(ge=64 * MEBIBYTE)] = MEMORY_BYTES
    upload_bytes: Annotated[int, Field(gt=0)] = DEFAULT_LIMITS.max_bytes
    upload_seconds: Annotated[float, Field(gt=0)] = 60.0
    redis_url: SecretStr | None = None
    storage: str = Field(default_factory=_default_storage)
    allowed_hosts: list[str] = []
    allow_http_urls: bool = False
    fetch_seconds: Annotated[float, Field(gt=0)] = 15.0
    callback_secrets: list[SecretStr] = []
    keep_seconds: Annotated[float, Field(gt=0)] = 24 * 3600.0
    lease_seconds: Annotated[float, Field(ge=1)] = 10.0
    most_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    drain_seconds: Annotated[float, Field(ge=0)] = 30.0

    @field_validator("redis_url")
    @classmethod
    def _names_a_redis(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                parse_url(value.get_secret_value())
        except ValueError:
            # Without what it was, which may hold a password.
            raise ValueError("give a URL that starts with redis://, rediss:// or unix://") from None
        return value

    @model_validator(mode="after")
    def _is_closed_to_strangers(self) -> Self:
        if self.token is None and not _is_loopback(self.host):
            raise ValueError(
                f"the service would listen on {self.host} for everyone: set SPINELIFT_TOKEN"
            )
        return self

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        AddressRule(self.allowed_hosts)
        Signer([secret.get_secret_value() for secret in self.callback_secrets])
        return self


def read_settings(**given: object) -> ServiceSettings:
    """Read the environment's settings, below those that are given. Raises UnusableSettings."""
    try:
        return ServiceSettings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except RuntimeError:
        raise UnusableSettings(
            "There is no home folder to keep images and results in: set SPINELIFT_STORAGE."
        ) from None
    except SettingsError as error:
        raise UnusableSettings(f"A setting of the service is no JSON: {error}.") from None
    except ValidationError as error:
        # Not its own text, which has the values that were given, secrets too.
        words = "; ".join(
            ".".join(map(str, fault["loc"])) + ": " * bool(fault["loc"]) + _said(fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise UnusableSettings(f"The service's settings are wrong: {words}.") from None


def _said(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
