"""A message in, what proves to its receiver that it is ours out.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

_PREFIX = "whsec_"
_SECRET_BYTES = range(24, 64 + 1)
_NEW_BYTES = 32


def new_secret() -> str:
    """One that nobody can guess."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


class Signer:
    """Signs with every secret, so that receivers may know any of them while they are exchanged.

    Parameters
    ----------
    secrets
        `whsec_` and 24 to 64 bytes in base64, else ValueError; the newest first.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._webhooks = [Webhook(_key(secret)) for secret in secrets]

    @property
    def can_sign(self) -> bool:
        """Whether there is a secret at all."""
        return bool(self._webhooks)

    def headers(self, message_id: str, body: str, seconds: float) -> dict[str, str]:
        """What proves to the receiver that this body was sent by us at this moment."""
        moment = datetime.fromtimestamp(int(seconds), UTC)
        signatures = [webhook.sign(message_id, moment, body) for webhook in self._webhooks]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(seconds)),
            "webhook-signature": " ".join(signatures),
        }


def _key(secret: str) -> bytes:
    """The secret's bytes; `Webhook` itself would take anything, and pass over what is no base64."""
    try:
        if not secret.startswith(_PREFIX):
            raise ValueError
        encoded = secret.removeprefix(_PREFIX).rstrip("=")
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        if len(key) not in _SECRET_BYTES:
            raise ValueError
    except (ValueError, binascii.Error) as error:
        # Without the secret, which must not get into logs.
        raise ValueError(
            f"a webhook secret is {_PREFIX} and {_SECRET_BYTES[0]} to {_SECRET_BYTES[-1]} bytes "
            "in base64; one of those that are configured is not"
        ) from error
    return key
