"""S3 as Django's storage: signed as all of its kind understand it, and given up within seconds."""

from __future__ import annotations

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config

CONNECT_SECONDS = 3
SILENT_SECONDS = 10
ATTEMPTS = 3

PARTS_AT_ONCE = 4
"""Of 8 MiB, of one file on its way; they are in memory."""


def s3_storage(*, bucket: str, endpoint: str | None, **options: Any) -> dict[str, Any]:
    """One of settings.STORAGES; `options` are more of django-storages'.

    Another S3 than Amazon's, at an endpoint of its own, has its buckets in paths, and knows no
    checksums but those that have always been there.
    """
    client = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint else "auto"},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=SILENT_SECONDS,
        retries={"total_max_attempts": ATTEMPTS},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint,
            "default_acl": None,
            "file_overwrite": True,
            "client_config": client,
            "transfer_config": TransferConfig(max_concurrency=PARTS_AT_ONCE),
            **options,
        },
    }
