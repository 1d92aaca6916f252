"""What the mesh service is told from outside: environment variables named SPINELIFT_..."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from spinelift.engine.cache import default_folder
from spinelift.engine.limits import MEMORY_BYTES, SECONDS
from spinelift.engine.pool import usable_cores
from spinelift.images import DEFAULT_LIMITS
from spinelift.service.addresses import AddressRule
from spinelift.service.webhooks import Signer

MEBIBYTE = 2**20


def _default_storage() -> str:
    return str(default_folder() / "service")


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
    redis_url: str | None = None
    storage: str = Field(default_factory=_default_storage)
    allowed_hosts: list[str] = []
    allow_http_urls: bool = False
    fetch_seconds: Annotated[float, Field(gt=0)] = 15.0
    callback_secrets: list[SecretStr] = []
    keep_seconds: Annotated[float, Field(gt=0)] = 24 * 3600.0
    lease_seconds: Annotated[float, Field(ge=1)] = 10.0
    most_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    drain_seconds: Annotated[float, Field(ge=0)] = 30.0

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


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
